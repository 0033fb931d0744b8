import { csvRows } from '../../basics/csv.ts'
import { type BroughtAnswer, channels } from '../../contract/console/statistics.ts'

/** How often a comune has given something on a day (`grana` day) or in a month, at its own desks. */
export interface Brought {
  grana: 'giorno' | 'mese'
  /** A month is its first day. */
  giorno: string
  ufficio: string
  canale: string
  prodotto: string
  n: number
}

type Fault = BroughtAnswer['faults'][number]
const FAULTS_TOLD = 20
const COLUMNS = ['ufficio', 'prodotto', 'canale', 'n'] as const

/** Letters as somebody writes a header who has no accents at hand. */
const plain = (text: string) => text.trim().toLowerCase().normalize('NFD').replace(/\p{M}/gu, '')

/** A day as ISO writes it or as people do; null: there is no such day. */
function dayIn(text: string): string | null {
  const [, day, month, year] = /^(\d{1,2})[/-](\d{1,2})[/-](\d{4})$/.exec(text) ?? []
  const iso = year ? `${year}-${month?.padStart(2, '0')}-${day?.padStart(2, '0')}` : text
  const at = Date.parse(`${iso}T00:00:00Z`)
  return /^\d{4}-\d\d-\d\d$/.test(iso) && !Number.isNaN(at) && new Date(at).toISOString().startsWith(iso) ? iso : null
}

/** The rows of a comune's file, or what is wrong with it, each by its line; columns are found by name, in any order. */
export function broughtIn(csv: string, today: string): { rows: Brought[]; faults: Fault[] } {
  const [head = [], ...lines] = csvRows(csv)
  const named = head.map(plain)
  const by = named.includes('mese') ? 'mese' : 'giorno'
  if ([by, ...COLUMNS].some((name) => !named.includes(name)) || new Set(named).size < named.length)
    return { rows: [], faults: [{ line: 1, kind: 'columns' }] }
  if (lines.length === 0) return { rows: [], faults: [{ line: 1, kind: 'empty' }] }
  const seen = new Set<string>()
  const rows: Brought[] = []
  const faults: Fault[] = []
  for (const [at, cells] of lines.entries()) {
    const cell = (name: string) => (cells[named.indexOf(name)] ?? '').trim()
    const giorno = by === 'mese' ? dayIn(`${cell('mese')}-01`) : dayIn(cell('giorno'))
    const row = {
      ufficio: cell('ufficio'),
      prodotto: plain(cell('prodotto')),
      canale: plain(cell('canale')) || 'sportello',
    }
    const key = JSON.stringify([giorno, row])
    const kind: Fault['kind'] | null =
      giorno === null || giorno > today
        ? 'day'
        : !/^[a-z]+(-[a-z\d+-]{1,60})?$/.test(row.prodotto)
          ? 'product'
          : !(channels as readonly string[]).includes(row.canale) || !/^[^\p{C}/]{0,70}$/u.test(row.ufficio)
            ? 'channel'
            : !/^\d{1,9}$/.test(cell('n'))
              ? 'count'
              : seen.has(key)
                ? 'twice'
                : null
    seen.add(key)
    if (kind === null) rows.push({ grana: by, giorno: giorno ?? '', ...row, n: Number(cell('n')) })
    else if (faults.length < FAULTS_TOLD) faults.push({ line: at + 2, kind })
  }
  return faults.length > 0 ? { rows: [], faults } : { rows, faults }
}
