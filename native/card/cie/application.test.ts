import { expect, test } from 'vitest'
import type { Command, Response } from '../apdu.ts'
import { encodeTlv } from '../tlv.ts'
import { File, readObject, readStart, selectCie } from './application.ts'

const bytesOf = (text: string) => Uint8Array.from(Buffer.from(text, 'hex'))
const nothing = new Uint8Array()

/** A card with one file. A read finds it by its short identifier or, with `bySelect`, only after SELECT. */
function cardWith(content: Uint8Array, bySelect = false) {
  const sent: Command[] = []
  let selected = false
  const send = (command: Command): Promise<Response> => {
    sent.push(command)
    const { ins, p1, p2, le = 0 } = command
    if (ins === 0xa4) {
      selected = true
      return Promise.resolve({ data: nothing, sw: 0x9000 })
    }
    if (p1 & 0x80 && !bySelect) selected = true
    if (!selected || (p1 & 0x80 && bySelect)) return Promise.resolve({ data: nothing, sw: 0x6986 })
    const offset = p1 & 0x80 ? p2 : (p1 << 8) | p2
    if (offset >= content.length) return Promise.resolve({ data: nothing, sw: 0x6b00 })
    const data = content.subarray(offset, offset + le)
    return Promise.resolve({ data, sw: data.length < le ? 0x6282 : 0x9000 })
  }
  return { send, sent }
}

const object = (length: number) => encodeTlv(0x77, new Uint8Array(length).fill(0x5a))

test.each([
  [2, 256, 1],
  [253, 256, 1],
  [254, 256, 2],
  [2000, 256, 8],
  [2000, 0xe7, 9],
])('a file of %i bytes is read %i bytes at a time: %i reads', async (length, step, reads) => {
  const card = cardWith(Uint8Array.of(...object(length), ...new Uint8Array(64)))
  expect(await readObject(card, File.sod, step)).toEqual({ ok: true, value: object(length) })
  expect(card.sent).toHaveLength(reads)
})

test('a card that knows no short identifiers is asked by name', async () => {
  const card = cardWith(object(600), true)
  expect(await readObject(card, File.sod, 256)).toEqual({ ok: true, value: object(600) })
  expect(card.sent.map(({ ins }) => ins)).toEqual([0xb0, 0xa4, 0xb0, 0xb0, 0xb0])
})

test.each([
  ['that ends within its object', object(600).subarray(0, 400)],
  ['that ends at a read', object(600).subarray(0, 512)],
  ['without an object', bytesOf('ff')],
  ['that claims 64 KiB', bytesOf('7782ffff0000')],
  ['that claims 4 GiB', bytesOf('7784ffffffff')],
])('a file %s holds none', async (_, content) => {
  expect(await readObject(cardWith(content), File.sod, 256)).toEqual({ ok: true, value: null })
})

test('a file that is not there is refused by its name', async () => {
  const send = () => Promise.resolve({ data: nothing, sw: 0x6a82 })
  const error = { kind: 'card-error', step: 'read-nis', sw: '6A82' }
  expect(await readStart({ send }, File.nis, 12)).toEqual({ ok: false, error })
})

const IAS = 'a0000000308000000009816001'
const CIE = 'a00000000039'
const MASTER_FILE = ''
const NXP = '3b8e80018031806549544e5850120fff829022'
const GEMALTO = '3b8f800180318065b085040011120fff829000'

test.each([
  ['IAS by name', GEMALTO, [IAS], [IAS, CIE]],
  ['IAS by its master file', GEMALTO, [MASTER_FILE], [IAS, MASTER_FILE, CIE]],
  ['IAS from the reset', NXP, ['reset'], [CIE]],
  ['IAS by its master file, as hinted', NXP, [MASTER_FILE], [CIE, MASTER_FILE, CIE]],
  ['IAS by name, hinted otherwise', NXP, [IAS], [CIE, MASTER_FILE, IAS, CIE]],
])('a card that has %s is selected', async (_, atr, ways, expected) => {
  const sent: string[] = []
  let awake = ways.includes('reset')
  const send = ({ data = nothing }: Command): Promise<Response> => {
    const name = Buffer.from(data).toString('hex')
    sent.push(name)
    if (name !== CIE && ways.includes(name)) awake = true
    return Promise.resolve({ data: nothing, sw: name === CIE ? (awake ? 0x9000 : 0x6a82) : awake ? 0x9000 : 0x6a82 })
  }
  expect(await selectCie({ send }, bytesOf(atr))).toBe(true)
  expect(sent).toEqual(expected)
})
