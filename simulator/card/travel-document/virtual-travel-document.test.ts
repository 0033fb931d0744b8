import { describe, expect, test } from 'vitest'
import { PACE_OID } from './pace.ts'
import { type TravelDocumentOptions, VirtualTravelDocument } from './virtual-travel-document.ts'

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex')
const OURS = PACE_OID.toString('hex')

function cardWith(options: Partial<TravelDocumentOptions> = {}) {
  const file = hex('6100')
  const document = new VirtualTravelDocument({ can: '123456', dg1: file, dg11: file, sod: file, ...options })
  return (apdu: string) => {
    const answered = document.transmit(hex(apdu))
    return answered && Buffer.from(answered).toString('hex')
  }
}

const MSE = `0022c1a4 0f 800a ${OURS} 830102`
const NONCE = '10860000 02 7c00 00'
const MAP = (key: string) => `10860000 000108 7c820104 81820100 ${key} 0000`
const ONE = '01'.padStart(512, '0')

test('EF.CardAccess is free, by its identifier and by its short one', () => {
  const send = cardWith()
  expect(send('00a4020c 02 011c')).toBe('9000')
  expect(send('00b00000 00')).toBe(`31143012060a${OURS}0201020201026282`)
  expect(send('00b00014 02')).toBe('01029000')
  expect(send('00b00016 02')).toBe('6282')
  expect(send('00b00017 02')).toBe('6b00')
  expect(cardWith()('00b09c00 04')).toBe('311430129000')
})

test.each([
  ['another file', '00a4020c 02 d003'],
  ['another application', '00a4040c 06 a00000000039'],
  ['the ICAO application in clear', '00a4040c 07 a0000002471001'],
  ['a read of the file that is selected there', '00b00000 80'],
  ['secure messaging of another channel', '0cb00000 0d 970180 8e08b4b97478c203a090 00'],
  ['MSE for the signature', '002241a4 06 800102 840181'],
  ['what is no command', '00a4'],
])('%s is not for it', (_name, apdu) => {
  expect(cardWith()(apdu)).toBeNull()
})

test('a read after another SELECT is not for EF.CardAccess', () => {
  const send = cardWith()
  send('00a4020c 02 011c')
  expect(send('00a4020c 02 d003')).toBeNull()
  expect(send('00b00000 00')).toBeNull()
})

test('EF.CardAccess is not in the folder of the CIE', () => {
  const send = cardWith()
  send('00a4040c 06 a00000000039')
  expect(send('00a4020c 02 011c')).toBeNull()
  expect(send('00b09c00 00')).toBeNull()
  send('00a40000')
  expect(send('00a4020c 02 011c')).toBe('9000')
})

describe('PACE in the wrong way', () => {
  test.each([
    ['another protocol', `0022c1a4 0f 800a 04007f00070202040202 830102`, '6a80'],
    ['by the MRZ', `0022c1a4 0f 800a ${OURS} 830101`, '6a88'],
    ['another parameter', `0022c1a4 12 800a ${OURS} 830102 840101`, '6a88'],
    ['the right parameter named', `0022c1a4 12 800a ${OURS} 830102 840102`, '9000'],
  ])('%s', (_name, apdu, answered) => {
    expect(cardWith()(apdu)).toBe(answered)
  })

  test('of several parameters one must be named', () => {
    const paceInfos = [1, 2].map((parameter) => ({ oid: OURS, parameter }))
    const send = cardWith({ paceInfos })
    expect(send(MSE)).toBe('6a88')
    expect(send(`0022c1a4 12 800a ${OURS} 830102 840102`)).toBe('9000')
  })

  test.each([
    ['not begun with MSE', [NONCE], '6985'],
    ['a step left out', [MSE, MAP(ONE)], '6985'],
    ['a step done twice', [MSE, NONCE, NONCE], '6985'],
    ['not chained', [MSE, '00860000 02 7c00 00'], '6985'],
    ['a public key that is 1', [MSE, NONCE, MAP(ONE)], '6a80'],
    ['two objects in one', [MSE, '10860000 06 7c04 8100 8300 00'], '6a80'],
    ['no template', [MSE, '10860000 02 8100 00'], '6a80'],
    ['begun anew after a failure without MSE', [MSE, NONCE, MAP(ONE), NONCE], '6985'],
  ])('%s', (_name, apdus, answered) => {
    const send = cardWith()
    expect(apdus.map(send).at(-1)).toBe(answered)
  })

  test('a nonce is never the same twice', () => {
    const send = cardWith()
    const nonces = [0, 1, 2].map(() => send(MSE) && send(NONCE))
    expect(new Set(nonces).size).toBe(3)
    expect(nonces[0]).toMatch(/^7c0a8008[0-9a-f]{16}9000$/)
  })
})
