import { csvRows } from '../../basics/csv.ts'
import { isCodiceFiscale, isIdAnpr } from '../../contract/identity.ts'
import { err, ok, type Result } from '../../contract/result.ts'
import { consultationOf, type Listed } from '../anpr/services.ts'

/** A row of an office's list: whom it is about, and what is declared of them. */
export interface ListRow {
  /** Its number in the file, the line of names left out. */
  number: number
  /** Codice fiscale or ID ANPR; null: neither of them, or nothing is declared where something must be. */
  key: string | null
  declared: Record<string, unknown> | undefined
}

/** Why a list as a whole is refused; `column`: the name of the one that is wrong. */
export type WrongList =
  | { kind: 'list-empty' | 'no-line-of-names' | 'nothing-declared' }
  | { kind: 'column-unknown'; column: string }
  | { kind: 'list-too-long'; most: number }

/** Also eleven digits: a provisional codice fiscale. */
const isKey = (text: string) => isCodiceFiscale(text) || isIdAnpr(text) || /^\d{11}$/.test(text)
export const isCode = (key: string): boolean => !isIdAnpr(key)

/**
 * Reads a list (CSV). Its first line names the columns: the first is the key, and for a service that compares each other
 * one is a field of its section in `verifica`, e.g. `generalita.cognome`, `listaSoggetti.datiSoggetto.0.generalita.nome`.
 */
export function rowsIn(text: string, code: Listed, most: number): Result<ListRow[], WrongList> {
  const [names, ...lines] = csvRows(text)
  if (!names || lines.length === 0) return err({ kind: 'list-empty' })
  if (isKey(keyIn(names))) return err({ kind: 'no-line-of-names' })
  if (lines.length > most) return err({ kind: 'list-too-long', most })
  const { declares } = consultationOf(code)
  const ways = names.slice(1).map((name) => name.trim().split('.'))
  const unknown = ways.findIndex((way) => way[0] !== declares || way.length < 2 || !way.every(isStep))
  if (unknown >= 0) return err({ kind: 'column-unknown', column: names[unknown + 1] ?? '' })
  if (declares !== undefined && ways.length === 0) return err({ kind: 'nothing-declared' })
  return ok(
    lines.map((cells, at): ListRow => {
      const told = ways.flatMap((way, column): Told[] => {
        const value = cells[column + 1]?.trim() ?? ''
        return value === '' ? [] : [[way, value]]
      })
      const isWhole = isKey(keyIn(cells)) && cells.length <= names.length && (declares === undefined || told.length > 0)
      const declared = told.length > 0 ? (nested(told) as Record<string, unknown>) : undefined
      return { number: at + 1, key: isWhole ? keyIn(cells) : null, declared }
    }),
  )
}

const keyIn = ([first = '']: readonly string[]) => first.trim().toUpperCase()
export const isStep = (step: string) => /^([A-Za-z]\w*|\d{1,2})$/.test(step)

export type Told = [way: string[], value: string]
/** The object in which these values stand by their ways; numbers make a list. */
export function nested(told: readonly Told[]): unknown {
  const [[first, value] = [[], '']] = told
  if (first.length === 0) return value
  const steps = [...new Set(told.map(([[step = '']]) => step))]
  const entries = steps.map((step) => {
    const within = told.filter(([way]) => way[0] === step).map(([way, one]): Told => [way.slice(1), one])
    return [step, nested(within)] as const
  })
  return entries.every(([step]) => /^\d+$/.test(step)) ? entries.map(([, one]) => one) : Object.fromEntries(entries)
}

/** What stands in a field of an answer, by its way; of a list what stands in each element. */
export function fieldOf(told: unknown, way: string): string {
  const found = way
    .split('.')
    .reduce<unknown[]>((parts, step) => parts.flatMap((part) => stepInto(part, step)), [told].flat())
  return found.filter((one) => typeof one === 'string').join(' | ')
}

const stepInto = (part: unknown, step: string): unknown[] =>
  typeof part === 'object' && part !== null ? [Object.entries(part).find(([name]) => name === step)?.[1]].flat() : []
