import type { DatiSoggetto } from '../../contract/anpr.ts'
import { isIdAnpr } from '../../contract/identity.ts'
import { ok, type Result } from '../../contract/result.ts'
import { type AnprFailure, failure } from './answers.ts'

/** Whose data were asked for. */
export interface Asked {
  idAnpr: string
  /** Null where nobody here can tell. */
  isTheirs(codiceFiscale: string): boolean | null
}

const idOf = ({ identificativi }: DatiSoggetto): string | null => {
  const id = identificativi?.idANPR?.toUpperCase()
  return id !== undefined && isIdAnpr(id) ? id : null
}
export const codiceFiscaleOf = ({ generalita }: DatiSoggetto): string | null =>
  generalita?.codiceFiscale?.codFiscale?.toUpperCase() ?? null

/** C030: the ID ANPR of the one person of this codice fiscale. SECURITY: an answer about another code counts for none. */
export function identified(
  answer: readonly DatiSoggetto[],
  codiceFiscale: string,
): Result<{ idAnpr: string }, AnprFailure> {
  const told = joined(answer)
  const people = told.filter((one) => idOf(one) !== null)
  if (people.length === 0) return failure('anpr-unreadable', 'no-id')
  const theirs = people.filter((one) => codiceFiscaleOf(one) === codiceFiscale)
  const unnamed = people.filter((one) => codiceFiscaleOf(one) === null)
  const [one, ...others] = theirs.length > 0 ? theirs : unnamed
  if (!one) return failure('anpr-other-person', 'other-codice-fiscale')
  if (others.length > 0) return failure('anpr-unreadable', 'several-people')
  // An element without an id may be the other half of this person, and may be somebody else.
  const halves = told.filter((half) => idOf(half) === null).map(codiceFiscaleOf)
  if (theirs.length === 0 && halves.some((code) => code !== null) && !halves.includes(codiceFiscale))
    return failure('anpr-other-person', 'other-codice-fiscale')
  const idAnpr = idOf(one)
  return idAnpr === null ? failure('anpr-unreadable', 'no-id') : ok({ idAnpr })
}

/** How people on a sheet belong together: by kinship, or because they live in one institution. */
export type Tie = 'family' | 'convivenza'

/** `relation`: a code of ANPR's table 5 in a family, and of table 6 in a convivenza. */
export interface Member {
  told: DatiSoggetto
  idAnpr: string | null
  tie: Tie
  relation: string
  /** The person whose sheet it is. */
  asked: boolean
}
/** Everybody on the sheet of a person, in ANPR's order. */
export interface Sheet {
  members: Member[]
  /** How the person whose sheet it is belongs there. */
  tie: Tie
}

/** C021. SECURITY: a sheet on which the person asked for cannot stand is somebody else's. */
export function sheetOf(answer: readonly DatiSoggetto[], asked: Asked): Result<Sheet, AnprFailure> {
  const people = joined(answer).filter((one) => idOf(one) !== null || one.generalita?.cognome || one.generalita?.nome)
  if (people.length === 0) return failure('anpr-unreadable', 'nobody')
  // ANPR names the person asked for where it names anybody: one who is not named at all may be a stranger's child.
  const named = people.map((one) => isAsked(one, asked)).filter((is) => is !== null)
  if (named.length > 0 && !named.includes(true)) return failure('anpr-other-person', 'other-family')
  const ties = new Set(people.flatMap((one) => TIES.get(one.legameSoggetto?.tipoLegame ?? '') ?? []))
  // A member whose kind of tie is not told has that of the sheet; the codes of both tables are the same numbers.
  const [common = null] = ties.size === 1 ? ties : []
  const members = people.map((told): Member => {
    const { tipoLegame = '', codiceLegame } = told.legameSoggetto ?? {}
    const tie = TIES.get(tipoLegame) ?? (tipoLegame === '' ? common : null)
    return {
      ...{ told, idAnpr: idOf(told), asked: isAsked(told, asked) === true },
      ...(tie === null ? { tie: 'family', relation: UNKNOWN.family } : { tie, relation: codiceLegame ?? UNKNOWN[tie] }),
    }
  })
  const own = members.find((member) => member.asked)
  return ok({ members, tie: own?.tie ?? common ?? 'family' })
}

