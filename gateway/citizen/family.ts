import { type Clock, italianDay } from '../../basics/time.ts'
import { languagesFor } from '../../catalogue/languages.ts'
import { mayIssue } from '../../catalogue/may-issue.ts'
import { certificateType } from '../../contract/catalogue.ts'
import type { FamilyMember, FamilySheet, Problem } from '../../contract/gateway.ts'
import { err, ok, type Result } from '../../contract/result.ts'
import type { Register } from '../access/register.ts'
import { yearOfBirth } from '../anpr/dates.ts'
import { knownBy } from '../anpr/known.ts'
import { problemOf } from '../anpr/problems.ts'
import { comuneOf, istatOf } from '../anpr/residence.ts'
import type { Sheet } from '../anpr/subjects.ts'
import { chargesIn, type Terms, variesByComune } from '../settings/terms.ts'
import type { Database } from '../store/schema.ts'
import { cardOf } from './person.ts'
import { known } from './registered.ts'
import type { Holder } from './session.ts'
import { noteComune } from './store.ts'

/**
 * The holder's family sheet, in ANPR's order: name and year of birth only, until a person is picked (GDPR art. 5.1.c).
 * Of the holder's own record the totem hears what follows from it: the certificates that would be refused, and their
 * languages. Without it more is left to ANPR's own refusal.
 */
export async function familySheetOf(
  { db, register, terms, now }: { db: Database; register: Register; terms: Terms; now: Clock },
  holder: Holder,
  /** Why nobody here may see this sheet; null: they may. */
  whyNot: (sheet: Sheet, day: string) => Problem | null = () => null,
): Promise<Result<FamilySheet, Problem>> {
  const looks = register.askedBy(holder)
  const { idAnpr } = holder
  const day = italianDay(now())
  const [sheet, record] = await Promise.all([looks.familyOf(idAnpr), looks.tell('C029', { idAnpr }, { day })])
  if (!sheet.ok) return err(problemOf(sheet.error))
  const barred = whyNot(sheet.value, day)
  if (barred !== null) return err(barred)
  const own = record.result.ok ? record.result.value : null
  const comune = own && istatOf(own)
  // The sheet says what diritti cost there, and preview and issue ask them without a look more.
  if (own && variesByComune(terms)) await noteComune(db, holder, comune, now())
  const card = own?.cartaIdentita ? cardOf(own.cartaIdentita) : null
  const blockedFor = (of: string | null): FamilyMember['blocked'] => {
    if (of === null) return []
    const { subject, requester } = knownBy(sheet.value, of, day, own)
    return certificateType.options.flatMap((type) => {
      const may = mayIssue([type], subject, requester, null)
      return may.ok ? [] : may.error.refusals.slice(0, 1).map(({ kind, anpr }) => ({ type, kind, anpr }))
    })
  }
  return ok({
    members: sheet.value.members.map(({ told: { generalita, datiDecesso }, idAnpr, tie, relation, asked }) => ({
      idAnpr,
      name: generalita?.nome ?? '',
      surname: generalita?.cognome ?? '',
      sex: known('sex', generalita?.sesso?.toUpperCase()),
      yearOfBirth: yearOfBirth(generalita),
      tie,
      relation,
      self: asked,
      deceased: datiDecesso !== undefined,
      blocked: blockedFor(idAnpr),
    })),
    card: card && { kind: card.kind, expires: card.expires, cancelled: card.cancelled },
    languages: [...languagesFor(own && comuneOf(own), terms.languages)],
    charges: chargesIn(terms, comune),
  })
}
