import { csvLine } from '../../../basics/csv.ts'
import { clockOf, type FoundEntry, type LogFilter } from '../../../contract/console/log.ts'
import { regions } from '../../../contract/console/regions.ts'
import { journalText } from '../../../contract/journal.ts'
import { type JournalEventId, journalEvents } from '../../../contract/journal-events.ts'
import type { Download } from '../route.ts'
import type { ConsoleTransaction } from '../tables.ts'
import { searchLog } from './search.ts'

const PAGE = 1_000

const SEVERITIES: Record<FoundEntry['severity'], string> = { info: 'nota', warn: 'avviso', alarm: 'allarme' }
const CLOCKS: Record<ReturnType<typeof clockOf>, string> = {
  ...{ agrees: '', late: 'inviata dopo', ahead: 'orologio avanti', behind: 'orologio indietro' },
}
const COLUMNS = [
  ...['ricevuta dal gateway (UTC)', 'ora del totem (UTC)', 'orologio', 'totem', 'ufficio', 'regione', 'gravità'],
  ...['evento', 'frase', 'operazione', 'registro', 'voce', 'impronta'],
]

const line = (cells: readonly string[]) => csvLine(cells, { separator: ';', end: '\r\n' })
const cells = (entry: FoundEntry) => [
  ...[entry.receivedAt, entry.at, CLOCKS[clockOf(entry)], entry.totem, entry.office ?? ''],
  ...[entry.region ? regions[entry.region] : '', SEVERITIES[entry.severity], entry.event, sentenceOf(entry)],
  ...[String(entry.fields.operation ?? ''), entry.chain, String(entry.seq), entry.hash],
]
const sentenceOf = ({ event, fields }: FoundEntry) =>
  event in journalEvents ? journalText({ event: event as JournalEventId, fields }, 'it') : event

/**
 * All that a search finds, as a file that is never whole in memory: page by page, each in a transaction of its own that
 * asks again whether its reader may see it. Entries that come meanwhile are newer than the first page, and not in it.
 */
export function logFile(
  filter: LogFilter,
  format: 'csv' | 'ndjson',
  seen: <T>(work: (transaction: ConsoleTransaction) => Promise<T>) => Promise<T>,
  now: Date,
): Download {
  async function* text() {
    if (format === 'csv') yield `\uFEFF${line(COLUMNS)}`
    for (let before: string | undefined | null; before !== null; ) {
      const cursor: string | undefined = before
      const page = await seen((transaction) => searchLog(transaction, filter, cursor, PAGE))
      if (!page) throw new Error('a cursor of ours is none')
      yield page.entries.map((entry) => (format === 'csv' ? line(cells(entry)) : `${JSON.stringify(entry)}\n`)).join('')
      before = page.next
    }
  }
  const day = now.toISOString().slice(0, 10)
  return format === 'csv'
    ? { name: `voci-totem-${day}.csv`, type: 'text/csv; charset=utf-8', text: text() }
    : { name: `voci-totem-${day}.ndjson`, type: 'application/x-ndjson', text: text() }
}
