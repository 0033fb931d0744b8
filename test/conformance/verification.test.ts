import { execFileSync } from 'node:child_process'
import { createPublicKey } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inflateSync } from 'node:zlib'
import base45 from 'base45'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { factLetter } from '../../contract/catalogue.ts'
import { language as languages } from '../../contract/language.ts'
import type { VerificationClaims } from '../../contract/verification.ts'
import { decodeBase45 } from '../../gateway/verify/base45.ts'
import { tell } from '../../gateway/verify/tell.ts'
import { verifyCode } from '../../gateway/verify/verify.ts'
import { signVerificationCode } from '../../main/documents/verification-code.ts'
import { printed, readByZbar, readByZxing, smudged, spotsOf } from '../support/verification/printed-code.ts'
import {
  frozenDeclaration,
  frozenKeys,
  frozenReceipt,
  NOW,
  samples,
  signingTotem,
  sized,
  TOTEM,
} from '../support/verification/samples.ts'

const { keys, sign, signer, listed } = await signingTotem()
/** A code as bytes of COSE_Sign1. */
const coseOf = (code: string): Buffer => {
  const bytes = Buffer.from(decodeBase45(code.slice(4)) ?? [])
  return bytes[0] === 0x78 ? inflateSync(bytes) : bytes
}

test.each(Object.entries(samples))('%s: the verifier reads what the totem wrote', async (_kind, claims) => {
  expect(await verifyCode(sign(claims), keys, NOW)).toEqual({ kind: 'genuine', claims })
})

const line = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }).filter((text) => /^\P{C}+$/u.test(text))
const instant = fc
  .integer({ min: Date.parse('2026-01-01'), max: +NOW })
  .map((ms) => new Date(ms - (ms % 1000)).toISOString())
const ulid = fc.stringMatching(/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/)
const someFacts = fc.dictionary(fc.constantFrom(...factLetter.options), line, { maxKeys: 4, noNullPrototype: true })
const anyClaims: fc.Arbitrary<VerificationClaims> = fc.record({
  document: fc.constant('dichiarazioneSostitutiva' as const),
  id: ulid,
  totem: fc.constant(TOTEM),
  issuedAt: instant,
  subject: fc.record({ surname: line, name: line, codiceFiscale: fc.stringMatching(/^(?:[A-Z0-9]{16}|[0-9]{11})$/) }),
  fromAnpr: someFacts,
  declared: someFacts,
})

test('any names and facts come back unchanged, or the totem says that they do not fit', async () => {
  await fc.assert(
    fc.asyncProperty(anyClaims, async (claims) => {
      const code = signVerificationCode(claims, signer)
      if (!code.ok) return expect(code.error.kind).toBe('too-long')
      expect(code.value).toMatch(/^TP1:[0-9A-Z $%*+\-./:]{1,1037}$/)
      expect(await verifyCode(code.value, keys, NOW)).toEqual({ kind: 'genuine', claims })
    }),
  )
})

test('a family beyond the paper is refused, and so is text that paper cannot show', () => {
  // The letters follow no pattern, so that compression cannot help.
  const crowd = Array.from({ length: 800 }, (_, at) => String.fromCodePoint(0x4e00 + ((at * 7919) % 20_000))).join('')
  const { visura } = samples
  expect(signVerificationCode({ ...visura, fromAnpr: { f: crowd } }, signer)).toMatchObject({
    error: { kind: 'too-long' },
  })
  for (const surname of ['ROSSI\u202eISSOR', 'ROSSI\u001b[2J', 'ROSSI\ud800', 'ROSSI\n'])
    expect(signVerificationCode({ ...visura, subject: { ...visura.subject, surname } }, signer)).toMatchObject({
      error: { kind: 'claims-refused' },
    })
})

test('somebody may have no surname, or no name; a paper is about nobody without both', () => {
  const { visura } = samples
  const signed = (names: { surname?: string; name?: string }) =>
    signVerificationCode({ ...visura, subject: { ...visura.subject, ...names } }, signer)
  expect([signed({ surname: '' }).ok, signed({ name: '' }).ok]).toEqual([true, true])
  expect(signed({ surname: '', name: '' })).toMatchObject({ error: { kind: 'claims-refused' } })
})

