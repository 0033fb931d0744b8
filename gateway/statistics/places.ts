import { sql, type Transaction } from 'kysely'
import type { Tables } from '../store/schema.ts'

/**
 * Notes where totems stand from this Italian day on. A totem's first office is that of every day that is not frozen yet: what
 * it did before somebody named it belongs there. One that is named no more is still where it was.
 */
export async function notePlaces(
  transaction: Transaction<Tables>,
  places: readonly { totem: string; office?: string }[],
  today: string,
): Promise<void> {
  await sql`
    insert into stat_posto (totem, dal, ufficio)
    select given.totem,
      case when last.totem is null then coalesce((select max(giorno) + 1 from stat_fermo), '-infinity'::date)
        else ${today}::date end,
      given.office
    from jsonb_to_recordset(${JSON.stringify(places)}::jsonb) as given (totem text, office text)
      left join (
        select distinct on (totem) totem, ufficio from stat_posto order by totem, dal desc
      ) as last on last.totem = given.totem
    where given.office is distinct from last.ufficio
    on conflict (totem, dal) do update set ufficio = excluded.ufficio`.execute(transaction)
}
