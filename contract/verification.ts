import { z } from 'zod'
import { type FactLetter, factLetter, MOST_ON_A_SHEET } from './catalogue.ts'
import { isoInstant, operationId, totemId } from './identity.ts'
import { listHead } from './signed-list.ts'

/**
 * The verification code on the totem's own papers: a CWT (RFC 8392) in COSE_Sign1 (RFC 9052) with ES256, zlib where
 * that is shorter, base45 (RFC 9285), after this prefix. All of it is in the QR alphanumeric set. The code is no seal
 * of ANPR: it states what this totem received from ANPR, what the person declares, and what the totem printed.
 */
export const VERIFICATION_PREFIX = 'TP1:'
/** Characters of a QR of version 25 at level Q: 117 modules and their margin are 62 mm of paper at 0.5 mm a module. */
export const VERIFICATION_CODE_MAX = 1041

/** COSE header labels and values (RFC 9052 §3.1, RFC 9053 §2.1). */
export const COSE = { alg: 1, kid: 4, es256: -7, sign1Tag: 18 } as const
/** CWT claim keys (RFC 8392 §4); `paper` is the project's own: below -65536 is for private use (RFC 8392 §9.1). */
const CWT = { iss: 1, exp: 4, iat: 6, cti: 7, paper: -65537 } as const

const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const ULID_BYTES = 16

function ulidOf(bytes: Uint8Array): string {
  let value = bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n)
  let text = ''
  for (let place = 0; place < 26; place++, value >>= 5n) text = `${CROCKFORD[Number(value & 31n)]}${text}`
  return text
}

function ulidBytes(ulid: string): Uint8Array<ArrayBuffer> {
  let value = [...ulid].reduce((sum, letter) => (sum << 5n) | BigInt(CROCKFORD.indexOf(letter)), 0n)
  const bytes = new Uint8Array(ULID_BYTES)
  for (let place = ULID_BYTES - 1; place >= 0; place--, value >>= 8n) bytes[place] = Number(value & 255n)
  return bytes
}

const hexOf = (bytes: Uint8Array) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
const hexBytes = (hex: string) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))

const bytesOf = (length: number) => z.instanceof(Uint8Array).refine((bytes) => bytes.length === length)
/** Left: on the wire. Right: in the program. */
const ulid = z.codec(bytesOf(ULID_BYTES), operationId, { decode: ulidOf, encode: ulidBytes })
const sha256 = z.codec(bytesOf(32), z.string().regex(/^[0-9a-f]{64}$/), { decode: hexOf, encode: hexBytes })
/** NumericDate in whole seconds, until the year 9999, the last with four digits in an ISO date. */
const instant = z.codec(z.number().int().min(0).max(253_402_300_799), isoInstant, {
  decode: (seconds) => new Date(seconds * 1000).toISOString(),
  encode: (iso) => Math.floor(Date.parse(iso) / 1000),
})

/** No control, format or half character: paper and terminal do not show it, and it could change how the rest looks. */
const name = z
  .string()
  .max(150)
  .regex(/^\P{C}*$/u)
const codiceFiscale = z.string().regex(/^(?:[A-Z0-9]{16}|\d{11})$/)
/** The person whom the paper is about. Somebody may have no surname, or no name. */
const subject = z.codec(
  z.tuple([name, name, codiceFiscale]).refine(([surname, name]) => surname + name !== '', 'nobody'),
  z.strictObject({ surname: name, name, codiceFiscale: codiceFiscale }),
  {
    decode: ([surname, name, codiceFiscale]) => ({ surname, name, codiceFiscale }),
    encode: ({ surname, name, codiceFiscale }): [string, string, string] => [surname, name, codiceFiscale],
  },
)

const factText = z
  .string()
  .max(800)
  .regex(/^(?:\P{C}|\n)+$/u)
/** Facts in the paper's words, by letter; `\n` separates lines. */
const facts = z.codec(z.map(factLetter, factText), z.partialRecord(factLetter, factText), {
  decode: (map) => Object.fromEntries(map),
  encode: (record) => new Map(Object.entries(record) as [FactLetter, string][]),
})

/** ANPR table 13. A verifier also names types that this totem does not issue yet. */
const types = z
  .array(
    z.codec(z.number().int().min(1).max(99), z.string().regex(/^[1-9]\d?$/), {
      decode: String,
      encode: Number,
    }),
  )
  .min(1)
  .max(MOST_ON_A_SHEET)

const common = {
  /** `cti`: a ULID of this paper alone; a reprint of the same paper keeps it. */
  id: ulid,
  /** `iss`: the totem that states it. */
  totem: totemId,
  /** `iat`, in whole seconds. */
  issuedAt: instant,
  /** `exp`. Left out when the paper does not lapse. */
  validUntil: instant.optional(),
}
/** The sealed PDF that this totem received from ANPR and printed; the SHA-256 ties the paper to that file. */
const certificate = {
  operation: ulid,
  types,
  protocol: z
    .string()
    .max(60)
    .regex(/^\P{C}+$/u),
  pdfSha256: sha256,
}

/**
 * Contents of a code, by kind of paper. The totem vouches for `totem`, `issuedAt`, `operation`, `pages`, and for having
 * received `protocol`, `pdfSha256` and `fromAnpr` from ANPR. The person alone vouches for `declared`.
 */
