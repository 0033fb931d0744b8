import { generateKeyPairSync, type KeyObject, sign as signBytes } from 'node:crypto'
import { deflateSync } from 'node:zlib'
import base45 from 'base45'
import { encode, rfc8949EncodeOptions, Tagged } from 'cborg'
import fc from 'fast-check'
import type { JWK } from 'jose'
import { describe, expect, test } from 'vitest'
import { COSE, toCwt, type VerificationKeys } from '../../contract/verification.ts'
import { openVerificationKeys } from '../../gateway/verify/keys.ts'
import { type Verdict, verifyCode } from '../../gateway/verify/verify.ts'
import { signVerificationKeys, verificationKeyPair } from '../../simulator/pki/verification-keys.ts'
import { frozenKeys, frozenReceipt, NOW, samples, signed, signingTotem } from '../support/verification/samples.ts'

// An attacker wants a paper to pass for a totem's, or a verifier to stop.

const { keys, signer, sign } = await signingTotem()
const other = await signingTotem('TT-0002')
const both: VerificationKeys = { ...keys, keys: [...keys.keys, ...other.keys.keys] }

const cbor = (value: unknown) => encode(value, rfc8949EncodeOptions)
const kidBytes = (kid: string) => new Uint8Array(Buffer.from(kid, 'base64url'))
const textOf = (bytes: Uint8Array) => `TP1:${base45.encode(Buffer.from(bytes))}`
const goodHeader = new Map<number, unknown>([
  [COSE.alg, COSE.es256],
  [COSE.kid, kidBytes(signer.kid)],
])
const goodPayload = cbor(toCwt(samples.receipt))

interface Forgery {
  header?: Uint8Array
  unprotected?: unknown
  payload?: Uint8Array
  key?: KeyObject
  context?: string
  signature?(good: Uint8Array): Uint8Array
  tag?: number
}

/** A code with a right signature by `key` (the totem's own by default) over any contents. */
function cose({ header = cbor(goodHeader), payload = goodPayload, ...odd }: Forgery): Uint8Array {
  const over = cbor([odd.context ?? 'Signature1', header, new Uint8Array(), payload])
  const good = new Uint8Array(signBytes('sha256', over, { key: odd.key ?? signer.key, dsaEncoding: 'ieee-p1363' }))
  const parts = [header, odd.unprotected ?? new Map(), payload, odd.signature?.(good) ?? good]
  return cbor(new Tagged(odd.tag ?? COSE.sign1Tag, parts))
}
const forged = (forgery: Forgery) => textOf(cose(forgery))
const judge = (text: string, list = both, now = NOW) => verifyCode(text, list, now)
const not = (reason: Extract<Verdict, { kind: 'not-genuine' }>['reason']): Verdict => ({ kind: 'not-genuine', reason })
const unread = (reason: Extract<Verdict, { kind: 'unreadable' }>['reason']): Verdict => ({ kind: 'unreadable', reason })
const header = (...entries: [unknown, unknown][]) => cbor(new Map(entries))
const hex = (digits: string) => new Uint8Array(Buffer.from(digits, 'hex'))

test('the forger’s own tools make a good code when used honestly', async () => {
  expect(await judge(forged({}))).toEqual({ kind: 'genuine', claims: samples.receipt })
})

