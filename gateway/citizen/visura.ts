import type { Clock } from '../../basics/time.ts'
import type { OwnRecord, Problem } from '../../contract/gateway.ts'
import { ok, type Result } from '../../contract/result.ts'
import type { AnprClient } from '../anpr/client.ts'
import type { LogFirst } from './asked.ts'
import { registered } from './registered.ts'
import type { Holder } from './session.ts'

/** The holder's own data, whoever else lives with them. */
export async function visuraOf(
  { anpr, logFirst, now }: { anpr: Pick<AnprClient, 'ownDataOf'>; logFirst: LogFirst; now: Clock },
  holder: Holder,
): Promise<Result<OwnRecord, Problem>> {
  const { idAnpr } = holder
  const found = await anpr.ownDataOf(idAnpr)
  const reference = found.ok ? found.value.references.join(', ') : null
  const own = await logFirst(holder, { subject: idAnpr, types: 'C029 C021', reference }, found)
  return own.ok ? ok({ person: registered(own.value), reference: reference ?? '', at: now().toISOString() }) : own
}
