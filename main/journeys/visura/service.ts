import type { Problem, VisuraAnswer } from '../../../contract/gateway.ts'
import { err, ok, type Result } from '../../../contract/result.ts'
import { type Entered, type Refused, refused, type Unavailable } from '../../visit/services.ts'
import type { GatewayClient } from '../../sync/client.ts'
import { refusedFor } from '../../visit/refusals.ts'

/** Not about this person: another day the same question has an answer. */
const PASSING: Problem['kind'][] = ['session-expired', 'anpr-unavailable']

/** What ANPR holds of the holder, now: there is no visura of yesterday, so that nothing of it is kept or queued. */
export async function askVisura(
  client: Pick<GatewayClient, 'visura'>,
  { token }: Entered,
): Promise<Result<VisuraAnswer, Refused | Unavailable>> {
  if (token === null) return err({ kind: 'unavailable' })
  const told = await client.visura(token)
  if (told.ok) return ok(told.value)
  if (told.error.kind !== 'refused' || PASSING.includes(told.error.problem.kind)) return err({ kind: 'unavailable' })
  const { kind, anpr } = told.error.problem
  return err(kind === 'certificate-not-issuable' ? refused('visura-refused', { anpr }) : refusedFor(kind, anpr))
}
