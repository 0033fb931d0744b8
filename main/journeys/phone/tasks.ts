import { readyDocument } from '../../print/ready.ts'
import { fromFirstPage } from '../../visit/printing.ts'
import type { VisitServices } from '../../visit/services.ts'
import { step } from '../../visit/step.ts'
import { required, type Visit } from '../../visit/visit.ts'

export async function handOver(visit: Visit, services: VisitServices) {
  const { pdf, paper } = await readyDocument(visit, services)
  const offered = await services.handOver(visit.frame, pdf)
  return offered.ok
    ? step('shown', { paper, phone: { handover: offered.value } })
    : step('ended', { paper, phone: { why: 'unavailable' } })
}

/** Waits for the telephone. What it has taken counts as delivered, as a page does that the printer has acknowledged. */
export async function watch(visit: Visit, services: VisitServices) {
  const { frame, paper, phone } = visit
  const became = await services.handoverBecame(frame, required(phone.handover, 'code for a telephone'))
  if (became !== 'taken') return step('ended', { phone: { handover: null, why: became } })
  const [certificate, ...rest] = paper.issued
  const taken = { phone: { handover: null }, end: { outcome: 'phone' as const } }
  if (paper.out) return step('done', taken)
  if (certificate) services.delivered(frame, certificate.operation)
  else paper.writing?.printed?.(visit, services)
  return rest.length > 0
    ? step('printingCertificate', { ...taken, paper: { issued: rest, ...fromFirstPage } })
    : step('done', taken)
}
