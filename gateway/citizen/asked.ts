import type { Clock } from '../../basics/time.ts'
import type { Problem } from '../../contract/gateway.ts'
import { err, type Result } from '../../contract/result.ts'
import { noteAccess } from '../access/log.ts'
import type { AnprFailure } from '../anpr/answers.ts'
import { problemOf } from '../anpr/problems.ts'
import type { Database } from '../store/schema.ts'
import type { Holder } from './session.ts'

/** `types`: types of certificates, or ANPR's services. `reference`: idOperazioneANPR of each consultation. */
export interface Asked {
  subject: string
  types: string
  exemption?: string | null
  reference?: string | null
}

/** What the gateway refuses by itself, from what it remembers. */
type OwnRefusal = { kind: 'contrassegno-used' }

/** Notes in the access log what ANPR or the gateway answered a holder, and only then hands it on. */
export type LogFirst = <T>(
  holder: Holder,
  asked: Asked,
  answer: Result<T, AnprFailure | OwnRefusal>,
) => Promise<Result<T, Problem>>

/**
 * The log comes first, so that nobody sees anything that it does not have. A question that ANPR did not answer shows
 * nobody anything, and is not noted.
 */
export function createLogFirst({
  db,
  reference: referenceOf,
  now,
}: {
  db: Database
  reference(person: string): string
  now: Clock
}): LogFirst {
  return async ({ caller, requester }, { subject, types, exemption, reference }, answer) => {
    const outcome = answer.ok ? 'shown' : noted(answer.error)
    if (outcome !== null) {
      await noteAccess(db, caller, {
        at: now(),
        requester,
        subject: referenceOf(subject),
        types,
        exemption: exemption ?? null,
        outcome,
        anpr_operation: reference ?? null,
      })
    }
    if (answer.ok) return answer
    const { error } = answer
    return err(error.kind === 'contrassegno-used' ? { kind: error.kind, anpr: null } : problemOf(error))
  }
}

/** How a line of the log names a refusal; null: there was no answer. */
const noted = (error: AnprFailure | OwnRefusal): string | null =>
  error.kind === 'anpr-unavailable' ? null : error.kind === 'anpr-refused' ? error.code : error.kind
