import type { Answer, Body } from '../../../contract/console/api.ts'
import { ownAccessesOf } from '../../citizen/own.ts'
import { append, type Doer } from '../audit/chain.ts'
import type { Desk } from './desk.ts'
import type { CounterGround } from './ground.ts'
import { refused, visitOf } from './papers.ts'

/** Who has seen this person's data (art. 15 GDPR): what a totem answers. Its own line is written first, so that it tells itself too. */
export async function accesses(
  ground: CounterGround,
  desk: Desk,
  doer: Doer,
  { visit: token }: Body<'counterAccesses'>,
): Promise<Answer<'counterAccesses'>> {
  const { db, looking, reference, offices, now } = ground
  const of = await visitOf(ground, desk, token)
  if ('why' in of) return refused(of.why)
  const { visit, holder } = of
  await looking.register.askedBy({ caller: desk.caller, requester: holder.requester }).accesses(holder.idAnpr)
  await db
    .transaction()
    .execute((transaction) => append(transaction, doer, { deed: 'counter.accesses', object: visit.id }, now()))
  const told = await ownAccessesOf({ db: looking.db, reference, offices, now }, holder)
  return told.ok ? { became: 'shown', ...told.value } : refused(told.error.kind, told.error.anpr)
}
