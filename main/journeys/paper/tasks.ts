import { renderPdf } from '../../documents/pdf.ts'
import { print } from '../../visit/printing.ts'
import type { Sheet, VisitServices, Written } from '../../visit/services.ts'
import { broken, step } from '../../visit/step.ts'
import { required, type Visit } from '../../visit/visit.ts'

const sheetOf =
  ({ paper }: Written): Sheet =>
  async ({ reprint }) => ({ kind: 'pdf', pdf: await renderPdf({ ...paper, reprint }) })

/** Prints a paper that the totem writes. It writes once: after a fault it prints the same paper again. */
export async function printWritten(visit: Visit, services: VisitServices) {
  const writing = required(visit.paper.writing, 'paper to write')
  const written = visit.paper.written ?? writing.write(visit, services)
  const { operation, document } = written
  const result = await print(visit, services, { operation, document, sheet: sheetOf(written) })
  if (result.printed) {
    writing.printed?.(visit, services)
    return step('done', { paper: { written }, end: { outcome: 'printed' } })
  }
  const { fault } = result
  return fault ? step('fault', { ...fault.set, paper: { ...fault.set.paper, written } }) : broken()
}
