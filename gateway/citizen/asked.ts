import type { Clock } from '../../basics/time.ts'
import type { Problem } from '../../contract/gateway.ts'
import { err, type Result } from '../../contract/result.ts'
import { noteAccess } from '../access/log.ts'
import type { AnprFailure } from '../anpr/client.ts'
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

/** Notes in the access log what ANPR answered a holder, and only then hands it on. */
export type LogFirst = <T>(holder: Holder, asked: Asked, answer: Result<T, AnprFailure>) => Promise<Result<T, Problem>>

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
    const outcome = answer.ok ? 'shown' : answer.error.kind === 'anpr-refused' ? answer.error.code : null
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
    return answer.ok ? answer : err(problemOf(answer.error))
  }
}
