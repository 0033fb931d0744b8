import { err, ok, type Result } from './result.ts'

/**
 * An e-mail address as a person types it at a totem (RFC 5321 §4.1.2 and §4.5.3.1 without quoted local parts and address
 * literals; IDNA domains). A mistyped one takes a document to a stranger, so that the totem suggests and never corrects.
 */
export interface EmailAddress {
  local: string
  /** In lower case, as it was typed. */
  domain: string
}

/** What is wrong; each has a sentence of its own on the screen. */
export const ADDRESS_FAULTS = [
  'empty',
  'space',
  'no-at',
  'several-at',
  'no-name',
  'name-quoted',
  'name-letters',
  'name-dots',
  'no-domain',
  'domain-letters',
  'domain-dots',
  'no-ending',
  'too-long',
] as const
export type AddressFault = (typeof ADDRESS_FAULTS)[number]

const MOST = 254
const MOST_LOCAL = 64
const MOST_DOMAIN = 253
const MOST_LABEL = 63
const LOCAL = /^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+$/
const LABEL = /^[\p{L}\p{N}](?:[\p{L}\p{M}\p{N}-]*[\p{L}\p{M}\p{N}])?$/u

export const textOf = ({ local, domain }: EmailAddress): string => `${local}@${domain}`

export function emailAddress(typed: string): Result<EmailAddress, { kind: AddressFault }> {
  const no = (kind: AddressFault) => err({ kind })
  const text = typed.trim()
  if (text === '') return no('empty')
  // SECURITY: a line break would write further headers and receivers into the mail.
  if (/[\s\p{C}]/u.test(text)) return no('space')
  if (text.length > MOST) return no('too-long')
  const [local = '', domain, ...more] = text.split('@')
  if (domain === undefined) return no('no-at')
  if (text.includes('"')) return no('name-quoted')
  if (more.length > 0) return no('several-at')
  if (local === '') return no('no-name')
  if (!LOCAL.test(local)) return no('name-letters')
  if (local.startsWith('.') || local.endsWith('.') || local.includes('..')) return no('name-dots')
  if (local.length > MOST_LOCAL) return no('too-long')
  return domainOf(domain, (lower) => ({ local, domain: lower }))
}

function domainOf<T>(typed: string, made: (domain: string) => T): Result<T, { kind: AddressFault }> {
  const no = (kind: AddressFault) => err({ kind })
  if (typed === '') return no('no-domain')
  const domain = typed.normalize('NFC').toLowerCase()
  const labels = domain.split('.')
  if (labels.length < 2) return no('no-ending')
  if (labels.includes('')) return no('domain-dots')
  if (!labels.every((label) => LABEL.test(label))) return no('domain-letters')
  // An address literal, or a slip of the finger: no ending consists of digits.
  if (!/\p{L}.*\p{L}|^xn--/u.test(labels.at(-1) ?? '')) return no('no-ending')
  const ascii = asciiOf(domain)
  if (ascii === null) return no('domain-letters')
  if (ascii.length > MOST_DOMAIN || ascii.split('.').some((label) => label.length > MOST_LABEL)) return no('too-long')
  return ok(made(domain))
}

/** The domain as the name service knows it (RFC 5891); null: it has no such form. */
function asciiOf(domain: string): string | null {
  try {
    return new URL(`http://${domain}`).hostname
  } catch {
    return null
  }
}

/** Where Italians have their mail; the first five have a key of their own. */
const KNOWN = [
  ...['gmail.com', 'libero.it', 'hotmail.it', 'outlook.it', 'yahoo.it'],
  ...['hotmail.com', 'virgilio.it', 'alice.it', 'tin.it', 'icloud.com', 'live.it', 'tiscali.it', 'fastwebnet.it'],
  ...['poste.it', 'pec.it', 'legalmail.it', 'postecert.it'],
]
/** Real ones that look like a slip of another. */
const ALSO_REAL = ['outlook.com', 'yahoo.com', 'live.com', 'me.com', 'mail.com', 'email.it', 'tim.it', 'inwind.it']
export const DOMAIN_KEYS: readonly string[] = KNOWN.slice(0, 5)
const ENDINGS: Record<string, string> = {
  con: 'com',
  coom: 'com',
  comm: 'com',
  cm: 'com',
  ut: 'it',
  itt: 'it',
  iit: 'it',
}

/** Another domain that the person may have meant; null: none. Asking costs one touch, a wrong address the document. */
export function suggestedDomain({ domain }: EmailAddress): string | null {
  if (KNOWN.includes(domain) || ALSO_REAL.includes(domain)) return null
  const name = domain.slice(0, domain.lastIndexOf('.'))
  const ending = domain.slice(name.length + 1)
  const mended = ENDINGS[ending] ? `${name}.${ENDINGS[ending]}` : null
  if (mended && (KNOWN.includes(mended) || ALSO_REAL.includes(mended))) return mended
  const sameName = KNOWN.filter((known) => known.startsWith(`${name}.`))
  if (sameName.length === 1) return sameName[0] ?? null
  const [nearest] = KNOWN.map((known) => ({ known, far: distance(domain, known) }))
    // Two slips in six letters make another word.
    .filter(({ known, far }) => far <= (known.length > 7 ? 2 : 1))
    .toSorted((one, other) => one.far - other.far)
  return nearest?.known ?? mended
}

/** Letters that are missing, too many, wrong, or two that have changed places (optimal string alignment). */
export function distance(one: string, other: string): number {
  let before: number[] = []
  let last = Array.from({ length: other.length + 1 }, (_, at) => at)
  for (let i = 1; i <= one.length; i++) {
    const row = [i]
    for (let j = 1; j <= other.length; j++) {
      const same = one[i - 1] === other[j - 1] ? 0 : 1
      let least = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + same)
      if (i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1])
        least = Math.min(least, (before[j - 2] ?? 0) + 1)
      row.push(least)
    }
    before = last
    last = row
  }
  return last[other.length] ?? 0
}
