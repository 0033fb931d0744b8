import { createPublicKey, diffieHellman, KeyObject } from 'node:crypto'
import fc from 'fast-check'
import { CompactEncrypt, CompactSign, compactDecrypt, exportJWK, generateKeyPair } from 'jose'
import { expect, test } from 'vitest'
import { sealing } from '../../contract/gateway.ts'
import { openJwe, sealJwe } from './jwe.ts'

// jose is the reference: what the one seals the other opens, and what either refuses nobody opens.

const KID = 'k'
const pair = await generateKeyPair('ECDH-ES', { crv: 'P-256', extractable: true })
const privateKey = KeyObject.from(pair.privateKey)
const publicKey = KeyObject.from(pair.publicKey)
const keys = new Map([[KID, privateKey]])

const joseSeals = (text: string, header: object = {}, to = pair.publicKey) =>
  new CompactEncrypt(new TextEncoder().encode(text))
    .setProtectedHeader({ ...sealing, kid: KID, ...header } as never)
    .encrypt(to)
/** As hex and header; null: refused. */
async function joseOpens(token: string) {
  try {
    const { plaintext, protectedHeader } = await compactDecrypt(token, pair.privateKey, {
      keyManagementAlgorithms: [sealing.alg],
      contentEncryptionAlgorithms: [sealing.enc],
    })
    return { header: protectedHeader, hex: Buffer.from(plaintext).toString('hex') }
  } catch {
    return null
  }
}
function ownOpens(token: string) {
  const opened = openJwe(token, keys)
  return opened && { header: opened.header, hex: opened.plaintext.toString('hex') }
}
const hex = (text: string) => Buffer.from(text).toString('hex')

const text = fc.string({ unit: 'grapheme', maxLength: 3_000 })
const more = fc.record({ typ: fc.string(), op: fc.string(), totem: fc.string({ unit: 'grapheme' }) })

test('a token that jose sealed opens here as it does there', async () => {
  await fc.assert(
    fc.asyncProperty(text, more, async (content, header) => {
      const token = await joseSeals(content, header)
      expect(ownOpens(token)).toEqual(await joseOpens(token))
      expect(ownOpens(token)).toMatchObject({ header, hex: hex(content) })
    }),
  )
})

test('jose opens a token that was sealed here', async () => {
  await fc.assert(
    fc.asyncProperty(text, more, async (content, header) => {
      expect(await joseOpens(sealJwe(content, { ...sealing, kid: KID, ...header }, publicKey))).toMatchObject({
        header,
        hex: hex(content),
      })
    }),
  )
})

test('a certificate of 200 KB goes both ways', async () => {
  const large = 'x'.repeat(200_000)
  expect(ownOpens(await joseSeals(large))?.hex).toBe(hex(large))
  expect((await joseOpens(sealJwe(large, { ...sealing, kid: KID }, publicKey)))?.hex).toBe(hex(large))
})

const BASE64URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const sealed = await Promise.all(
  ['', 'a', 'ab', '{"operation":"01KANPR0000000000000000001"}'].map((of) => joseSeals(of)),
)

test('a token in which something was replaced, left out, added or doubled opens nowhere', async () => {
  const character = fc.constantFrom(...BASE64URL, '.', '=', '+', '/', ' ', '\n', 'é', '\0')
  const change = fc.record({
    token: fc.constantFrom(...sealed),
    at: fc.nat(),
    remove: fc.nat({ max: 3 }),
    add: fc.array(character, { maxLength: 3 }).map((characters) => characters.join('')),
  })
  await fc.assert(
    fc.asyncProperty(change, async ({ token, at, remove, add }) => {
      const from = at % (token.length + 1)
      const changed = token.slice(0, from) + add + token.slice(from + remove)
      fc.pre(changed !== token)
      expect(ownOpens(changed)).toBeNull()
      // jose takes other ways to write the same base64url (spare bits, blanks), none of which is another token.
      const there = await joseOpens(changed)
      if (there) expect(there).toEqual(await joseOpens(token))
    }),
    { numRuns: 1_000 },
  )
})

test('parts of two tokens make no third', async () => {
  const [one = [], other = []] = [await joseSeals('one'), await joseSeals('two')].map((token) => token.split('.'))
  for (let mask = 1; mask < 31; mask++) {
    const mixed = one.map((part, index) => (mask & (1 << index) ? other[index] : part)).join('.')
    const isWhole = [one.join('.'), other.join('.')].includes(mixed)
    expect([ownOpens(mixed) !== null, (await joseOpens(mixed)) !== null]).toEqual([isWhole, isWhole])
  }
})

