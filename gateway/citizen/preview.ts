import type { z } from 'zod'
import { type Clock, italianDay } from '../../basics/time.ts'
import type { Charges } from '../../contract/bollo.ts'
import type { Problem, preview, previewRequest } from '../../contract/gateway.ts'
import { err, ok, type Result } from '../../contract/result.ts'
import { entitled } from '../access/entitled.ts'
import type { Register } from '../access/register.ts'
import { problemOf } from '../anpr/problems.ts'
import type { Means } from '../payments/means.ts'
import { type Bought, typesText } from '../payments/notices.ts'
import type { Terms } from '../settings/terms.ts'
import type { Holder } from './session.ts'

export interface Previewing {
  register: Register
  means: Pick<Means, 'whyNot'>
  /** Names a person as the access log does. */
  reference(person: string): string
  /** May a certificate be begun, as far as ANPR's quotas of today go? */
  mayBegin(): Promise<boolean>
  terms: Terms
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
  { register, means, reference, mayBegin, terms, now }: Previewing,
  holder: Holder,
  wish: z.infer<typeof previewRequest>,
): Promise<Result<z.infer<typeof preview> & { charges: Charges }, Problem>> {
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
  const { idAnpr: requester, comune } = holder
  const asked = { ...wish, requester }
  const may = await entitled(looks, asked, { day: italianDay(now()), terms, comune })
  if (!may.ok) {
    if (may.error.kind === 'failed') return err(problemOf(may.error.failure))
    const { problem } = may.error
    await looks.refused(wish, problem.anpr ?? problem.kind)
    return err(problem)
  }
  const { language, charges } = may.value
  const pdf = await looks.preview({ ...asked, language, charges })
  return pdf.ok ? ok({ pdf: pdf.value, charges }) : err(problemOf(pdf.error))
}
