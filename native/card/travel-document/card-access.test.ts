import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { choosePace } from './card-access.ts'

const { emrtd: vector } = JSON.parse(readFileSync(new URL('../../../test/vectors/cards.json', import.meta.url), 'utf8'))
const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex')

const OURS = '3012 060a 04007f00070202040101 020102 020102'
const OTHER_PARAMETER = '3012 060a 04007f00070202040101 020102 020101'
/** id-PACE-ECDH-GM-AES-CBC-CMAC-128 on brainpoolP256r1. */
const ELLIPTIC = '3012 060a 04007f00070202040202 020102 02010d'
/** Chip authentication, as EF.DG14 and EF.CardAccess of other documents have it. */
const CHIP_AUTHENTICATION = '300f 060a 04007f00070202030202 020101'

test('EF.CardAccess as on every card seen', () => {
  expect(choosePace(hex(vector.ef_cardaccess_seen_on_real_cards))).toEqual({ named: false })
})

test.each([
  ['beside another protocol', `3128 ${ELLIPTIC} ${OURS}`, { named: false }],
  ['beside what is no PACE', `3125 ${CHIP_AUTHENTICATION} ${OURS}`, { named: false }],
  ['with another parameter too: ours must be named', `3128 ${OTHER_PARAMETER} ${OURS}`, { named: true }],
  ['with file padding behind it', `3114 ${OURS} 0000`, { named: false }],
  ['another parameter alone', `3114 ${OTHER_PARAMETER}`, null],
  ['another protocol alone', `3114 ${ELLIPTIC}`, null],
  ['another version', '3114 3012 060a 04007f00070202040101 020101 020102', null],
  ['a parameter that is not said', '3111 300f 060a 04007f00070202040101 020102', null],
  ['an empty set', '3100', null],
  ['a cut set', `3128 ${OURS}`, null],
  ['no set', '3014', null],
  ['nothing', '', null],
])('%s', (_name, file, chosen) => {
  expect(choosePace(hex(file))).toEqual(chosen)
})

test('no EF.CardAccess crashes it', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => void choosePace(bytes)))
  const real = hex(vector.ef_cardaccess_seen_on_real_cards)
  const at = fc.integer({ min: 0, max: real.length - 1 })
  fc.assert(
    fc.property(at, fc.integer({ min: 0, max: 255 }), (index, value) => {
      choosePace(Uint8Array.from(real, (byte, place) => (place === index ? value : byte)))
    }),
  )
})