test('this base45 and the package’s agree on any bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      expect(decodeBase45(base45.encode(Buffer.from(bytes)))).toEqual(bytes)
    }),
  )
})

test('a code is compressed only if that makes it shorter', () => {
  const zlib = (claims: VerificationClaims) => decodeBase45(sign(claims).slice(4))?.[0] === 0x78
  expect(zlib(samples.slip)).toBe(false)
  expect(zlib({ ...samples.visura, fromAnpr: { f: 'ROSSI MARIO, figlio\n'.repeat(20) } })).toBe(true)
})

test('the CWT is laid out as RFC 8392 and RFC 9052 say, byte by byte', () => {
  const cose = coseOf(sign(samples.slip))
  const kid = Buffer.from(listed.kid, 'base64url').toString('hex')
  // Tag 18, array of 4; protected {1: -7, 4: kid} in 13 bytes; nothing unprotected; the payload in one length byte.
  const start = `d2844da201260448${kid}a058`
  expect(cose.toString('hex').startsWith(start)).toBe(true)
  const at = start.length / 2
  const payload = cose.subarray(at + 1, at + 1 + (cose[at] ?? 0)).toString('hex')
  // {1: "TT-0001", 4: 2026-12-02, 6: 2026-11-02, 7: 16 bytes, -65537: {1: 2, 2: 16 bytes, 4: [8]}}
  expect(payload).toMatch(
    /^a50167[0-9a-f]{14}041a[0-9a-f]{8}061a[0-9a-f]{8}0750[0-9a-f]{32}3a00010000a301020250[0-9a-f]{32}048108$/,
  )
  expect(cose.subarray(at + 1 + payload.length / 2).toString('hex')).toMatch(/^5840[0-9a-f]{128}$/)
})

test('OpenSSL agrees with the signature', () => {
  const folder = mkdtempSync(join(tmpdir(), 'totem-verification-'))
  const path = (name: string) => join(folder, name)
  try {
    const cose = coseOf(sign(samples.slip))
    const signature = cose.subarray(-64)
    // Sig_structure by hand (RFC 9052 §4.4): ["Signature1", protected, no external data, payload], each with its head.
    const header = cose.subarray(2, 16)
    const payload = cose.subarray(17, -66)
    writeFileSync(
      path('signed'),
      Buffer.concat([Buffer.from('\x84\x6aSignature1', 'latin1'), header, Buffer.of(0x40), payload]),
    )
    writeFileSync(path('signature'), derOf(signature))
    const jwk = { kty: 'EC', crv: 'P-256', x: listed.x, y: listed.y }
    writeFileSync(path('key.pem'), createPublicKey({ format: 'jwk', key: jwk }).export({ format: 'pem', type: 'spki' }))
    const openssl = ['dgst', '-sha256', '-verify', path('key.pem'), '-signature', path('signature'), path('signed')]
    expect(execFileSync('openssl', openssl).toString()).toBe('Verified OK\n')
  } finally {
    rmSync(folder, { recursive: true })
  }
})

/** r and s side by side, as OpenSSL wants them: SEQUENCE of two INTEGERs. */
function derOf(signature: Buffer): Buffer {
  const integers = [signature.subarray(0, 32), signature.subarray(32)].map((half) => {
    const digits = Buffer.concat([Buffer.of(0), half])
    const zeros = digits.findIndex((byte, at) => byte !== 0 || ((digits[at + 1] ?? 0) & 0x80) !== 0)
    const short = digits.subarray(zeros)
    return Buffer.concat([Buffer.of(0x02, short.length), short])
  })
  const body = Buffer.concat(integers)
  return Buffer.concat([Buffer.of(0x30, body.length), body])
}

// Versions of QR at level Q (ISO/IEC 18004); one version more is four modules, 2 mm of paper.
test.each([
  ['residenza, one person, full address', 14],
  ['stato di famiglia con parentela, 5 people', 17],
  ['contestuale and SHA-256 of the PDF', 14],
] as const)('%s takes no larger a code than version %i', (what, version) => {
  expect(printed(sign(sized[what])).version).toBeLessThanOrEqual(version)
})

