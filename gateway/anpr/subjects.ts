import type { DatiAnagrafici, DatiSoggetto } from '../../contract/anpr.ts'
import { isIdAnpr } from '../../contract/identity.ts'
import { ok, type Result } from '../../contract/result.ts'
import { type AnprFailure, failure } from './answers.ts'

/** A person as C030 knows them. Somebody may have no surname, no name, or ANPR may not tell them. */
export interface Identified {
  idAnpr: string
  surname: string
  name: string
}

/** Whose data were asked for. */
export interface Asked {
  idAnpr: string
  /** Null where nobody here can tell. */
  isTheirs(codiceFiscale: string): boolean | null
}

export const idOf = ({ identificativi }: DatiSoggetto): string | null => {
  const id = identificativi?.idANPR?.toUpperCase()
  return id !== undefined && isIdAnpr(id) ? id : null
}
export const codiceFiscaleOf = ({ generalita }: DatiSoggetto): string | null =>
  generalita?.codiceFiscale?.codFiscale?.toUpperCase() ?? null

/** C030: the one person of this codice fiscale. SECURITY: an answer that names another code counts for nobody. */
export function identified(answer: readonly DatiSoggetto[], codiceFiscale: string): Result<Identified, AnprFailure> {
  const told = joined(answer)
  const people = told.filter((one) => idOf(one) !== null)
  if (people.length === 0) return failure('anpr-unreadable', 'no-id')
  const theirs = people.filter((one) => codiceFiscaleOf(one) === codiceFiscale)
  const unnamed = people.filter((one) => codiceFiscaleOf(one) === null)
  const [one, ...others] = theirs.length > 0 ? theirs : unnamed
  if (!one) return failure('anpr-other-person', 'other-codice-fiscale')
  if (others.length > 0) return failure('anpr-unreadable', 'several-people')
  // An element without an id may be the other half of this person, or somebody else.
  const halves = told.filter((half) => idOf(half) === null && codiceFiscaleOf(half) !== null)
  const ownHalf = halves.find((half) => codiceFiscaleOf(half) === codiceFiscale)
  if (theirs.length === 0 && halves.length > 0 && !ownHalf) return failure('anpr-other-person', 'other-codice-fiscale')
  const { generalita = ownHalf?.generalita } = one
  return ok({ idAnpr: idOf(one) ?? '', surname: generalita?.cognome ?? '', name: generalita?.nome ?? '' })
}

/** C021: everybody on the sheet. SECURITY: a sheet on which the person asked for cannot stand is somebody else's. */
export function sheetOf(answer: readonly DatiSoggetto[], asked: Asked): Result<DatiSoggetto[], AnprFailure> {
  const members = joined(answer).filter((one) => idOf(one) !== null || one.generalita?.cognome || one.generalita?.nome)
  if (members.length === 0) return failure('anpr-unreadable', 'nobody')
  const may = members.some((member) => isAsked(member, asked) !== false)
  return may ? ok(members) : failure('anpr-other-person', 'other-family')
}

/** C029: the data of the person asked for. SECURITY: nobody may see another person's, whoever has mixed them up. */
export function ownOf(answer: readonly DatiAnagrafici[], asked: Asked): Result<DatiAnagrafici, AnprFailure> {
  const told = joined(answer)
  if (told.length === 0) return failure('anpr-unreadable', 'nobody')
  const may = told.filter((one) => isAsked(one, asked) !== false && hasCodeOf(one, asked.isTheirs) !== false)
  const theirs = may.filter((one) => isAsked(one, asked) === true)
  const [one, ...others] = theirs.length > 0 ? theirs : may
  if (!one) return failure('anpr-other-person', 'other-person')
  return others.length === 0 ? ok(one) : failure('anpr-unreadable', 'several-people')
}

/** Is this the person? Null: the answer names neither an id nor a codice fiscale that could tell. */
export function isAsked(told: DatiSoggetto, { idAnpr, isTheirs }: Asked): boolean | null {
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
  const whole: Record<string, unknown> = { ...more }
  for (const [field, value] of Object.entries(known)) {
    if (value === undefined) continue
    const other = whole[field]
    whole[field] = isPart(value) && isPart(other) ? filled(value, other) : value
  }
  return whole as T
}

const isPart = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
