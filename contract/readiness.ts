import { z } from 'zod'
import { isoInstant } from './identity.ts'
import type { StaffLanguage } from './language.ts'

/** `attention`: the part works, but a technician should look at it soon. `not-tried`: another failure was in the way. */
const trialOutcome = z.enum(['ok', 'attention', 'failed', 'not-tried'])
export type TrialOutcome = z.infer<typeof trialOutcome>

/** The trials in the order of the report, each with its name on paper. Every report has every row, and a key never changes. */
export const TRIALS = {
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
export type Trial = keyof typeof TRIALS

export type Verdict = 'ready' | 'attention' | 'not-ready'

/** What was not tried may be broken: a totem is ready only when all of it was seen to work. */
export function verdictOf(checks: readonly { outcome: TrialOutcome }[]): Verdict {
  const outcomes = checks.map(({ outcome }) => outcome)
  if (outcomes.includes('failed') || outcomes.includes('not-tried')) return 'not-ready'
  return outcomes.includes('attention') ? 'attention' : 'ready'
}

/**
 * What a totem has found of itself (`POST /v1/readiness`), the newest alone: codes, numbers and short texts, nothing of a
 * citizen. `by`: who asked for the trial; `grant`: of the technician who did, or null. `checks`: a later version may try
 * more than this one has names for.
 */
export const readinessSheet = z.strictObject({
  at: isoInstant,
  by: z.enum(['technician', 'command', 'first-boot', 'command-line']),
  grant: z.int().min(1).nullable(),
  version: z.string().regex(/^[\w.+-]{1,32}$/),
  checks: z
    .array(
      z.strictObject({
        key: z.string().regex(/^[a-z][a-z-]{0,39}$/),
        outcome: trialOutcome,
        detail: z.string().regex(/^[^\p{C}]{1,300}$/u),
      }),
    )
    .min(1)
    .max(60),
})
export type ReadinessSheet = z.infer<typeof readinessSheet>
export const readinessTaken = z.strictObject({ taken: z.literal(true) })