describe('signed by somebody else', () => {
  const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
  test.each<[string, Forgery, Verdict]>([
    ['by a stranger in the totem’s name', { key: stranger }, not('signature-wrong')],
    ['with another totem’s kid', { header: header([1, -7], [4, kidBytes(other.signer.kid)]) }, not('signature-wrong')],
    [
      'by another totem',
      { header: header([1, -7], [4, kidBytes(other.signer.kid)]), key: other.signer.key },
      not('not-this-totem'),
    ],
    ['by a kid of nobody', { header: header([1, -7], [4, new Uint8Array(8)]) }, not('signer-unknown')],
    ['by a kid of no bytes', { header: header([1, -7], [4, new Uint8Array()]) }, not('signer-unknown')],
    ['by the end of a kid', { header: header([1, -7], [4, kidBytes(signer.kid).slice(1)]) }, not('signer-unknown')],
    ['as another COSE structure', { context: 'Signature' }, not('signature-wrong')],
    ['with zeros', { signature: () => new Uint8Array(64) }, not('signature-wrong')],
    [
      'with the curve’s order',
      { signature: () => hex('ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551'.repeat(2)) },
      not('signature-wrong'),
    ],
    ['in DER', { signature: (good) => Uint8Array.of(0x30, 0x44, ...good) }, unread('malformed')],
    ['with half a signature', { signature: (good) => good.slice(0, 32) }, unread('malformed')],
    ['with no signature', { signature: () => new Uint8Array() }, unread('malformed')],
  ])('%s', async (_how, forgery, verdict) => {
    expect(await judge(forged(forgery))).toEqual(verdict)
  })
})

describe('the maker of a code does not choose how it is checked', () => {
  const kid: [number, unknown] = [COSE.kid, kidBytes(signer.kid)]
  test.each<[string, Forgery]>([
    ['another algorithm: ES384', { header: header([1, -35], kid) }],
    ['another algorithm: HMAC', { header: header([1, 5], kid) }],
    ['the algorithm’s name', { header: header([1, 'ES256'], kid) }],
    ['no algorithm', { header: header(kid) }],
    ['alg only where it is not signed', { header: header(kid), unprotected: new Map([[1, -7]]) }],
    ['kid only where it is not signed', { header: header([1, -7]), unprotected: new Map([kid]) }],
    ['a second kid where it is not signed', { unprotected: new Map([kid]) }],
    ['kid as text', { header: header([1, -7], [4, signer.kid]) }],
    ['a key of its own in the header', { header: header([1, -7], kid, [-1, new Uint8Array(32)]) }],
    ['critical headers', { header: header([1, -7], kid, [2, [1]]) }],
    ['an empty header', { header: new Uint8Array() }],
    ['alg twice in the header', { header: hex(`a3012601260448${'00'.repeat(8)}`) }],
    ['a header with something behind it', { header: Uint8Array.of(...cbor(goodHeader), 0) }],
    ['no map for the unprotected header', { unprotected: [] }],
    ['COSE_Mac0', { tag: 17 }],
    ['a CWT around it', { tag: 61 }],
  ])('%s', async (_how, forgery) => {
    expect(await judge(forged(forgery))).toEqual(unread('malformed'))
  })

  test.each([
    ['no tag', (good: Uint8Array) => good.slice(1)],
    ['a tag in two bytes', (good: Uint8Array) => Uint8Array.of(0xd8, 0x12, ...good.slice(1))],
    ['an array without end', (good: Uint8Array) => Uint8Array.of(0xd2, 0x9f, ...good.slice(2), 0xff)],
    ['a fifth element', (good: Uint8Array) => Uint8Array.of(0xd2, 0x85, ...good.slice(2), 0xf6)],
    ['a byte behind', (good: Uint8Array) => Uint8Array.of(...good, 0)],
    ['itself twice', (good: Uint8Array) => Uint8Array.of(...good, ...good)],
    ['nothing', () => new Uint8Array()],
    ['a tag and nothing', () => Uint8Array.of(0xd2)],
    ['a tower of tags', () => new Uint8Array(600).fill(0xd2)],
    ['a tower of arrays', () => new Uint8Array(600).fill(0x81)],
    ['a tower of maps', () => new Uint8Array(600).fill(0xa1)],
    ['an array that says 4 billion elements', () => hex('d29affffffff')],
    ['bytes that say 16 exabytes', () => hex('d284465bffffffffffffffff')],
    ['a string that says 4 GB', () => hex('d2847affffffff41')],
    ['indefinite everything', () => hex('d29f5f41a0ffbf0126ffff5f40ffff')],
    ['a big integer', () => hex('d284401bffffffffffffffff4040')],
    ['not a number', () => hex('d28440f97e004040')],
    ['undefined', () => hex('d28440f74040')],
  ])('%s', async (_what, bytes) => {
    expect(await judge(textOf(bytes(cose({}))))).toEqual(unread('malformed'))
  })
})

