import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import { italianDay } from '../../../basics/time.ts'
import type { Answer, Body } from '../../../contract/console/api.ts'
import type { ConsoleProblem } from '../../../contract/console/problem.ts'
import { err, ok, type Result } from '../../../contract/result.ts'
import type { Comuni } from '../../polis/comuni.ts'
import { broughtIn } from '../../statistics/brought.ts'
import { append } from '../audit/chain.ts'
import type { ConsoleTransaction } from '../tables.ts'
import type { Actor } from './regimes.ts'

/** Takes what a comune has counted at its own desks; what it has brought of the same before gives way. */
export async function bringFigures(
  transaction: ConsoleTransaction,
  { doer, name }: Actor,
  { comune, source, of, csv }: Body<'bringFigures'>,
  { comuni, now }: { comuni: Comuni; now: Date },
): Promise<Result<Answer<'bringFigures'>, ConsoleProblem>> {
  const own = comuni.byIstat.get(comune)
  const { rows: sees } = await sql<{ mine: boolean }>`select console_sees_comune(${comune}) as mine`.execute(
    transaction,
  )
  if (!own || !sees[0]?.mine) return err({ kind: 'not-found', field: 'comune' })
  const today = italianDay(now)
  if (of > today) return err({ kind: 'malformed', field: 'of' })
  const { rows, faults } = broughtIn(csv, today)
  if (faults.length > 0) return ok({ rows: 0, faults })
  const named = rows.map(({ ufficio, ...row }) => ({ ...row, ufficio: `${comune}/${ufficio}`, name: ufficio }))
  const text = JSON.stringify(named)
  await sql`
    insert into stat_ufficio (ufficio, kind, name, regione, comune)
    select distinct ufficio, 'sede', coalesce(nullif(name, ''), ${own.name}), ${own.region}, ${comune}
    from jsonb_to_recordset(${text}::jsonb) as given (ufficio text, name text)
    on conflict do nothing`.execute(transaction)
  await sql`
    insert into stat_portato (comune, grana, giorno, ufficio, canale, prodotto, n, fonte, del, portato_at, portato_da)
    select ${comune}, grana, giorno::date, ufficio, canale, prodotto, n, ${source}, ${of}::date, ${now}::timestamptz, ${name}
    from jsonb_to_recordset(${text}::jsonb)
      as given (grana text, giorno text, ufficio text, canale text, prodotto text, n integer)
    on conflict (comune, prodotto, grana, giorno, ufficio, canale) do update
    set n = excluded.n, fonte = excluded.fonte, del = excluded.del, portato_at = excluded.portato_at,
      portato_da = excluded.portato_da`.execute(transaction)
  const sha256 = createHash('sha256').update(csv).digest('hex')
  const detail = { comune, source, of, rows: rows.length, sha256 }
  await append(transaction, doer, { deed: 'statistics.bring', object: comune, detail }, now)
  return ok({ rows: rows.length, faults: [] })
}
