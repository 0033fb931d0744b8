import type { StaffLanguage } from '../../contract/language.ts'

/** `attention`: the part works, but a technician should look at it soon. `not-tried`: another failure was in the way. */
export type Outcome = 'ok' | 'attention' | 'failed' | 'not-tried'

/** One trial: its key never changes, so that a script may look for it. `detail` is a code, a number or a short text. */
export interface Check {
  key: RowKey
  outcome: Outcome
  detail: string
}

/** The trials in the order of the report, each with its name on paper. Every report has every row. */
export const ROWS = {
  program: { it: 'Programma di dispositivo', en: 'Device process' },
  'card-service': { it: 'Servizio carte (PC/SC)', en: 'Card service (PC/SC)' },
  reader: { it: 'Lettore di tessere', en: 'Card reader' },
  cie: { it: 'Chiave per la CIE', en: 'Key for the CIE' },
  printer: { it: 'Stampante', en: 'Printer' },
  keys: { it: 'Chiavi private', en: 'Private keys' },
  'outcome-key': { it: 'Chiave degli esiti', en: 'Key for outcomes' },
  certificate: { it: 'Certificato del totem', en: "Totem's certificate" },
  authority: { it: 'Autorità del gateway', en: "Gateway's authority" },
  'gateway-keys': { it: 'Chiavi del gateway', en: "Gateway's keys" },
  gateway: { it: 'Gateway', en: 'Gateway' },
  clock: { it: 'Orologio', en: 'Clock' },
  trust: { it: 'Elenco di fiducia', en: 'Trust list' },
  revocation: { it: 'Revoche (CRL)', en: 'Revocations (CRLs)' },
  code: { it: 'Codice di verifica', en: 'Verification code' },
  queue: { it: 'Coda delle richieste', en: 'Queue of requests' },
  log: { it: 'Registro', en: 'Sync log' },
  room: { it: 'Spazio su disco', en: 'Disk space' },
  language: { it: 'Seconda lingua', en: 'Second language' },
} as const satisfies Record<string, Record<StaffLanguage, string>>
export type RowKey = keyof typeof ROWS

/** All rows in their order; the ones without a trial are not tried. */
export const complete = (checks: readonly Check[]): Check[] =>
  (Object.keys(ROWS) as RowKey[]).map(
    (key) => checks.find((check) => check.key === key) ?? { key, outcome: 'not-tried', detail: '–' },
  )

export type Verdict = 'ready' | 'attention' | 'not-ready'

/** What was not tried may be broken: a totem is ready only when all of it was seen to work. */
export function verdictOf(checks: readonly Pick<Check, 'outcome'>[]): Verdict {
  const outcomes = checks.map(({ outcome }) => outcome)
  if (outcomes.includes('failed') || outcomes.includes('not-tried')) return 'not-ready'
  return outcomes.includes('attention') ? 'attention' : 'ready'
}