describe('zlib', () => {
  test('a code compressed by another program is the same code', async () => {
    const small = deflateSync(cose({}), { level: 0 })
    expect(await judge(textOf(small))).toMatchObject({ kind: 'genuine' })
  })
  test.each([
    ['a bomb: half a megabyte in 600 bytes', deflateSync(Buffer.alloc(500_000))],
    ['cut', deflateSync(cose({})).subarray(0, -5)],
    ['a wrong checksum', Buffer.concat([deflateSync(cose({})).subarray(0, -4), Buffer.alloc(4)])],
    ['something behind it', Buffer.concat([deflateSync(cose({})), Buffer.of(1)])],
    ['a window that no deflate has', Buffer.from('78ffffff', 'hex')],
  ])('%s', async (_what, bytes) => {
    expect(await judge(textOf(bytes))).toEqual(unread('damaged'))
  })
  test('zlib in zlib', async () => {
    expect(await judge(textOf(deflateSync(deflateSync(cose({})))))).toEqual(unread('malformed'))
  })
})

describe('contents signed by a totem’s own key that no totem writes', () => {
  const cwt = (change: (claims: Map<number, unknown>) => void) => {
    const claims = toCwt(samples.receipt) ?? new Map()
    change(claims)
    return cbor(claims)
  }
  const paper = (change: (paper: Map<number, unknown>) => void) =>
    cwt((claims) => change(claims.get(-65537) as Map<number, unknown>))
  test.each<[string, Uint8Array]>([
    ['nothing', new Uint8Array()],
    ['no map', cbor([1, 2, 3])],
    ['a map of texts', cbor({ iss: 'TT-0001' })],
    ['an issuer twice', hex('a2016754542d30303031016754542d30303032')],
    ['a claim of no meaning', cwt((claims) => claims.set(2, 'ROSSI MARIO'))],
    ['no id', cwt((claims) => claims.delete(7))],
    ['an id of 15 bytes', cwt((claims) => claims.set(7, new Uint8Array(15)))],
    ['no issuer', cwt((claims) => claims.delete(1))],
    ['a date as text', cwt((claims) => claims.set(6, '2026-11-22'))],
    ['a date in fractions', cwt((claims) => claims.set(6, 1_795_000_000.5))],
    ['a date before 1970', cwt((claims) => claims.set(6, -1))],
    ['a date beyond all dates', cwt((claims) => claims.set(6, 2 ** 52))],
    ['a kind of paper yet to come', paper((fields) => fields.set(1, 99))],
    ['a kind of paper as text', paper((fields) => fields.set(1, 'receipt'))],
    ['a field yet to come', paper((fields) => fields.set(99, 1))],
    ['a slip with the fields of a receipt', paper((fields) => fields.set(1, 2))],
    ['a receipt that names its holder', paper((fields) => fields.set(7, ['ROSSI', 'MARIO', 'RSSMRA80A01H501U']))],
    ['a fingerprint of 31 bytes', paper((fields) => fields.set(6, new Uint8Array(31)))],
    ['no pages', paper((fields) => fields.set(3, 0))],
    ['text that turns its direction', paper((fields) => fields.set(5, '123\u202e321'))],
    ['text that commands a terminal', paper((fields) => fields.set(5, '\u001b]0;x\u0007'))],
    ['__proto__', paper((fields) => (fields as Map<unknown, unknown>).set('__proto__', {}))],
  ])('%s', async (_what, payload) => {
    expect(await judge(forged({ payload }))).toEqual(unread('claims-unknown'))
  })
})

