import { isTableType } from '../../catalogue/certificates.ts'
import { dayInWords, type Language } from '../../contract/language.ts'
import type { VerificationClaims, VerificationKeys } from '../../contract/verification.ts'
import type { Verdict } from './verify.ts'
import { type Words, words } from './words.ts'

/** A verdict, or a picture without any code. */
export type Outcome = Verdict | { kind: 'unreadable'; reason: 'no-code' }

/**
 * What one voice says: a heading, who answers for it, and facts, each a label and a text that may have several lines.
 */
interface Statement {
  who: string
  note: string
  facts: [label: string, text: string][]
}

export interface Told {
  tone: 'good' | 'warning' | 'bad' | 'quiet'
  title: string
  lead: string
  /** Said with any verdict: the key list is past its date. */
  caution: string | null
  statements: Statement[]
}

/** A verdict in words: what it is worth, and who vouches for what, each apart from the others (invariant 10). */
export function tell(outcome: Outcome, keys: VerificationKeys, language: Language, now: Date): Told {
  const says = words[language]
  const caution = Date.parse(keys.nextUpdate) < +now ? says.staleKeys(day(keys.nextUpdate, language)) : null
  return { caution, statements: [], ...verdictIn(says, outcome, keys, language) }
}

type VerdictTold = Pick<Told, 'tone' | 'title' | 'lead'> & Partial<Pick<Told, 'caution' | 'statements'>>

function verdictIn(says: Words, outcome: Outcome, keys: VerificationKeys, language: Language): VerdictTold {
  switch (outcome.kind) {
    case 'genuine':
      return { tone: 'good', ...says.genuine, statements: statementsOf(outcome.claims, language) }
    case 'expired': {
      const { title, lead } = says.expired
      const statements = statementsOf(outcome.claims, language)
      return { tone: 'warning', title, lead: lead(moment(outcome.on, language)), statements }
    }
    case 'withdrawn': {
      const { title, lead } = says.withdrawn
      return { tone: 'bad', title, lead: lead(outcome.totem, day(outcome.since, language)) }
    }
    case 'not-genuine': {
      if (outcome.reason !== 'signer-unknown')
        return { tone: 'bad', title: says.notGenuine.title, lead: says.notGenuine[outcome.reason] }
      const { title, lead } = says.signerUnknown
      return { tone: 'bad', title, lead: lead(day(keys.issued, language)) }
    }
    case 'unreadable':
      // An outdated list does not explain a bad picture.
      return { tone: 'quiet', title: says.unreadable.title, lead: says.unreadable[outcome.reason], caution: null }
  }
}

function statementsOf(claims: VerificationClaims, language: Language): Statement[] {
  const { who, label, document, ...says } = words[language]
  const certificates = (types: string[]) =>
    types.map((code) => (isTableType(code) ? says.certificate(code) : says.unknownCertificate(code))).join('\n')
  const facts = (given: Partial<Record<keyof Words['facts'], string>>) =>
    (Object.entries(given) as [keyof Words['facts'], string][]).map(([letter, text]): [string, string] => [
      says.facts[letter],
      text,
    ])

  const printed: Statement['facts'] = [
    [label.document, document[claims.document]],
    [label.totem, claims.totem],
    [label.issuedAt, moment(claims.issuedAt, language)],
  ]
  if (claims.validUntil !== undefined) printed.push([label.validUntil, moment(claims.validUntil, language)])
  if ('subject' in claims) {
    const { surname, name, codiceFiscale } = claims.subject
    printed.push([label.subject, `${surname} ${name}`.trim()], [label.codiceFiscale, codiceFiscale])
  }
  if (claims.document === 'slip') printed.push([label.requested, certificates(claims.types)])
  if ('operation' in claims) printed.push([label.operation, claims.operation])
  if ('pages' in claims) printed.push([label.pages, String(claims.pages)])
  printed.push([label.id, claims.id])

  const received: Statement['facts'] = []
  if ('protocol' in claims)
    received.push(
      [label.types, certificates(claims.types)],
      [label.protocol, claims.protocol],
      [label.pdfSha256, claims.pdfSha256],
    )
  if ('fromAnpr' in claims) received.push(...facts(claims.fromAnpr))

  const statements: Statement[] = [{ who: who.totem, note: who.totemNote, facts: printed }]
  if (received.length > 0) statements.push({ who: who.anpr, note: who.anprNote, facts: received })
  if (claims.document === 'dichiarazioneSostitutiva' || claims.document === 'attoNotorio')
    statements.push({
      who: who.person,
      note: who.personNote,
      facts: 'declared' in claims ? facts(claims.declared) : [],
    })
  return statements
}

export const day = (instant: string, language: Language): string => dayInWords(new Date(instant), language)

const moment = (instant: string, language: Language): string =>
  dayInWords(new Date(instant), language, { timeStyle: 'short' })
