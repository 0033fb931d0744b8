import { sql } from 'kysely'
import { ulid } from 'ulid'
import type { Answer, Body } from '../../../contract/console/api.ts'
import type { ConsoleProblem } from '../../../contract/console/problem.ts'
import type { Region } from '../../../contract/console/regions.ts'
import type { Regime } from '../../../contract/console/statistics.ts'
import { err, ok, type Result } from '../../../contract/result.ts'
import { append, type Doer } from '../audit/chain.ts'
import type { ConsoleTransaction } from '../tables.ts'

export interface Actor {
  doer: Doer & { person: string }
  name: string
}

/** An emergency's rules that held on any of these days. */
export async function regimesOf(transaction: ConsoleTransaction, from: string, until: string): Promise<Regime[]> {
  const { rows } = await sql<Omit<Regime, 'regione'> & { regione: Region | null }>`
    select id as regime, kind, name, comune, regione, dal::text as from, al::text as until, by_name as by from regime
    where dal <= ${until}::date and (al is null or al >= ${from}::date) order by dal, id`.execute(transaction)
  return rows
}

export async function declareRegime(
  transaction: ConsoleTransaction,
  { doer, name: by }: Actor,
  { kind, name, comune, regione, from, until }: Body<'declareRegime'>,
  now: Date,
): Promise<Result<Answer<'declareRegime'>, ConsoleProblem>> {
  // Row level security would refuse it too, but as a fault of ours.
  const { rows } = await sql<{ mine: boolean }>`
    select console_sees(${regione}, null) or console_sees_comune(${comune}) as mine`.execute(transaction)
  if (!rows[0]?.mine) return err({ kind: 'not-found', field: comune === null ? 'regione' : 'comune' })
  const id = ulid(+now)
  await transaction
    .insertInto('regime')
    .values({ id, kind, name, comune, regione, dal: from, al: until, by_person: doer.person, by_name: by, at: now })
    .execute()
  const detail = { kind, name, comune: comune ?? '', regione: regione ?? '', from, until: until ?? '' }
  await append(transaction, doer, { deed: 'statistics.regime', object: id, detail }, now)
  return ok({ done: true })
}

/** Says until when it holds; one that has an end may get another. */
export async function endRegime(
  transaction: ConsoleTransaction,
  { doer }: Actor,
  { regime, until }: Body<'endRegime'>,
  now: Date,
): Promise<Result<Answer<'endRegime'>, ConsoleProblem>> {
  const found = await transaction
    .updateTable('regime')
    .set({ al: until })
    .where('id', '=', regime)
    .where('dal', '<=', until)
    .executeTakeFirst()
  if (found.numUpdatedRows === 0n) return err({ kind: 'not-found', field: null })
  await append(transaction, doer, { deed: 'statistics.regime-end', object: regime, detail: { until } }, now)
  return ok({ done: true })
}
