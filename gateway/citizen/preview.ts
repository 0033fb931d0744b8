import type { z } from 'zod'
import { type Clock, italianDay } from '../../basics/time.ts'
import { settlementOf } from '../../catalogue/bollo.ts'
import { mayIssue } from '../../catalogue/may-issue.ts'
import type { Problem, preview, previewRequest } from '../../contract/gateway.ts'
import { err, ok, type Result } from '../../contract/result.ts'
import type { Register } from '../access/register.ts'
import { knownBy } from '../anpr/known.ts'
import { problemOf } from '../anpr/problems.ts'
import { isRelative } from '../anpr/subjects.ts'
import type { Means } from '../payments/means.ts'
import { type Bought, typesText } from '../payments/notices.ts'
import type { Holder } from './session.ts'

export interface Previewing {
  register: Register
  means: Pick<Means, 'whyNot'>
  /** Names a person as the access log does. */
  reference(person: string): string
  mayBegin(): Promise<boolean>
  now: Clock
}

/** The certificate as payments know it; null in a session of an earlier version, which names nobody. */
export const boughtBy = (
  { requester }: Pick<Holder, 'requester'>,
  { subject, types }: Pick<z.infer<typeof previewRequest>, 'subject' | 'types'>,
  reference: Previewing['reference'],
): Bought => ({ requester: requester ?? '', subject: reference(subject), types: typesText(types) })

/** The sheet as it will be, marked by ANPR as a preview; nothing is issued. */
export async function previewOf(
  { register, means, reference, mayBegin, now }: Previewing,
  holder: Holder,
  wish: z.infer<typeof previewRequest>,
): Promise<Result<z.infer<typeof preview>, Problem>> {
  const looks = register.askedBy(holder)
  // What is begun must be finished today: the certificate itself has the reserve.
  if (!(await mayBegin())) {
    await looks.refused(wish, 'anpr-closed')
    return err({ kind: 'anpr-unavailable', anpr: null })
  }
  // Said before the person confirms. SECURITY: noted, so that a totem that looks for used numbers leaves its trace.
  const why = await means.whyNot(wish.bollo, boughtBy(holder, wish, reference))
  if (why !== null) {
    await looks.refused(wish, why)
    return err({ kind: why, anpr: null })
  }
  let known: ReturnType<typeof knownBy> = { subject: {}, requester: { self: true } }
  // SECURITY: the totem names the subject, and a preview shows as much as the certificate.
  if (wish.subject !== holder.idAnpr) {
    const sheet = await looks.familyOf(holder.idAnpr)
    if (!sheet.ok) return err(problemOf(sheet.error))
    if (!isRelative(sheet.value, wish.subject)) {
      await looks.refused(wish, 'not-in-family')
      return err({ kind: 'not-in-family', anpr: null })
    }
    known = knownBy(sheet.value, wish.subject, italianDay(now()))
  }
  const may = mayIssue(wish.types, known.subject, known.requester, settlementOf(wish.bollo).use)
  if (!may.ok) {
    const [{ kind, anpr }] = may.error.refusals
    await looks.refused(wish, anpr ?? kind)
    return err({ kind, anpr })
  }
  const pdf = await looks.preview({ ...wish, requester: holder.idAnpr })
  return pdf.ok ? ok({ pdf: pdf.value }) : err(problemOf(pdf.error))
}