describe('dates', () => {
  const at = (issuedAt: string) => sign({ ...samples.receipt, issuedAt })
  const { slip } = samples
  test.each<[string, string, string, Verdict['kind'] | Verdict]>([
    ['a slip on its last second', sign(slip), slip.validUntil, 'genuine'],
    ['a slip the second after', sign(slip), '2026-12-02T09:30:01Z', 'expired'],
    ['a receipt, years later', sign(samples.receipt), '2040-01-01T00:00:00Z', 'genuine'],
    ['a clock that is half an hour slow', at('2026-11-22T10:30:00.000Z'), '2026-11-22T10:00:00Z', 'genuine'],
    ['tomorrow', at('2026-11-23T10:00:00.000Z'), '2026-11-22T10:00:00Z', not('in-the-future')],
    ['before the totem had its key', at('2025-12-31T23:59:59.000Z'), '2026-11-22T10:00:00Z', not('key-not-in-use')],
    ['after the totem had retired', at('2028-01-01T00:00:01.000Z'), '2028-02-01T00:00:00Z', not('key-not-in-use')],
  ])('%s', async (_when, code, now, verdict) => {
    const judged = await judge(code, keys, new Date(now))
    if (typeof verdict === 'string') expect(judged.kind).toBe(verdict)
    else expect(judged).toEqual(verdict)
  })
})

describe('the totem was stolen', () => {
  const stolen: VerificationKeys = {
    ...both,
    sequence: 8,
    keys: both.keys.map((key) => (key.kid === signer.kid ? { ...key, withdrawn: '2026-11-21T00:00:00Z' } : key)),
  }
  test.each(['2026-03-01T00:00:00.000Z', '2026-11-22T09:00:00.000Z'])(
    'nothing of it counts, dated %s',
    async (issuedAt) => {
      expect(await judge(sign({ ...samples.receipt, issuedAt }), stolen)).toEqual({
        kind: 'withdrawn',
        totem: 'TT-0001',
        since: '2026-11-21T00:00:00Z',
      })
    },
  )
  test('no paper of it counts', async () => {
    expect(await judge(forged({ payload: cbor('rubbish') }), stolen)).toMatchObject({ kind: 'withdrawn' })
  })
  test('a forgery in its name is still called a forgery', async () => {
    expect(await judge(forged({ key: other.signer.key }), stolen)).toEqual(not('signature-wrong'))
  })
  test('another totem’s papers still count', async () => {
    const code = signed({ ...samples.receipt, totem: 'TT-0002' }, other.signer)
    expect(await judge(code, stolen)).toMatchObject({ kind: 'genuine' })
  })
})

describe('the key list', async () => {
  const { private: keeper } = await verificationKeyPair('the keeper')
  const { private: stranger } = await verificationKeyPair('a stranger')
  const { d: _, ...keeperPublic } = keeper
  const jws = await signVerificationKeys(keys, keeper)
  const [head = '', body = '', signature = ''] = jws.split('.')
  const json = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const signedBy = async (list: unknown, header = {}) => {
    const { CompactSign, importJWK } = await import('jose')
    return new CompactSign(Buffer.from(typeof list === 'string' ? list : JSON.stringify(list)))
      .setProtectedHeader({ alg: 'ES256', typ: 'totem-verification-keys+jws', ...header })
      .sign(await importJWK(keeper as JWK, 'ES256'))
  }

  test('opens when its keeper has signed it, with or without a final line break', async () => {
    expect(await openVerificationKeys(`${jws}\n`, keeperPublic)).toEqual({ ok: true, value: keys })
  })

  test.each([
    ['signed by a stranger', signVerificationKeys(keys, stranger)],
    ['with a stranger’s key in it', `${head}.${json({ ...keys, keys: other.keys.keys })}.${signature}`],
    ['not signed', `${json({ alg: 'none', typ: 'totem-verification-keys+jws' })}.${body}.`],
    ['another list of the same keeper', signVerificationKeys(keys, keeper, { typ: 'totem-trust+jws' })],
    ['of no type', signVerificationKeys(keys, keeper, { typ: '' })],
    ['empty', ''],
    ['a page of an error', '<html>502 Bad Gateway</html>'],
  ])('%s is refused', async (_how, list) => {
    expect(await openVerificationKeys(await list, keeperPublic)).toEqual({
      ok: false,
      error: { kind: 'keys-unsigned' },
    })
  })

  const [key] = keys.keys
  test.each([
    ['no keys', { ...keys, keys: [] }],
    ['a kid twice', { ...keys, keys: [key, { ...key, totem: 'TT-0002' }] }],
    ['a private key in it', { ...keys, keys: [{ ...key, d: 'AAAA' }] }],
    ['a field of no meaning', { ...keys, comment: '' }],
    ['no date', { ...keys, issued: 'yesterday' }],
    ['a coordinate too short', { ...keys, keys: [{ ...key, x: 'AAAA' }] }],
    ['no JSON', 'keys'],
  ])('%s, and signed, is refused', async (_how, list) => {
    expect(await openVerificationKeys(await signedBy(list), keeperPublic)).toEqual({
      ok: false,
      error: { kind: 'keys-malformed' },
    })
  })

  test('a point off the curve vouches for nothing', async () => {
    const off = { ...keys, keys: keys.keys.map((one) => ({ ...one, y: `A${one.y.slice(1, -1)}A` })) }
    expect(await judge(sign(samples.receipt), off)).toEqual(not('signature-wrong'))
  })
})

