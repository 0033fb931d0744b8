import { sql } from 'kysely'
import { csvLine } from '../../../basics/csv.ts'
import { italianDay, italianMidnight } from '../../../basics/time.ts'
import type { Answer } from '../../../contract/console/api.ts'
import { type ServiceCode, services } from '../../../contract/console/consultations.ts'
import type { Download } from '../route.ts'
import type { ConsoleTransaction } from '../tables.ts'

type Accounts = Answer<'accounts'>
type Line = Accounts['lines'][number]

/** The account of a month for whoever answers for it: a comune for all bodies, an office for itself (policies of 053). */
export async function accountsOf(
  transaction: ConsoleTransaction,
  { month }: { month?: string | undefined },
  now: Date,
): Promise<Accounts> {
  const asked = month ?? italianDay(now).slice(0, 7)
  const [from, until] = [italianMidnight(`${asked}-01`), italianMidnight(`${monthAfter(asked)}-01`)]
  // `conteggi` stay when the rows are erased.
  const { rows } = await sql<Omit<Line, 'servizioName'>>`
    with sent as (
      select *, (select count(*) from access_log where operation = richiesta.id and channel = 'console') as looks
      from richiesta where inviata_at >= ${from} and inviata_at < ${until}
    ), of as (select *, (conteggi ->> 'trovato')::integer as trovato, (conteggi ->> 'non_trovato')::integer as non_trovato,
        coalesce((conteggi ->> 'formale')::integer, 0) + coalesce((conteggi ->> 'doppione')::integer, 0)
          + case when iniziata_at is null then coalesce((conteggi ->> 'da_fare')::integer, 0) else 0 end as non_chieste
      from sent)
    select comune_nome as "comuneName", fruitore_nome as "fruitoreName", ufficio_nome as ufficio, motivo, servizio,
      count(*)::integer as requests, count(*) filter (where stato = 'respinta')::integer as refused,
      sum(righe)::integer as rows, coalesce(sum(trovato), 0)::integer as trovato,
      coalesce(sum(non_trovato), 0)::integer as "nonTrovato", sum(non_chieste)::integer as "nonChieste",
      (sum(righe) - coalesce(sum(trovato), 0) - coalesce(sum(non_trovato), 0) - sum(non_chieste))::integer as "senzaRisposta",
      sum(looks)::integer as looks
    from of group by 1, 2, 3, 4, 5 order by 1, 2, 3, 4, 5`.execute(transaction)
  return {
    month: asked,
    lines: rows.map((line) => ({
      ...line,
      servizioName: services[line.servizio as ServiceCode]?.name ?? line.servizio,
    })),
  }
}

function monthAfter(month: string): string {
  const [year = 0, number = 0] = month.split('-').map(Number)
  return new Date(Date.UTC(year, number, 1)).toISOString().slice(0, 7)
}

const NAMES = [
  ...[
    'comune',
    'chi ha chiesto',
    'ufficio',
    'motivo',
    'servizio',
    'nome del servizio',
    'richieste',
    'respinte',
    'righe',
  ],
  ...['trovate', 'non trovate', 'senza risposta', 'non chieste', 'accessi registrati'],
]
const cellsOf = (line: Line) => [
  ...[line.comuneName, line.fruitoreName, line.ufficio, line.motivo, line.servizio, line.servizioName],
  ...[
    line.requests,
    line.refused,
    line.rows,
    line.trovato,
    line.nonTrovato,
    line.senzaRisposta,
    line.nonChieste,
    line.looks,
  ],
]

/** The same as a file: what is shown and nothing else. */
export function accountsFile({ month, lines }: Accounts): Download {
  const line = (cells: readonly (string | number)[]) =>
    csvLine(cells.map(String), { separator: ';', end: '\r\n', quoted: true })
  async function* text() {
    yield `\uFEFF${line(NAMES)}${lines.map((each) => line(cellsOf(each))).join('')}`
  }
  return { name: `rendiconto-${month}.csv`, type: 'text/csv; charset=utf-8', text: text() }
}