export const verificationClaims = z.discriminatedUnion('document', [
  z.strictObject({
    document: z.literal('receipt'),
    ...common,
    ...certificate,
    pages: z.number().int().min(1).max(200),
  }),
  z.strictObject({ document: z.literal('slip'), ...common, validUntil: instant, operation: ulid, types }),
  z.strictObject({ document: z.literal('visura'), ...common, subject, fromAnpr: facts }),
  /** Art. 46 DPR 445/2000: a prefilled line is in `fromAnpr` and counts as declared once the person has signed. */
  z.strictObject({
    document: z.literal('dichiarazioneSostitutiva'),
    ...common,
    subject,
    fromAnpr: facts,
    declared: facts,
  }),
  /** Art. 47 DPR 445/2000: no code can hold the person's handwriting. */
  z.strictObject({ document: z.literal('attoNotorio'), ...common, subject, fromAnpr: facts }),
  z.strictObject({ document: z.literal('coverSlip'), ...common, ...certificate, subject }),
])
export type VerificationClaims = z.output<typeof verificationClaims>
export type VerifiedDocument = VerificationClaims['document']

/** Keys inside the private claim, and the number of each kind of paper. None ever changes its meaning under `TP1:`. */
const PAPER = {
  document: 1,
  operation: 2,
  pages: 3,
  types: 4,
  protocol: 5,
  pdfSha256: 6,
  subject: 7,
  fromAnpr: 8,
  declared: 9,
} as const
const DOCUMENTS: Record<VerifiedDocument, number> = {
  receipt: 1,
  slip: 2,
  visura: 3,
  dichiarazioneSostitutiva: 4,
  attoNotorio: 5,
  coverSlip: 6,
}

/** The CWT claims set of a code, ready for CBOR: integer keys, bytes as Uint8Array. Null if the schema refuses it. */
export function toCwt(claims: VerificationClaims): Map<number, unknown> | null {
  const wire = verificationClaims.safeEncode(claims)
  if (!wire.success) return null
  const { id, totem, issuedAt, validUntil, document, ...rest } = wire.data
  const paper = new Map<number, unknown>([[PAPER.document, DOCUMENTS[document]]])
  for (const [field, value] of Object.entries(rest)) paper.set(PAPER[field as keyof typeof PAPER], value)
  const cwt = new Map<number, unknown>([[CWT.iss, totem]])
  if (validUntil !== undefined) cwt.set(CWT.exp, validUntil)
  return cwt.set(CWT.iat, issuedAt).set(CWT.cti, id).set(CWT.paper, paper)
}

/** Reads the result of `toCwt` from decoded CBOR; null for anything else. Never throws. */
export function fromCwt(decoded: unknown): VerificationClaims | null {
  const cwt = named(decoded, { totem: CWT.iss, validUntil: CWT.exp, issuedAt: CWT.iat, id: CWT.cti, paper: CWT.paper })
  const paper = named(cwt?.paper, PAPER)
  if (!cwt || !paper) return null
  const { paper: _, ...claims } = cwt
  const document = Object.entries(DOCUMENTS).find(([, number]) => number === paper.document)?.[0]
  const read = verificationClaims.safeParse({ ...claims, ...paper, document })
  return read.success ? read.data : null
}

/** A CBOR map with no keys but these, by name. */
function named<K extends string>(map: unknown, keys: Record<K, number>): Partial<Record<K, unknown>> | null {
  if (!(map instanceof Map)) return null
  const entries = Object.entries<number>(keys)
    .filter(([, key]) => map.has(key))
    .map(([name, key]) => [name, map.get(key)])
  return entries.length === map.size ? (Object.fromEntries(entries) as Partial<Record<K, unknown>>) : null
}

/** `kid`: the first 8 bytes of the key's JWK thumbprint (RFC 7638, SHA-256), base64url. In COSE it is the bytes. */
const verificationKid = z.string().regex(/^[A-Za-z0-9_-]{11}$/)
/** A P-256 coordinate. */
const coordinate = z.string().regex(/^[A-Za-z0-9_-]{43}$/)

export const VERIFICATION_KEYS_TYP = 'totem-verification-keys+jws'

const verificationKey = z.strictObject({
  kid: verificationKid,
  totem: totemId,
  x: coordinate,
  y: coordinate,
  /** A paper dated outside of these is not this totem's. A totem that retires gets an earlier `notAfter`. */
  notBefore: isoInstant,
  notAfter: isoInstant,
  /** Since then the key is known to be stolen. A thief writes any date, so nothing that the key signed counts. */
  withdrawn: isoInstant.optional(),
})
export type VerificationKey = z.infer<typeof verificationKey>

/**
 * Payload of the list of totems' public keys: a compact JWS, ES256, protected header `typ` as above. After
 * `nextUpdate` a verifier says that it does not know later withdrawals.
 */
export const verificationKeys = z.strictObject({
  ...listHead,
  keys: z
    .array(verificationKey)
    .min(1)
    // 6,933 offices, each with its key and the former one.
    .max(20_000)
    .refine((keys) => new Set(keys.map(({ kid }) => kid)).size === keys.length, 'a kid twice'),
})
export type VerificationKeys = z.infer<typeof verificationKeys>
