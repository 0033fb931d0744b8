import { readyDocument } from '../../print/ready.ts'
import { fromFirstPage } from '../../visit/printing.ts'
import type { VisitServices } from '../../visit/services.ts'
import { step } from '../../visit/step.ts'
import { required, type Visit } from '../../visit/visit.ts'

/** More addresses than a screen offers are professionals' rest; the first ones are the person's own. */
const SHOWN = 4

export async function ask({ frame, holder }: Visit, services: VisitServices) {
  const { codiceFiscale } = required(holder.recognised, 'recognised person')
  const told = await services.domiciles(frame, required(holder.entered, 'gateway session'), codiceFiscale)
  if (!told.ok) return step('ended', { domicilio: { why: 'unavailable' } })
  const known = told.value.toSorted((one, other) => Number(one.profession !== null) - Number(other.profession !== null))
  if (known.length === 0) return step('ended', { domicilio: { why: 'none' } })
  return step('confirm', { domicilio: { known: known.slice(0, SHOWN) } })
}

/** A PEC that was handed over may still come back, so that a certificate stays here until it is printed or out of time. */
export async function send(visit: Visit, services: VisitServices) {
  const { frame, holder, domicilio } = visit
  const { pdf, about, paper } = await readyDocument(visit, services)
  const domicile = required(domicilio.chosen, 'digital domicile')
  const sent = await services.sendToDomicile(frame, required(holder.entered, 'gateway session'), {
    pdf,
    about,
    domicile,
  })
  if (!sent.ok) return step('ended', { paper, domicilio: { why: sent.error.kind } })
  visit.paper.writing?.printed?.(visit, services)
  return step('done', { paper: { ...paper, ...fromFirstPage }, end: { outcome: 'domicilio' } })
}
