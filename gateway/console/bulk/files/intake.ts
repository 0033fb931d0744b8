import { Readable } from 'node:stream'
import { CsvError, parse } from 'csv-parse'
import {
  FILE_ROWS,
  type FileEncoding,
  type FileRefusal,
  type KeyKind,
  keyKind,
  keyKinds,
  keyNames,
} from '../../../../contract/console/bulk-file.ts'
import { err, ok, type Result } from '../../../../contract/result.ts'
import { nested, type Told } from '../../../lists/rows.ts'
import { type Header, headerIn, type KeyColumn, keyColumns, kindsIn, type Separator, separatorOf } from './header.ts'
import { type CellFinding, dayIn, findingOf, isFormulaCell, plainKey } from './keys.ts'
import { type FileText, refusal, textOf } from './text.ts'

/** What a profile and the way to ANPR make of a file. */
export interface FileRules {
  /** The keys that the profile admits, and those of them that the service answers. */
  admitted: readonly KeyKind[]
  answerable: readonly KeyKind[]
  /** Codici fiscali of eleven digits are admitted. */
  provisional: boolean
  rowsMax: number
  /** The section of `verifica` that the service compares (anpr/services.ts); null: it only tells. */
  declares: string | null
}

/** `n`: its place among the rows, from 1. `line`: in the file. `valore`: as it was read, also where it cannot be asked. */
interface Row {
  n: number
  line: number
  riferimento: string
  chiave: KeyKind | null
  valore: string
}
/** A row that can be asked. `doppioneDi`: the row that asks the same. `normalised`: its key was written another way. */
export interface GoodRow extends Row {
  formale: null
  chiave: KeyKind
  dataRiferimento: string
  declared: Record<string, unknown> | null
  normalised: boolean
  doppioneDi: number | null
  message: string | null
}
export interface BadRow extends Row, Pick<CellFinding, 'message'> {
  formale: CellFinding['code']
}
export type IntakeRow = GoodRow | BadRow

export interface Intake {
  rows: number
  /** How it was read, for whoever sent it. */
  read: { separator: Separator; encoding: FileEncoding; columns: string[] }
  /** Every row once, in the file's order; it is never whole in memory as rows. */
  walk(): AsyncGenerator<IntakeRow>
}

const RECORD_SIGNS = 4_096
const PREVIEW_ROWS = 5
const LONGEST_REFERENCE = 40
const LONGEST_SHOWN = 64

/**
 * Judges a file as a whole, and then gives its rows. All that can refuse the file is known before the first row: nothing
 * need be stored of a file that is not taken. `today`: in Italy. `told`: how its sender says that it is written.
 */
export async function readRows(
  bytes: Uint8Array,
  rules: FileRules,
  today: string,
  told: FileEncoding | null = null,
): Promise<Result<Intake, FileRefusal>> {
  const text = textOf(bytes, told)
  if (!text.ok) return told === null && text.error.kind === 'CODIFICA' ? offered(text.error, bytes) : text
  const separator = separatorOf(startOf(text.value))
  const most = Math.min(rules.rowsMax, FILE_ROWS)
  let header: { names: string[]; is: Header } | null = null
  let rows = 0
  try {
    for await (const { cells, line } of recordsOf(text.value, separator)) {
      if (header === null) {
        const is = headerIn(cells, { line, declares: rules.declares })
        if (!is.ok) return is
        header = { names: cells.slice(0, is.value.width), is: is.value }
      } else if (++rows > most)
        return refusal('TROPPE_RIGHE', `Il file ha più di ${thousands(most)} righe: lo divida in più richieste.`, line)
    }
  } catch (failure) {
    if (failure instanceof Broken) return err(failure.refused)
    throw failure
  }
  if (header === null || rows === 0)
    return refusal('FILE_VUOTO', header ? 'Il file ha solo l’intestazione, e nessuna riga.' : 'Il file non ha righe.')
  const { names, is } = header
  return ok({
    rows,
    read: { separator, encoding: text.value.encoding, columns: names.map((name) => name.trim()) },
    walk: () => walk(recordsOf(text.value, separator), is, rules, today),
  })
}

const thousands = (count: number) => count.toLocaleString('it-IT', { useGrouping: 'always' })

