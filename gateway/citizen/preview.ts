import type { z } from 'zod'
import { type Clock, italianDay } from '../../basics/time.ts'
import type { Problem, preview, previewRequest } from '../../contract/gateway.ts'
import { err, ok, type Result } from '../../contract/result.ts'
import { entitled } from '../access/entitled.ts'
import type { Register } from '../access/register.ts'
import { problemOf } from '../anpr/problems.ts'
import type { Marks } from '../payments/contrassegno.ts'
import type { Terms } from '../settings/terms.ts'
import type { Holder } from './session.ts'

/** The sheet as it will be, marked by ANPR as a preview; nothing is issued. */
export async function previewOf(
  {
    register,
    marks,
    mayBegin,
    terms,
    now,
  }: {
    register: Register
    marks: Pick<Marks, 'isTaken'>
    mayBegin(): Promise<boolean>
    terms: Terms
    now: Clock
  },
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
  if (await marks.isTaken(wish.bollo)) {
    await looks.refused(wish, 'contrassegno-used')
    return err({ kind: 'contrassegno-used', anpr: null })
  }
  const asked = { ...wish, requester: holder.idAnpr }
  const may = await entitled(looks, asked, { day: italianDay(now()), terms })
  if (!may.ok) {
    if (may.error.kind === 'failed') return err(problemOf(may.error.failure))
    const { problem } = may.error
    await looks.refused(wish, problem.anpr ?? problem.kind)
    return err(problem)
  }
  const pdf = await looks.preview({ ...asked, language: may.value })
  return pdf.ok ? ok({ pdf: pdf.value }) : err(problemOf(pdf.error))
}
