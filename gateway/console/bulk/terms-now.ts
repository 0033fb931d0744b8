import { sql } from 'kysely'
import type { ConsoleDatabase } from '../tables.ts'

/** What the agreement and the profile of a request allow today. */
export interface TermsNow {
  /** Why nothing may be asked any more; null: both hold. */
  ended: 'profile-ended' | 'agreement-ended' | null
  sections: readonly string[]
  /** Comuni whose residents may be asked about; null: everybody. */
  territory: ReadonlySet<string> | null
  rowsADay: number
  /** Rows that the body's other requests by this profile have begun today. */
  rowsToday: number
}

interface Asked {
  id: string
  comune: string
  fruitore: string
  convenzione: string
  profilo: string
  profilo_versione: number
}

/**
 * The version of the profile that was shown when the request was sent counts, as long as it was not withdrawn; so does the
 * agreement. Other comuni count as long as they have an agreement of their own with that body.
 */
export async function termsNow(db: ConsoleDatabase, request: Asked, today: string): Promise<TermsNow> {
  const { rows } = await sql<{
    profile: boolean
    agreement: boolean
    sections: string[]
    territorio: 'comune' | 'comuni' | 'italia'
    comuni: string[]
    rows_a_day: number
    rows_today: number
  }>`
    with holds as (
      select *, approved_at is not null and ended_at is null and dal <= ${today} and al >= ${today} as is_in_force
      from convenzione
    )
    select profilo.approved_at is not null and profilo.ended_at is null and profilo.dal <= ${today} and profilo.al >= ${today} as profile,
      holds.is_in_force as agreement, profilo.sezioni as sections, holds.territorio,
      array(select other.comune from holds other where other.fruitore = holds.fruitore and other.is_in_force
        and holds.comuni ? other.comune) as comuni,
      profilo.righe_giorno as rows_a_day,
      (select coalesce(sum(oggi_righe), 0)::integer from richiesta other where other.fruitore = ${request.fruitore}
        and other.profilo = ${request.profilo} and other.oggi = ${today} and other.id <> ${request.id}) as rows_today
    from holds, profilo
    where holds.id = ${request.convenzione} and profilo.id = ${request.profilo}
      and profilo.versione = ${request.profilo_versione}`.execute(db)
  const [found] = rows
  if (!found) throw new Error('a request without its agreement')
  return {
    ended: !found.profile ? 'profile-ended' : !found.agreement ? 'agreement-ended' : null,
    sections: found.sections,
    territory:
      found.territorio === 'italia'
        ? null
        : new Set([request.comune, ...(found.territorio === 'comuni' ? found.comuni : [])]),
    rowsADay: found.rows_a_day,
    rowsToday: found.rows_today,
  }
}
