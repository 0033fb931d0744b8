import type { FileRefusal, HomeColumn, KeyKind } from '../../../../contract/console/bulk-file.ts'
import { isCodiceFiscale, isIdAnpr } from '../../../../contract/identity.ts'
import { ok, type Result } from '../../../../contract/result.ts'
import { isStep } from '../../../lists/rows.ts'
import { plainKey } from './keys.ts'
import { refusal } from './text.ts'

export type Separator = ';' | ',' | '\t'
const SEPARATORS: readonly Separator[] = [';', ',', '\t']

/** The separator of a file: whichever stands most often in its line of names, quotes left out. */
export function separatorOf(start: string): Separator {
  const line = /[^\r\n]+/.exec(start)?.[0] ?? ''
  const bare = line.replace(/"(?:[^"]|"")*"/g, '')
  const often = (separator: Separator) => bare.split(separator).length
  return SEPARATORS.reduce((best, one) => (often(one) > often(best) ? one : best))
}

/** Columns of keys, with the kinds of key that each may hold. */
const KEY_COLUMNS = {
  idANPR: ['ID'],
  codFiscale: ['CF'],
  numeroDocumento: ['CI', 'PS', 'PP'],
} as const satisfies Record<string, readonly KeyKind[]>
export type KeyColumn = keyof typeof KEY_COLUMNS
export const keyColumns = Object.keys(KEY_COLUMNS) as KeyColumn[]
export const kindsIn = (column: KeyColumn): readonly KeyKind[] => KEY_COLUMNS[column]

const PLAIN_COLUMNS = ['riferimento', 'chiave', 'dataRiferimento', ...keyColumns] as const
type PlainColumn = (typeof PLAIN_COLUMNS)[number]

/** Where each of what C008 compares stands in `verifica.residenza`. */
const HOME_COLUMNS: Readonly<Record<HomeColumn, string>> = {
  codiceIstatStato: 'residenza.localitaEstera.indirizzoEstero.localita.codiceStato',
  codiceIstatComune: 'residenza.indirizzo.comune.codiceIstat',
  specie: 'residenza.indirizzo.toponimo.specie',
  denominazioneToponimo: 'residenza.indirizzo.toponimo.denominazioneToponimo',
  numeroCivico: 'residenza.indirizzo.numeroCivico.numero',
  codiceConsolato: 'residenza.localitaEstera.consolato.codiceConsolato',
}

/** Where each thing stands in a row; `declared`: columns of what a service compares, with their way in `verifica`. */
export interface Header {
  width: number
  at: ReadonlyMap<PlainColumn, number>
  declared: readonly { at: number; way: string[] }[]
}

/** Names are the same whatever their case, accents, spaces and underscores. */
const foldedName = (name: string) =>
  name
    .normalize('NFKD')
    .replace(/[^\p{L}\p{N}.]/gu, '')
    .toLowerCase()
const FOLDED = new Map(PLAIN_COLUMNS.map((name) => [foldedName(name), name]))
const FOLDED_HOME = new Map(Object.entries(HOME_COLUMNS).map(([name, way]) => [foldedName(name), way]))

/** `declares`: the section of `verifica` that the service compares; null: it only tells. */
export function headerIn(
  names: readonly string[],
  { line, declares }: { line: number; declares: string | null },
): Result<Header, FileRefusal> {
  const width = names.findLastIndex((name) => name.trim() !== '') + 1
  const own = names.slice(0, width)
  if (own.some((name) => isCodiceFiscale(plainKey(name)) || isIdAnpr(plainKey(name))))
    return refusal(
      'INTESTAZIONE_ASSENTE',
      `Manca la riga con i nomi delle colonne: la riga ${line} contiene già una persona. Metta per prima, per esempio: riferimento;codFiscale.`,
      line,
    )
  const at = new Map<PlainColumn, number>()
  const declared: Header['declared'][number][] = []
  const seen = new Set<string>()
  for (const [place, name] of own.entries()) {
    const folded = foldedName(name)
    if (seen.has(folded))
      return refusal('INTESTAZIONE_DOPPIA', `La colonna «${shown(name)}» c’è due volte: ne tolga una.`, line)
    seen.add(folded)
    const plain = FOLDED.get(folded)
    const way = wayOf(name.trim(), folded, declares)
    if (plain) at.set(plain, place)
    else if (way) declared.push({ at: place, way })
    else
      return refusal(
        'COLONNA_SCONOSCIUTA',
        `La colonna «${shown(name)}» non si conosce. Si possono usare: ${namesFor(declares).join(', ')}.`,
        line,
      )
  }
  if (!keyColumns.some((column) => at.has(column)))
    return refusal('CHIAVE_ASSENTE', `Manca la colonna delle persone: una fra ${keyColumns.join(', ')}.`, line)
  if (at.has('numeroDocumento') && !at.has('chiave'))
    return refusal(
      'CHIAVE_ASSENTE',
      'Con numeroDocumento serve anche la colonna chiave, che dice quale documento è: CI, PS o PP.',
      line,
    )
  return ok({ width, at, declared })
}

const shown = (name: string) => name.trim().slice(0, 40)
const namesFor = (declares: string | null) => [
  ...PLAIN_COLUMNS,
  ...(declares === null ? [] : declares === 'residenza' ? Object.keys(HOME_COLUMNS) : [`${declares}.…`]),
]

function wayOf(name: string, folded: string, declares: string | null): string[] | null {
  if (declares === null) return null
  const home = declares === 'residenza' ? FOLDED_HOME.get(folded) : undefined
  const way = (home ?? name).split('.')
  return way[0] === declares && way.length > 1 && way.every(isStep) ? way : null
}
