import type { Clock } from '../../basics/time.ts'
import type { OwnRecordAnswer, Problem } from '../../contract/gateway.ts'
import { err, ok, type Result } from '../../contract/result.ts'
import type { Register } from '../access/register.ts'
import { problemOf } from '../anpr/problems.ts'
import { registered } from './registered.ts'
import type { Holder } from './session.ts'

/** The holder's own data, whoever else lives with them. */
export async function visuraOf(
  { register, now }: { register: Register; now: Clock },
  holder: Holder,
): Promise<Result<OwnRecordAnswer, Problem>> {
  const own = await register.askedBy(holder).ownDataOf(holder.idAnpr)
  if (!own.ok) return err(problemOf(own.error))
  const { references } = own.value
  return ok({ person: registered(own.value), reference: references.join(', '), at: now().toISOString() })
}
