import { join } from 'node:path'
import type { Logger } from 'pino'
import { csvRows } from '../../basics/csv.ts'
import { stampOf } from '../../basics/files.ts'
import type { PolisOpenData } from '../../contract/polis.ts'
import { textOf } from '../settings/unusable.ts'

const SETTING = 'polis.openData'
/** As they are called in the repository italia/anpr-opendata. */
const [CERTIFICATES, POPULATION] = ['certificati_export.csv', 'popolazione_residente_export.csv'] as const

/** ANPR's own open data, as an operator has laid them here: what the Ministry counts of all Italy. */
export interface OpenData {
  certificates: PolisOpenData['certificates']
  /** Residents by ISTAT's code, on the day on which ANPR counted them. */
  population: { of: string; residents: ReadonlyMap<string, number> } | null
}

/** Columns had names with spaces and with underscores, and came and went: they are found by name, and others may stand there. */
function tableIn(text: string, columns: readonly (readonly string[])[]): string[][] | null {
  const [head = [], ...rows] = csvRows(text)
  const named = head.map((name) => name.trim().toUpperCase().replaceAll(' ', '_'))
  const at = columns.map((names) => named.findIndex((name) => names.includes(name)))
  return at.includes(-1) ? null : rows.map((row) => at.map((column) => (row[column] ?? '').trim()))
}

const isCount = (text: string) => /^\d{1,12}$/.test(text)

/** Certificates of all Italy by month, the newest year of them; null: the file is not what it was. */
export function certificatesIn(text: string): OpenData['certificates'] {
  const rows = tableIn(text, [['MESE'], ['ANNO'], ['BOLLO'], ['ESENTI_DA_BOLLO', 'IN_CARTA_LIBERA'], ['TOTALE']])
  if (!rows || rows.length === 0) return null
  const months = new Map<string, { bollo: number; exempt: number; total: number }>()
  for (const [month = '', year = '', bollo = '', exempt = '', total = ''] of rows) {
    if (!/^([1-9]|1[0-2]|0[1-9])$/.test(month) || !/^20\d\d$/.test(year) || ![bollo, exempt, total].every(isCount))
      return null
    const key = `${year}-${month.padStart(2, '0')}`
    const known = months.get(key) ?? { bollo: 0, exempt: 0, total: 0 }
    months.set(key, {
      ...{ bollo: known.bollo + Number(bollo), exempt: known.exempt + Number(exempt) },
      total: known.total + Number(total),
    })
  }
  return [...months]
    .map(([month, counts]) => ({ month, ...counts }))
    .sort((one, other) => (one.month < other.month ? -1 : 1))
    .slice(-13)
}

export function populationIn(text: string): OpenData['population'] {
  const rows = tableIn(text, [['DATA_ELABORAZIONE'], ['COD_ISTAT_COMUNE'], ['RESIDENTI']])
  const [, day, month, year] = /^(\d\d)-(\d\d)-(\d{4})$/.exec(rows?.[0]?.[0] ?? '') ?? []
  if (!rows || day === undefined) return null
  if (rows.some(([, istat = '', residents = '']) => !/^\d{6}$/.test(istat) || !isCount(residents))) return null
  const residents = new Map(rows.map(([, istat = '', count]) => [istat, Number(count)]))
  return { of: `${year}-${month}-${day}`, residents }
}

/**
 * Reads ANPR's open data out of a folder, where an operator lays them; null: there are none. Each file counts by itself, and
 * a change at the next look. One that cannot be used is told, and what was known before counts.
 */
export function openData(folder: string | null, log: Logger): () => Promise<OpenData> {
  if (folder === null) return async () => ({ certificates: null, population: null })
  const known: OpenData = { certificates: null, population: null }
  const looked = new Map<string, string | null>()
  async function take<T>(name: string, read: (text: string) => T | null, put: (value: T) => void): Promise<void> {
    const path = join(folder ?? '', name)
    const stamp = await stampOf(path)
    if (stamp === null || stamp === looked.get(name)) return
    looked.set(name, stamp)
    const value = await textOf(SETTING, path).then(read, () => null)
    if (value !== null) put(value)
    else log.error({ kind: 'open-data-not-taken', file: name })
  }
  return async () => {
    await take(CERTIFICATES, certificatesIn, (value) => {
      known.certificates = value
    })
    await take(POPULATION, populationIn, (value) => {
      known.population = value
    })
    return known
  }
}