const withHeader = (token: string, change: (header: Record<string, unknown>) => unknown) => {
  const [header = '', ...rest] = token.split('.')
  const changed = JSON.stringify(change(JSON.parse(Buffer.from(header, 'base64url').toString())))
  return [Buffer.from(changed).toString('base64url'), ...rest].join('.')
}
const offCurve = Buffer.alloc(32, 1).toString('base64url')
const otherCurve = await exportJWK((await generateKeyPair('ECDH-ES', { crv: 'P-384', extractable: true })).publicKey)

test.each<[string, (header: Record<string, unknown>) => unknown]>([
  ['another algorithm', (header) => ({ ...header, alg: 'ECDH-ES+A256KW' })],
  ['the key itself as the algorithm', (header) => ({ ...header, alg: 'dir' })],
  ['another cipher', (header) => ({ ...header, enc: 'A128GCM' })],
  ['a critical extension', (header) => ({ ...header, crit: ['exp'], exp: 1 })],
  ['an empty list of them', (header) => ({ ...header, crit: [] })],
  ['compression', (header) => ({ ...header, zip: 'DEF' })],
  ['no ephemeral key', ({ epk: _, ...header }) => header],
  ['null as one', (header) => ({ ...header, epk: null })],
  [
    'a point that is not on the curve',
    (header) => ({ ...header, epk: { kty: 'EC', crv: 'P-256', x: offCurve, y: offCurve } }),
  ],
  ['a point of another curve', (header) => ({ ...header, epk: otherCurve })],
  [
    'the point at infinity',
    (header) => ({ ...header, epk: { kty: 'EC', crv: 'P-256', x: 'A'.repeat(43), y: 'A'.repeat(43) } }),
  ],
  ['a symmetric key', (header) => ({ ...header, epk: { kty: 'oct', k: 'AAAA' } })],
  ['a list', (header) => [header]],
  ['null', () => null],
  ['a text', () => 'header'],
])('a header with %s opens nowhere', async (_, change) => {
  const changed = withHeader(sealed[3] ?? '', change)
  expect(ownOpens(changed)).toBeNull()
  expect(await joseOpens(changed)).toBeNull()
})

test.each([
  ['apu', Buffer.from('Alice')],
  ['apv', Buffer.from('Bob')],
])('a key agreed on with %s is not of this form: jose opens it, nobody here makes it', async (name, party) => {
  const encrypt = new CompactEncrypt(Buffer.from('text')).setProtectedHeader({ ...sealing, kid: KID })
  const token = await encrypt.setKeyManagementParameters({ [name]: party }).encrypt(pair.publicKey)
  expect(await joseOpens(token)).not.toBeNull()
  expect(ownOpens(token)).toBeNull()
})

test('a tag cut short opens nowhere: it could be guessed', async () => {
  for (const token of sealed) {
    const [header, key, iv, ciphertext, tag = ''] = token.split('.')
    for (const bytes of [0, 1, 4, 8, 12, 13, 14, 15]) {
      const short = Buffer.from(tag, 'base64url').subarray(0, bytes).toString('base64url')
      const changed = [header, key, iv, ciphertext, short].join('.')
      expect([ownOpens(changed), await joseOpens(changed)]).toEqual([null, null])
    }
  }
})

test('a signed token, a JWE of another key and one for a key that is not here open nowhere', async () => {
  const { privateKey: signer } = await generateKeyPair('ES256')
  const jws = await new CompactSign(Buffer.from('text')).setProtectedHeader({ alg: 'ES256', kid: KID }).sign(signer)
  const stranger = await generateKeyPair('ECDH-ES', { crv: 'P-256' })
  expect(ownOpens(jws)).toBeNull()
  expect(ownOpens(await joseSeals('text', {}, stranger.publicKey))).toBeNull()
  expect(ownOpens(await joseSeals('text', { kid: 'stranger' }))).toBeNull()
  expect(ownOpens(await joseSeals('text', { kid: undefined }))).toBeNull()
})

test.each([
  ['here', async () => sealJwe('text', { ...sealing, kid: KID }, publicKey)],
  ['by jose', () => joseSeals('text')],
])('a secret that begins with a zero byte is agreed on in its full length, sealed %s', async (_, seal) => {
  let token = ''
  // One in 256 is such a one.
  do token = await seal()
  while (secretOf(token)[0] !== 0)
  expect(ownOpens(token)).toEqual(await joseOpens(token))
  expect(ownOpens(token)?.hex).toBe(hex('text'))
})

function secretOf(token: string): Buffer {
  const { epk } = JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString())
  return diffieHellman({ privateKey, publicKey: createPublicKey({ key: epk, format: 'jwk' }) })
}