const startOf = (text: FileText): string => {
  for (const piece of text.pieces()) if (piece.trim() !== '') return piece.trimStart()
  return ''
}

/** The same file as an old Windows program would have written it, with the rows by which a person sees whether it is so. */
async function offered(error: FileRefusal, bytes: Uint8Array): Promise<Result<Intake, FileRefusal>> {
  const text = textOf(bytes, 'windows-1252')
  if (!text.ok) return text
  const preview: string[][] = []
  try {
    for await (const { cells } of recordsOf(text.value, separatorOf(startOf(text.value)))) {
      if (cells.some((cell) => /[\u0080-\uFFFF]/.test(cell)))
        preview.push(cells.map((cell) => cell.slice(0, LONGEST_SHOWN)))
      if (preview.length === PREVIEW_ROWS) break
    }
  } catch (failure) {
    if (!(failure instanceof Broken)) throw failure
  }
  const message =
    'Il file non è scritto in UTF-8. Se nelle righe qui sotto le lettere accentate sono giuste, lo faccia leggere come Windows-1252; altrimenti lo salvi di nuovo come «CSV UTF-8».'
  return err({ ...error, message, offer: { encoding: 'windows-1252', preview } })
}

/** A file that breaks off where it cannot be read further. */
class Broken extends Error {
  readonly refused: FileRefusal
  constructor(refused: FileRefusal) {
    super(refused.kind)
    this.refused = refused
  }
}

interface FileRecord {
  cells: string[]
  /** Where it begins. */
  line: number
}

/** The records of a file, without those that are empty. */
async function* recordsOf(text: FileText, separator: Separator): AsyncGenerator<FileRecord> {
  // Told as it is parsed: what was parsed before a fault is no longer read.
  let next = 1 + text.skipped
  const parser = parse({
    ...{ bom: true, delimiter: separator, info: true, skip_empty_lines: true, max_record_size: RECORD_SIGNS },
    ...{ relax_quotes: true, relax_column_count: true, record_delimiter: ['\r\n', '\n', '\r'] },
    on_record(record: string[], { lines }) {
      next = lines + text.skipped + 1
      return record
    },
  })
  const source = Readable.from(text.pieces())
  try {
    for await (const { record, info } of source.pipe(parser)) {
      const cells = record as string[]
      const breaks = cells.reduce((count, cell) => count + (cell.match(/\r\n|\n|\r/g)?.length ?? 0), 0)
      const line = Number(info.lines) + text.skipped - breaks
      if (cells.some((cell) => cell.trim() !== '')) yield { cells, line }
    }
  } catch (failure) {
    if (!(failure instanceof CsvError)) throw failure
    throw new Broken(brokenAt(failure, next))
  } finally {
    source.destroy()
    parser.destroy()
  }
}

function brokenAt({ code }: CsvError, line: number): FileRefusal {
  const isQuote = code === 'CSV_QUOTE_NOT_CLOSED'
  const what = isQuote
    ? `Alla riga ${line} si apre una virgoletta (") che non si chiude più.`
    : `Il record che comincia alla riga ${line} supera ${thousands(RECORD_SIGNS)} caratteri: forse vi si apre una virgoletta (") che non si chiude.`
  const message = `${what} La tolga, o la scriva doppia ("").`
  return { kind: isQuote ? 'VIRGOLETTE' : 'RECORD_LUNGO', message, line, offer: null }
}

async function* walk(
  records: AsyncGenerator<FileRecord>,
  header: Header,
  rules: FileRules,
  today: string,
): AsyncGenerator<IntakeRow> {
  const firsts = new Map<string, number>()
  let n = -1
  for await (const { cells, line } of records) {
    if (++n === 0) continue
    const row = rowOf(cells, { n, line }, header, rules, today)
    if (row.formale !== null) {
      yield row
      continue
    }
    const name = JSON.stringify([row.chiave, row.valore, row.dataRiferimento, row.declared])
    const first = firsts.get(name)
    if (first === undefined) firsts.set(name, n)
    yield first === undefined
      ? row
      : { ...row, doppioneDi: first, message: `Chiede lo stesso della riga ${first}: si domanda una volta sola.` }
  }
}

