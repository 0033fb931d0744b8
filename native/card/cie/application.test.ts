import { expect, test } from 'vitest'
import type { Command, Response } from '../apdu.ts'
import { encodeTlv } from '../tlv.ts'
import { type Access, File, readObject, readStart, selectCie } from './application.ts'

const bytesOf = (text: string) => Uint8Array.from(Buffer.from(text, 'hex'))
const nothing = new Uint8Array()

const anew = (): Access => ({ shortIds: 'not-known' })

/** A card with one file. It answers a read by a short identifier with `instead`; then only SELECT finds the file. */
function cardWith(content: Uint8Array, instead?: Response) {
  const sent: Command[] = []
  let selected = false
  const send = async (command: Command): Promise<Response> => {
    sent.push(command)
    const { ins, p1, p2, le = 0 } = command
    if (ins === 0xa4) selected = true
    if (ins === 0xa4) return { data: nothing, sw: 0x9000 }
    if (p1 & 0x80 && instead) return instead
    if (p1 & 0x80) selected = true
    if (!selected) return { data: nothing, sw: 0x6986 }
    const offset = p1 & 0x80 ? p2 : (p1 << 8) | p2
    if (offset >= content.length) return { data: nothing, sw: 0x6b00 }
    const data = content.subarray(offset, offset + le)
    return { data, sw: data.length < le ? 0x6282 : 0x9000 }
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
  expect(await readObject(card, anew(), File.sod, step)).toEqual({ ok: true, value: object(length) })
  expect(card.sent).toHaveLength(reads)
})

test.each([
  ['file not found', '', 0x6a82],
  ['wrong P1 P2', '', 0x6a86],
  ['wrong length', '', 0x6700],
  ['no file selected', '', 0x6986],
  ['an offset past the end', '', 0x6b00],
  ['nothing', '', 0x9000],
  ['the end of a file', '', 0x6282],
  ["another file's bytes", '3030', 0x9000],
])('a card that answers a short identifier with "%s" is asked by name', async (_, data, sw) => {
  const card = cardWith(object(600), { data: bytesOf(data), sw })
  const access = anew()
  expect(await readObject(card, access, File.sod, 256)).toEqual({ ok: true, value: object(600) })
  expect(card.sent.map(({ ins }) => ins)).toEqual([0xb0, 0xa4, 0xb0, 0xb0, 0xb0])
  // The next file is not asked for in the way that this card has not understood.
  card.sent.length = 0
  await readObject(card, access, File.certificate, 256)
  expect(card.sent[0]).toMatchObject({ ins: 0xa4, data: bytesOf('1003') })
  expect(card.sent.some(({ p1 }) => p1 & 0x80)).toBe(false)
})

test('a file that is not there costs a card with short identifiers one command', async () => {
  const sent: Command[] = []
  const send = async (command: Command) => {
    sent.push(command)
    return { data: nothing, sw: 0x6a82 }
  }
  const error = { kind: 'card-error', step: 'read-certificate', sw: '6A82' }
  expect(await readObject({ send }, { shortIds: 'work' }, File.certificate, 256)).toEqual({ ok: false, error })
  expect(sent).toHaveLength(1)
})

test.each([
  ['that ends within its object', object(600).subarray(0, 400), 400],
  ['that ends at a read', object(600).subarray(0, 512), 512],
  ['without an object', bytesOf('ff'), 0],
  ['that claims 64 KiB', bytesOf('7782ffff0000'), 6],
  ['that claims 4 GiB', bytesOf('7784ffffffff'), 6],
])('a file %s is read as far as it goes', async (_, content, length) => {
  expect(await readObject(cardWith(content), anew(), File.sod, 256)).toEqual({
    ok: true,
    value: content.subarray(0, length),
  })
})

test('a file that is not there is refused by its name', async () => {
  const send = () => Promise.resolve({ data: nothing, sw: 0x6a82 })
  const error = { kind: 'card-error', step: 'read-nis', sw: '6A82' }
  expect(await readStart({ send }, anew(), File.nis, 12)).toEqual({ ok: false, error })
})

const IAS = 'a0000000308000000009816001'
const CIE = 'a00000000039'
const MASTER_FILE = ''
const NXP = '3b8e80018031806549544e5850120fff829022'
const ITJ4L = '3b8f80018031806549544a344c120fff82900088'
const GEMALTO = '3b8f800180318065b085040011120fff829000'

test.each([
  ['IAS by name', GEMALTO, [IAS], [IAS, CIE]],
  ['IAS by its master file', GEMALTO, [MASTER_FILE], [IAS, MASTER_FILE, CIE]],
  ['IAS from the reset', NXP, ['reset'], [CIE]],
  ['IAS by its master file, as hinted', NXP, [MASTER_FILE], [CIE, MASTER_FILE, CIE]],
  ['IAS by name, hinted otherwise', NXP, [IAS], [CIE, MASTER_FILE, IAS, CIE]],
  ['IAS from the reset, as of July 2026', ITJ4L, ['reset'], [CIE]],
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
