import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Command, Response } from '../apdu.ts'
import { encodeTlv } from '../tlv.ts'
import {
  type Domain,
  isOfOrderQ,
  isSound,
  parseInternalKey,
  readAuthorityKey,
  readCardPublic,
  readDomain,
} from './keys.ts'
import { power, toBigInt, toBytes } from './modular.ts'

const { cie_dapp: vector } = JSON.parse(
  readFileSync(new URL('../../../test/vectors/cards.json', import.meta.url), 'utf8'),
) as { cie_dapp: Record<'g' | 'p' | 'q' | 'icc_public', string> }

const bytesOf = (text: string) => Uint8Array.from(Buffer.from(text, 'hex'))
const domain: Domain = { g: bytesOf(vector.g), p: bytesOf(vector.p), q: bytesOf(vector.q) }
const [g, p, q] = [toBigInt(domain.g), toBigInt(domain.p), toBigInt(domain.q)]
const element = (value: bigint) => toBytes(value, 256)
const refused = { data: new Uint8Array(), sw: 0x6a88 }
const cardError = (step: string, sw: string | null) => ({ ok: false, error: { kind: 'card-error', step, sw } })

const TAGS: [keyof Domain, number][] = [
  ['g', 0x97],
  ['p', 0x98],
  ['q', 0x99],
]
const template = (...objects: Uint8Array[]) => encodeTlv(0x70, encodeTlv(0xbfa101, encodeTlv(0xa3, ...objects)))
const WHOLE = '4d087006bfa10102a380'

/** A card of one family, with this group. */
function card(family: 'whole' | 'parts' | 'both', group: Domain) {
  const asked: string[] = []
  const send = ({ data = new Uint8Array() }: Command): Promise<Response> => {
    const list = Buffer.from(data).toString('hex')
    asked.push(list)
    if (list === WHOLE)
      return Promise.resolve(
        family === 'parts'
          ? refused
          : { data: template(...TAGS.map(([n, tag]) => encodeTlv(tag, group[n]))), sw: 0x9000 },
      )
    const part = TAGS.find(([, tag]) => list === `4d0a7008bfa10104a302${tag.toString(16)}00`)
    if (!part || family === 'whole') return Promise.resolve(refused)
    return Promise.resolve({ data: template(encodeTlv(part[1], group[part[0]])), sw: 0x9000 })
  }
  return { send, asked }
}

test.each([
  ['whole', true, 1],
  ['whole', false, 2],
  ['parts', false, 3],
  ['parts', true, 4],
] as const)('a card that tells its group as %s, hinted whole: %s, is asked %i times', async (family, hint, times) => {
  const { send, asked } = card(family, domain)
  const found = await readDomain({ send }, hint)
  expect(found).toEqual({ ok: true, value: domain })
  expect(asked).toHaveLength(times)
})

test('a card that tells no group at all is refused with its own status word', async () => {
  expect(await readDomain({ send: () => Promise.resolve(refused) }, true)).toEqual(cardError('domain', '6A88'))
})

const replaced: [string, Partial<Domain>][] = [
  ['a p of 1024 bits', { p: domain.p.subarray(128) }],
  ['a p with its first bit clear', { p: Uint8Array.of(0x07, ...domain.p.subarray(1)) }],
  ['an even p', { p: element(p - 1n) }],
  ['a p that q has nothing to do with', { p: element(p + 2n) }],
  ['g = 0', { g: element(0n) }],
  ['g = 1', { g: element(1n) }],
  ['g = p - 1, of order 2', { g: element(p - 1n) }],
  ['a g that is not of order q', { g: element(2n) }],
  ['a g above p', { g: element(p + 2n) }],
  ['q = 1', { q: new Uint8Array(20).fill(1, 19) }],
  ['a q of 8 bytes', { q: domain.q.subarray(24) }],
  ['a q of 33 bytes', { q: Uint8Array.of(0, ...domain.q) }],
  ['an empty q', { q: new Uint8Array() }],
  ['another q', { q: toBytes(q + 2n, 32) }],
]

test.each(replaced)('%s is refused: the channel would be weak', async (_, weak) => {
  const group = { ...domain, ...weak }
  expect(isSound(group)).toBe(false)
  expect(await readDomain(card('both', group), true)).toEqual(cardError('domain', null))
})

test('a q that divides p - 1 but is not prime is refused: it has small subgroups', () => {
  // (p - 1) / q is even and has a small odd factor or two: this q is made of those.
  const cofactor = (p - 1n) / q
  let product = 1n
  for (let factor = 2n; factor < 100_000n && product < 1n << 161n; factor++)
    for (let rest = cofactor / product; rest % factor === 0n && product < 1n << 161n; rest /= factor) product *= factor
  const composite = product < 1n << 161n ? (q >> 1n) << 1n : product
  expect(isSound({ ...domain, q: toBytes(composite, 32), g: element(power(g, 2n, p)) })).toBe(false)
})