/** `tipoLegame`: in a family, in a convivenza, in a family enrolled abroad (AIRE). */
const TIES = new Map<string, Tie>([
  ['3', 'family'],
  ['4', 'convivenza'],
  ['5', 'family'],
])
/** "Non definito" of table 5, "ignoto" of table 6. */
const UNKNOWN: Record<Tie, string> = { family: '99', convivenza: '9' }

/** May the person of this sheet ask for a certificate of that one? People of a convivenza are no famiglia anagrafica. */
export const isRelative = ({ members, tie }: Sheet, idAnpr: string): boolean =>
  tie === 'family' && members.some((member) => member.tie === 'family' && member.idAnpr === idAnpr)

/** The data of the person asked for. SECURITY: nobody may see another person's, whoever has mixed them up. */
export function ownOf<S extends DatiSoggetto>(answer: readonly S[], asked: Asked): Result<S, AnprFailure> {
  const told = joined(answer)
  if (told.length === 0) return failure('anpr-unreadable', 'nobody')
  const may = told.filter((one) => isAsked(one, asked) !== false && hasCodeOf(one, asked.isTheirs) !== false)
  const theirs = may.filter((one) => isAsked(one, asked) === true)
  const [one, ...others] = theirs.length > 0 ? theirs : may
  if (!one) return failure('anpr-other-person', 'other-person')
  return others.length === 0 ? ok(one) : failure('anpr-unreadable', 'several-people')
}

/**
 * What the register says to a question about this person that has yes and no as its answers: the entry of
 * `infoSoggettoEnte` that has this id, or this key where the id is another one (it was seen of C019 only). Null: it says neither (A, or nothing that is known). SECURITY: an answer about somebody else counts
 * for none.
 */
export function isSaid(
  answer: readonly DatiSoggetto[],
  asked: Asked,
  { id, key }: { id: string; key: RegExp },
): Result<'yes' | 'no' | null, AnprFailure> {
  const about = joined(answer).filter((one) => isAsked(one, asked) !== false)
  if (about.length === 0) return failure(answer.length === 0 ? 'anpr-unreadable' : 'anpr-other-person', 'nobody')
  const told = about.flatMap(({ infoSoggettoEnte = [] }) => infoSoggettoEnte)
  const values = told
    .filter((one) => one.id === id || key.test(one.chiave ?? ''))
    .map(({ valore }) => valore?.toUpperCase())
  if (values.length === 0) return failure('anpr-unreadable', 'not-said')
  if (values.includes('N')) return ok('no')
  return ok(values.includes('S') ? 'yes' : null)
}

/** Is this the person? Null: the answer names neither an id nor a codice fiscale that could tell. */
function isAsked(told: DatiSoggetto, { idAnpr, isTheirs }: Asked): boolean | null {
  const id = idOf(told)
  return id === null ? hasCodeOf(told, isTheirs) : id === idAnpr
}

function hasCodeOf(told: DatiSoggetto, isTheirs: Asked['isTheirs']): boolean | null {
  const code = codiceFiscaleOf(told)
  return code === null ? null : isTheirs(code)
}

/** ANPR may tell one person in several elements, of which each has the id and a part of the data. */
function joined<S extends DatiSoggetto>(elements: readonly S[]): S[] {
  const people: S[] = []
  for (const element of elements) {
    const id = idOf(element)
    const at = id === null ? -1 : people.findIndex((person) => idOf(person) === id)
    const known = people[at]
    if (known) people[at] = filled(known, element)
    else people.push(element)
  }
  return people
}

/** `known`, with what `more` tells of it and it does not. */
function filled<T extends object>(known: T, more: T): T {
  const whole: Record<string, unknown> = Object.fromEntries(Object.entries(more))
  for (const [field, value] of Object.entries(known)) {
    if (value === undefined) continue
    const other = whole[field]
    if (Array.isArray(value) && Array.isArray(other)) whole[field] = distinct([...value, ...other])
    else whole[field] = isPart(value) && isPart(other) ? filled(value, other) : value
  }
  return whole as T
}

const distinct = (all: readonly unknown[]) => [...new Map(all.map((one) => [JSON.stringify(one), one])).values()]
const isPart = (value: unknown): value is object => typeof value === 'object' && value !== null && !Array.isArray(value)