test('a code that was printed when the format was new still verifies', async () => {
  expect(await verifyCode(frozenReceipt, frozenKeys, NOW)).toEqual({ kind: 'genuine', claims: samples.receipt })
  expect(await verifyCode(frozenDeclaration, frozenKeys, NOW)).toEqual({
    kind: 'genuine',
    claims: samples.dichiarazioneSostitutiva,
  })
})

describe.each([
  ['receipt', frozenReceipt],
  ['declaration', frozenDeclaration],
])('the code of a %s on paper of 203 dpi', (_kind, code) => {
  const paper = printed(code)
  const spots = spotsOf(paper).aside

  test('zxing and zbar read it', async () => {
    expect(await readByZxing(paper)).toBe(code)
    expect(readByZbar(paper)).toBe(code)
  })

  test.each(spots)('zxing reads it with a tenth smudged from module $x, $y (ink $ink)', async (spot) => {
    expect(await readByZxing(smudged(paper, spot))).toBe(code)
  })

  // Where the spot's edge cuts an alignment pattern, zbar accepts a neighbourhood that differs in up to 6 of 25 modules
  // (qrdec.c, qr_alignment_pattern_search) and reads everything around it from the wrong modules. On the golden papers
  // 7 spots of 484 fail so at level Q, as many with coarser modules, 14 at level H. zxing, which the verifier uses,
  // reads them all.
  test('zbar reads it with a tenth smudged, in nineteen places of twenty', () => {
    const missed = spots.filter((spot) => readByZbar(smudged(paper, spot)) !== code)
    expect(missed.length).toBeLessThanOrEqual(spots.length / 20)
  })
})

describe('in words', () => {
  const { receipt, slip, visura, dichiarazioneSostitutiva } = samples
  const voices = (claims: VerificationClaims) =>
    tell({ kind: 'genuine', claims }, keys, 'en', NOW).statements.map(({ who }) => who)

  test('the statements of ANPR, of the totem and of the person stand apart', () => {
    expect(voices(receipt)).toEqual(['The totem says so', 'The totem says that it received this from ANPR'])
    expect(voices(slip)).toEqual(['The totem says so'])
    expect(voices(visura)).toEqual(['The totem says so', 'The totem says that it received this from ANPR'])
    expect(voices(dichiarazioneSostitutiva)).toEqual([
      'The totem says so',
      'The totem says that it received this from ANPR',
      'The person declares it',
    ])
  })

  test.each(languages.options)('%s: every fact of every paper is shown, each once', (language) => {
    for (const claims of Object.values(samples)) {
      const told = tell({ kind: 'genuine', claims }, keys, language, NOW)
      const texts = told.statements.flatMap(({ facts }) => facts.map(([, text]) => text))
      const {
        document: _,
        validUntil: _until,
        issuedAt: _issued,
        subject,
        types,
        fromAnpr,
        declared,
        ...plain
      } = {
        validUntil: '',
        subject: null,
        types: [],
        fromAnpr: {},
        declared: {},
        ...claims,
      }
      const wanted = [
        ...Object.values(plain).map(String),
        ...Object.values(fromAnpr),
        ...Object.values(declared),
        ...(subject ? [`${subject.surname} ${subject.name}`, subject.codiceFiscale] : []),
      ]
      for (const text of wanted)
        expect(
          texts.filter((one) => one === text),
          `${claims.document}: ${text}`,
        ).toHaveLength(1)
    }
  })

  test('a withdrawn totem: the verdict says only that', () => {
    const told = tell({ kind: 'withdrawn', totem: TOTEM, since: '2026-11-01T00:00:00Z' }, keys, 'it', NOW)
    expect(told).toMatchObject({ tone: 'bad', title: 'Non vale: totem revocato', statements: [] })
    expect(told.lead).toContain('1 novembre 2026')
  })

  test('a key list past its date is reported, and stops nothing', () => {
    const later = new Date('2027-01-10T00:00:00Z')
    expect(tell({ kind: 'genuine', claims: receipt }, keys, 'en', later)).toMatchObject({
      tone: 'good',
      caution: expect.stringContaining('20 December 2026'),
    })
    expect(tell({ kind: 'genuine', claims: receipt }, keys, 'en', NOW).caution).toBeNull()
  })
})