test('random numbers are no group, and are refused at once', () => {
  const number = fc.uint8Array({ minLength: 0, maxLength: 260 })
  fc.assert(
    fc.property(number, number, number, (g, p, q) => {
      expect(isSound({ g, p, q })).toBe(false)
    }),
  )
})

test.each([
  ['0', 0n],
  ['1', 1n],
  ['p - 1', p - 1n],
  ['p', p],
  ['2, which is of another order', 2n],
])('the public key %s of a card is refused: it gives away what is agreed', async (_, value) => {
  expect(isOfOrderQ(element(value), domain)).toBe(false)
  const answer = encodeTlv(0xa6, encodeTlv(0x91, element(value)))
  const send = () => Promise.resolve({ data: answer, sw: 0x9000 })
  expect(await readCardPublic({ send }, domain)).toEqual(cardError('card-public', null))
})

test('the public key of the worked example is taken', async () => {
  const answer = encodeTlv(0xa6, encodeTlv(0x91, bytesOf(vector.icc_public)))
  const send = () => Promise.resolve({ data: answer, sw: 0x9000 })
  expect(await readCardPublic({ send }, domain)).toEqual({ ok: true, value: bytesOf(vector.icc_public) })
})

const modulus = Uint8Array.of(0xc1, ...new Uint8Array(254).fill(0x55), 0x01)
const holder = new Uint8Array(12).fill(7)
const authorization = new Uint8Array(7).fill(9)
const authority = (...objects: Uint8Array[]) => encodeTlv(0x70, encodeTlv(0xbfa004, encodeTlv(0x7f49, ...objects)))

test.each([3, 256])('a CA key with an exponent of %i bytes is read', async (exponentBytes) => {
  const data = authority(
    encodeTlv(0x81, modulus),
    encodeTlv(0x82, new Uint8Array(exponentBytes).fill(1)),
    encodeTlv(0x5f20, holder),
    encodeTlv(0x5f4c, authorization),
  )
  const read = await readAuthorityKey({ send: () => Promise.resolve({ data, sw: 0x9000 }) })
  expect(read).toEqual({ ok: true, value: { modulus, holder, authorization } })
})

test.each([
  ['no modulus', authority(encodeTlv(0x5f20, holder), encodeTlv(0x5f4c, authorization))],
  ['a short modulus', authority(encodeTlv(0x81, modulus.subarray(8)), encodeTlv(0x5f20, holder))],
  ['no holder', authority(encodeTlv(0x81, modulus), encodeTlv(0x5f4c, authorization))],
  ['nothing', new Uint8Array()],
])('a CA key with %s is refused', async (_, data) => {
  const read = await readAuthorityKey({ send: () => Promise.resolve({ data, sw: 0x9000 }) })
  expect(read).toEqual(cardError('authority-key', null))
})

const sequence = (...objects: Uint8Array[]) => encodeTlv(0x30, ...objects)
const exponent = encodeTlv(0x02, Uint8Array.of(1, 0, 1))

test("EF.Int.Kpub is the card's RSA key", () => {
  const key = { modulus, exponent: 65537n }
  expect(parseInternalKey(sequence(encodeTlv(0x02, Uint8Array.of(0, ...modulus)), exponent))).toEqual(key)
  expect(parseInternalKey(sequence(encodeTlv(0x02, modulus), exponent))).toEqual(key)
})

test.each([
  ['a short modulus', sequence(encodeTlv(0x02, modulus.subarray(0, 128)), exponent)],
  ['an even modulus', sequence(encodeTlv(0x02, modulus.subarray(0, 255)), exponent)],
  ['a huge modulus', sequence(encodeTlv(0x02, Uint8Array.of(...modulus, ...modulus, ...modulus)), exponent)],
  ['the exponent 1', sequence(encodeTlv(0x02, modulus), encodeTlv(0x02, Uint8Array.of(1)))],
  ['a huge exponent', sequence(encodeTlv(0x02, modulus), encodeTlv(0x02, modulus))],
  ['no exponent', sequence(encodeTlv(0x02, modulus))],
  ['something else in it', sequence(encodeTlv(0x04, modulus), exponent)],
  ['nothing in it', new Uint8Array()],
])('EF.Int.Kpub with %s is refused', (_, file) => {
  expect(parseInternalKey(file)).toBeNull()
})

test('whatever a card answers to GET DATA is a key or a named refusal', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), fc.constantFrom(0x9000, 0x6a88, 0x6282), async (data, sw) => {
      const sender = { send: () => Promise.resolve({ data, sw }) }
      const answers = [
        await readDomain(sender, true),
        await readCardPublic(sender, domain),
        await readAuthorityKey(sender),
      ]
      for (const answer of answers) expect(answer).toMatchObject({ ok: false, error: { kind: 'card-error' } })
      parseInternalKey(data)
    }),
  )
})
