import { settlementOf } from '../../catalogue/bollo.ts'
import { languagesFor } from '../../catalogue/languages.ts'
import { mayIssue } from '../../catalogue/may-issue.ts'
import type { Charges } from '../../contract/bollo.ts'
import type { CertificateLanguage } from '../../contract/catalogue.ts'
import type { PreviewRequest, Problem } from '../../contract/gateway.ts'
import { err, ok, type Result } from '../../contract/result.ts'
import type { AnprFailure } from '../anpr/answers.ts'
import { knownBy } from '../anpr/known.ts'
import { comuneOf, istatOf } from '../anpr/residence.ts'
import { isRelative } from '../anpr/subjects.ts'
import { chargesIn, type Terms, variesByComune } from '../settings/terms.ts'
import type { Looks } from './register.ts'

type Asked = Pick<PreviewRequest, 'types' | 'bollo' | 'language'>

/** `refused`: by the gateway itself. `failed`: ANPR did not tell what the gateway must know. */
type NotEntitled = { kind: 'refused'; problem: Problem } | { kind: 'failed'; failure: AnprFailure }

interface Entitled {
  language: CertificateLanguage
  charges: Charges
  /** The subject by the family sheet; null: the holder. */
  about: { name: string; surname: string } | null
}

/**
 * May the holder have this certificate, by what the gateway knows before it asks for one, in which language, and at what
 * cost? ANPR's own rules are the second wall, and not the only one. Preview and issue ask it alike. `day`: the Italian day.
 * `comune`: where the requester lives, as their session knows it (gateway/citizen/tables.ts); null: ANPR is asked.
 */
export async function entitled(
  looks: Pick<Looks, 'familyOf' | 'tell'>,
  { requester, subject, types, bollo, language }: Asked & { requester: string; subject: string },
  { day, terms, comune }: { day: string; terms: Terms; comune: string | null },
): Promise<Result<Entitled, NotEntitled>> {
  const refused = (problem: Problem) => err<NotEntitled>({ kind: 'refused', problem })
  const failed = (failure: AnprFailure) => err<NotEntitled>({ kind: 'failed', failure })
  let known: ReturnType<typeof knownBy> = { subject: {}, requester: { self: true } }
  let about: Entitled['about'] = null
  // SECURITY: the totem names the subject.
  if (subject !== requester) {
    const sheet = await looks.familyOf(requester)
    if (!sheet.ok) return failed(sheet.error)
    if (!isRelative(sheet.value, subject)) return refused({ kind: 'not-in-family', anpr: null })
    known = knownBy(sheet.value, subject, day)
    const { nome = '', cognome = '' } = sheet.value.members.find((one) => one.idAnpr === subject)?.told.generalita ?? {}
    about = { name: nome, surname: cognome }
  }
  const may = mayIssue(types, known.subject, known.requester, settlementOf(bollo).use)
  if (!may.ok) {
    const [{ kind, anpr }] = may.error.refusals
    return refused({ kind, anpr })
  }
  if (language !== null && (comune !== null || !variesByComune(terms)))
    return ok({ language, charges: chargesIn(terms, comune), about })
  // A famiglia anagrafica lives in one comune (art. 4 DPR 223/1989), so the requester's is the subject's.
  const { result: record } = await looks.tell('C029', { idAnpr: requester }, { day })
  if (!record.ok) return failed(record.error)
  return ok({
    language: language ?? languagesFor(comuneOf(record.value), terms.languages)[0],
    charges: chargesIn(terms, istatOf(record.value)),
    about,
  })
}
