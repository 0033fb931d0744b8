import { sql } from 'kysely'
import { italianDay, italianMidnight } from '../../../basics/time.ts'
import type { Answer } from '../../../contract/console/api.ts'
import type { ConsoleTransaction } from '../tables.ts'
import type { Request } from './rows.ts'

type Quotas = Answer<'bulkEstimate'>['quotas']

/** How many people a draft asks about: each once, and none whose row cannot be asked. */
export const askedBy = ({ conteggi }: Pick<Request, 'conteggi'>): number => conteggi.da_fare ?? 0

/** What is left of the quotas of a draft's agreement, for its author: days and months are Italy's. */
export async function quotasOf(
  transaction: ConsoleTransaction,
  { convenzione, autore, ufficio }: Pick<Request, 'convenzione' | 'autore' | 'ufficio'>,
  now: Date,
): Promise<Quotas> {
  const today = italianDay(now)
  const [day, month] = [italianMidnight(today), italianMidnight(`${today.slice(0, 7)}-01`)]
  const { rows } = await sql<
    Record<'one' | 'office' | 'all', number | null> & Record<`${'one' | 'office' | 'all'}Used`, number>
  >`
    select quota_persona as one, quota_ufficio as office, quota_mese as all, used.persona as "oneUsed", used.ufficio as "officeUsed",
      used.mese as "allUsed"
    from convenzione, quote_usate(convenzione.id, ${autore}, ${ufficio}, ${day}::timestamptz, ${month}::timestamptz) as used
    where convenzione.id = ${convenzione}`.execute(transaction)
  const [found] = rows
  if (!found) return []
  const all = [
    { quota: 'personaGiorno' as const, most: found.one, used: found.oneUsed },
    { quota: 'ufficioGiorno' as const, most: found.office, used: found.officeUsed },
    { quota: 'mese' as const, most: found.all, used: found.allUsed },
  ]
  return all.flatMap(({ quota, most, used }) =>
    most === null ? [] : [{ quota, most, left: Math.max(0, most - used) }],
  )
}

/** The same, one sender after the other: who comes second sees what the first has sent. */
export async function quotasToSend(transaction: ConsoleTransaction, request: Request, now: Date): Promise<Quotas> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`quota ${request.convenzione}`}, 0))`.execute(transaction)
  return quotasOf(transaction, request, now)
}