function rowOf(
  cells: readonly string[],
  place: Pick<Row, 'n' | 'line'>,
  header: Header,
  rules: FileRules,
  today: string,
): IntakeRow {
  const cell = (column: Parameters<Header['at']['get']>[0]) => cells[header.at.get(column) ?? -1]?.trim() ?? ''
  const filled = keyColumns.filter((column) => cell(column) !== '')
  const [column] = filled
  const given = column ? cell(column) : ''
  const key = plainKey(given)
  const riferimento = cell('riferimento')
  const kind = column ? kindOf(column, plainKey(cell('chiave'))) : null
  const row = {
    ...place,
    riferimento: riferimento.slice(0, LONGEST_REFERENCE),
    chiave: typeof kind === 'string' ? kind : null,
    valore: key.slice(0, LONGEST_REFERENCE),
  }
  const bad = ({ code, message }: CellFinding): BadRow => ({ ...row, formale: code, message })
  const width = cells.findLastIndex((one) => one.trim() !== '') + 1
  // Too short is judged by the cells that are there: a spreadsheet writes the empty ones at the end too.
  if (width > header.width || cells.length < header.width)
    return bad({
      code: 'RIGA_COLONNE',
      message: `La riga ${place.line} del file ha ${cells.length} celle invece di ${header.width}: forse manca un separatore, o una cella ne contiene uno senza virgolette.`,
    })
  if (riferimento.length > LONGEST_REFERENCE)
    return bad({ code: 'RIFERIMENTO_LUNGO', message: `Il riferimento supera ${LONGEST_REFERENCE} caratteri.` })
  if (filled.length > 1)
    return bad({
      code: 'CHIAVE_DOPPIA',
      message: `Una riga nomina una persona in un modo solo: qui sono ${filled.join(' e ')}.`,
    })
  if (kind === null) return bad({ code: 'CHIAVE_VUOTA', message: 'La riga non nomina nessuno: la chiave è vuota.' })
  if (typeof kind !== 'string') return bad(kind)
  const unavailable = { code: 'CHIAVE_NON_DISPONIBILE' } as const
  if (!rules.admitted.includes(kind))
    return bad({ ...unavailable, message: `Il profilo non ammette questa chiave (${keyNames[kind]}).` })
  if (!rules.answerable.includes(kind))
    return bad({ ...unavailable, message: `Questa chiave (${keyNames[kind]}) non è disponibile per questo servizio.` })
  const wrong = findingOf(kind, key, rules)
  if (wrong) return bad(wrong)
  const day = cell('dataRiferimento') === '' ? today : dayIn(cell('dataRiferimento'), today)
  if (typeof day !== 'string') return bad(day)
  const told = header.declared.flatMap(({ at, way }): Told[] => {
    const value = cells[at]?.trim() ?? ''
    // Italy is where an address without a State is.
    return value === '' || (way.at(-1) === 'codiceStato' && value === ITALY) ? [] : [[way, value]]
  })
  if (told.some(([, value]) => isFormulaCell(value)))
    return bad({
      code: 'FORMULA',
      message: 'Un dato dichiarato comincia come una formula (= + - @): ne incolli il valore.',
    })
  if (rules.declares !== null && told.length === 0)
    return bad({
      code: 'DATO_MANCANTE',
      message: 'Il servizio confronta ciò che si dichiara, e la riga non dichiara nulla.',
    })
  const normalised = key !== given
  return {
    ...{ ...row, formale: null, chiave: kind, dataRiferimento: day, normalised, doppioneDi: null },
    declared: told.length > 0 ? (nested(told) as Record<string, unknown>) : null,
    message: normalised ? `La chiave è stata letta come ${key}: maiuscole e spazi sono stati sistemati.` : null,
  }
}

const ITALY = '100'

/** Of which kind a key is: as `chiave` says, else as its column does. */
function kindOf(column: KeyColumn, told: string): KeyKind | CellFinding {
  const kinds = kindsIn(column)
  const [only] = kinds
  if (told === '' && kinds.length === 1 && only) return only
  const kind = keyKind.safeParse(told)
  if (!kind.success)
    return {
      code: 'CHIAVE_TIPO',
      message: `La colonna chiave dice «${told.slice(0, 10)}»: si può scrivere ${keyKinds.join(', ')}.`,
    }
  return kinds.includes(kind.data)
    ? kind.data
    : { code: 'CHIAVE_TIPO', message: `La chiave ${kind.data} non va nella colonna ${column}.` }
}
