import { sql } from 'kysely'
import type { Tables } from './schema.ts'

type Columns = Tables['access_log']
/** How a look ended; a subject that only the answer names takes the place of the one that was asked for. */
export type Ended = Pick<Columns, 'outcome' | 'anpr_operation' | 'gate_transaction' | 'warnings'> & { subject?: string }
/** The end of the line with this number. */
export type End = Ended & { line: string }

/** Ends lines of the access log; stands in a statement that writes more, for a commit costs more than what is in it. */
export function endLines(ends: readonly End[]) {
  const column = (name: keyof End) => sql`${ends.map((end) => end[name] ?? null)}::text[]`
  return sql`
    update access_log
    set outcome = told.outcome, subject = coalesce(told.subject, access_log.subject),
      anpr_operation = told.anpr_operation, gate_transaction = told.gate_transaction, warnings = told.warnings
    from unnest(
      ${column('line')}, ${column('outcome')}, ${column('subject')}, ${column('anpr_operation')},
      ${column('gate_transaction')}, ${column('warnings')}
    ) as told (line, outcome, subject, anpr_operation, gate_transaction, warnings)
    where access_log.id = told.line::bigint`
}
