import type { z } from 'zod'
import { exemptionOf } from '../../contract/bollo.ts'
import type { Problem, preview, previewRequest } from '../../contract/gateway.ts'
import { err, ok, type Result } from '../../contract/result.ts'
import type { AnprClient } from '../anpr/client.ts'
import type { Marks } from '../payments/contrassegno.ts'
import type { LogFirst } from './asked.ts'
import type { Holder } from './session.ts'

/** The sheet as it will be, marked by ANPR as a preview; nothing is issued. */
export async function previewOf(
  { anpr, marks, logFirst }: { anpr: Pick<AnprClient, 'preview'>; marks: Pick<Marks, 'isTaken'>; logFirst: LogFirst },
  holder: Holder,
  wish: z.infer<typeof previewRequest>,
): Promise<Result<z.infer<typeof preview>, Problem>> {
  const { subject, types, bollo } = wish
  const asked = { subject, types: types.join(' '), exemption: exemptionOf(bollo) }
  // Said before the person confirms. SECURITY: noted, so that a totem that looks for used numbers leaves its trace.
  const found = (await marks.isTaken(bollo))
    ? err({ kind: 'contrassegno-used' as const })
    : await anpr.preview({ ...wish, requester: holder.idAnpr })
  const pdf = await logFirst(holder, asked, found)
  return pdf.ok ? ok({ pdf: pdf.value }) : pdf
}
