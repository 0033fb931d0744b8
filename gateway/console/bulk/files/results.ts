import { createHash } from 'node:crypto'
import { csvLine } from '../../../../basics/csv.ts'
import type { RowState } from '../../../../contract/console/bulk.ts'

/** A row of the file that comes back: every row that was sent, in its order. */
export interface ResultRow {
  riga: number
  riferimento: string
  idAnpr: string
  codFiscale: string
  dataRiferimento: string
  esito: RowState
  /** ANPR's code, or ours. */
  errore: string
  messaggio: string
  idOperazioneAnpr: string
  govwayId: string
  interrogatoAlle: string
  /** By its way in ANPR's answer. */
  fields: Readonly<Record<string, string>>
}

const FIRST_NAMES = [
  ...['riga', 'riferimento', 'idANPR', 'codFiscale', 'dataRiferimento', 'esito', 'errore', 'messaggio'],
  ...['idOperazioneANPR', 'govwayId', 'interrogatoAlle'],
]

/** The names of the columns: the same first ones always, then what the service tells, each by its way. */
export const namesOf = (ways: readonly string[]): string[] => [
  ...FIRST_NAMES,
  ...ways.map((way) => way.replaceAll('.', '_')),
]
export const cellsOf = (row: ResultRow, ways: readonly string[]): string[] => [
  ...[String(row.riga), row.riferimento, row.idAnpr, row.codFiscale, row.dataRiferimento, row.esito, row.errore],
  ...[row.messaggio, row.idOperazioneAnpr, row.govwayId, row.interrogatoAlle],
  ...ways.map((way) => row.fields[way] ?? ''),
]

// Codes are texts, 00118 and NA for Napoli: in quotes a program that asks takes them as such.
const line = (cells: readonly string[]) => csvLine(cells, { separator: ';', end: '\r\n', quoted: true })

/** The file as spreadsheets of this country open it: UTF-8 with its mark, semicolons, CRLF. */
export async function* csvOf(rows: AsyncIterable<ResultRow>, ways: readonly string[]): AsyncGenerator<string> {
  let text = `\uFEFF${line(namesOf(ways))}`
  for await (const row of rows) {
    text += line(cellsOf(row, ways))
    if (text.length < PIECE) continue
    yield text
    text = ''
  }
  if (text !== '') yield text
}
const PIECE = 64 * 1024

export interface Digest {
  sha256: string
  bytes: number
}

/**
 * Passes a file on, and tells its digest before the last piece leaves: where that cannot be told, whoever fetches the file
 * sees it broken off.
 */
export async function* told<T extends string | Uint8Array>(
  pieces: AsyncIterable<T>,
  tell: (digest: Digest) => Promise<void> | void,
): AsyncGenerator<T> {
  const hash = createHash('sha256')
  let bytes = 0
  let held: T | null = null
  for await (const piece of pieces) {
    if (held !== null) yield held
    held = piece
    hash.update(piece)
    bytes += Buffer.byteLength(piece)
  }
  await tell({ sha256: hash.digest('hex'), bytes })
  if (held !== null) yield held
}