describe('cut, mistyped, altered', () => {
  const accepted = async (text: string) => {
    const { kind } = await verifyCode(text, frozenKeys, NOW)
    return kind === 'genuine' || kind === 'expired'
  }

  test('no code counts with a letter removed, added or changed', async () => {
    for (let at = 0; at < frozenReceipt.length; at++) {
      const [before, letter, after] = [frozenReceipt.slice(0, at), frozenReceipt[at], frozenReceipt.slice(at + 1)]
      const wrong = letter === '7' ? 'Q' : '7'
      for (const text of [before + after, before + wrong + after, `${before}${wrong}${letter}${after}`, before])
        expect(await accepted(text), `letter ${at}: ${text}`).toBe(false)
    }
  })

  test('no code counts with a bit turned', async () => {
    const good = cose({})
    for (let bit = 0; bit < good.length * 8; bit++) {
      const bytes = good.slice()
      bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      expect((await judge(textOf(bytes))).kind, `bit ${bit}`).toMatch(/^(not-genuine|unreadable)$/)
    }
  })

  test.each([
    ['nothing', '', 'other-code'],
    ['a link', 'https://www.anpr.interno.it/portale/verifica?h=1234', 'other-code'],
    ['the health certificate of 2021', `HC1:${frozenReceipt.slice(4)}`, 'other-code'],
    ['the prefix alone', 'TP1:', 'malformed'],
    ['small letters', frozenReceipt.toLowerCase().replace('tp1', 'TP1'), 'damaged'],
    ['a megabyte', `TP1:${'0'.repeat(1_000_000)}`, 'damaged'],
  ] as const)('%s is not read', async (_what, text, reason) => {
    expect(await judge(text)).toEqual(unread(reason))
  })

  test('any text gets a verdict and throws nothing', async () => {
    const letters = fc.constantFrom(...'0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:')
    const texts = fc.oneof(
      fc.string(),
      fc.string({ unit: letters, maxLength: 1100 }).map((rest) => `TP1:${rest}`),
    )
    await fc.assert(
      fc.asyncProperty(texts, async (text) => {
        expect((await judge(text)).kind).toBe('unreadable')
      }),
    )
  })

  test('any bytes under a good signature get a verdict and throw nothing', async () => {
    const bytes = fc.uint8Array({ maxLength: 400 })
    await fc.assert(
      fc.asyncProperty(bytes, bytes, async (payload, odd) => {
        expect((await judge(forged({ payload }))).kind).toBe('unreadable')
        expect((await judge(forged({ header: odd }))).kind).toBe('unreadable')
        expect((await judge(textOf(Uint8Array.of(0x78, 0x9c, ...odd)))).kind).toBe('unreadable')
      }),
    )
  })
})
