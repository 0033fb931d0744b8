import { sql } from 'kysely'
import type { Answer, Query } from '../../../contract/console/api.ts'
import type { ConsoleDatabase } from '../tables.ts'
import type { Desk } from './desk.ts'

/** What one operator has done in an Italian day at the office where they work: counted from the sheets themselves. */
export async function dayOf(
  db: ConsoleDatabase,
  { office, number, operator }: Desk,
  { day }: Query<'counterDay'>,
): Promise<Answer<'counterDay'>> {
  const { rows } = await sql<Omit<Answer<'counterDay'>, 'day' | 'office' | 'operator'>>`
    select count(*) filter (where kind = 'certificate' and state = 'issued')::integer as issued,
      count(*) filter (where kind = 'collected' and reprint = 0)::integer as collected,
      count(*) filter (where kind = 'collected' and reprint > 0)::integer as reprints,
      count(*) filter (where kind = 'declaration')::integer as declarations,
      count(*) filter (where answered = 'printed')::integer as printed,
      coalesce(sum(prints) - count(*) filter (where answered = 'printed'), 0)::integer as waste,
      count(*) filter (where answered = 'void' and state = 'issued')::integer as voided,
      count(*) filter (where answered is null and state <> 'refused')::integer as unanswered,
      count(*) filter (where mark and state = 'issued')::integer as marks,
      count(*) filter (where state = 'refused')::integer as refused
    from counter_paper
    where operator = ${operator} and office = ${office} and (at at time zone 'Europe/Rome')::date = ${day}::date`.execute(
    db,
  )
  const [counts] = rows
  if (!counts) throw new Error('a count without a row')
  return { day, office, operator: number, ...counts }
}
