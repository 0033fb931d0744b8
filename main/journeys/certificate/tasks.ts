import { isDeepStrictEqual } from 'node:util'
import type { IssuedOutcome } from '../../../contract/gateway.ts'
import { issueRefusal } from '../../../contract/issue-refusal.ts'
import { fromFirstPage, print } from '../../visit/printing.ts'
import { refused as refusal, type VisitServices } from '../../visit/services.ts'
import { refused, type Step, step } from '../../visit/step.ts'
import { required, type Visit } from '../../visit/visit.ts'
import { aboutOf, type Receipt, wantedOf } from './visit.ts'

/** Asks ANPR whether it will issue this sheet, and for its picture: everything that can refuse does so before money. */
export async function preview(visit: Visit, services: VisitServices) {
  const { certificate, holder, paper } = visit
  const entered = required(holder.entered, 'gateway session')
  if (!certificate.bollo) return step('unsettled')
  // Offline there is no preview, but the request can be recorded all the same.
  if (!entered.token) return step('away')
  const wanted = wantedOf(visit)
  if (paper.preview && isDeepStrictEqual(certificate.previewed, wanted)) return step('shown')
  const sheet = await services.preview(visit.frame, entered, wanted, aboutOf(visit))
  if (sheet.ok) return step('shown', { paper: { preview: sheet.value }, certificate: { previewed: wanted } })
  const nothing = { paper: { preview: null }, certificate: { previewed: null } }
  if (sheet.error.kind === 'unavailable') return step('away', nothing)
  const { reason, anpr } = sheet.error
  // About this certificate alone: the person may choose another.
  return issueRefusal.safeParse(reason).success
    ? step('barred', { ...nothing, certificate: { ...nothing.certificate, barred: { reason, anpr } } })
    : refused(sheet.error)
}

export async function request(visit: Visit, services: VisitServices) {
  const { frame, holder } = visit
  const { bollo } = visit.certificate
  if (bollo?.kind === 'pagopa' && bollo.notice === null) return step('pay')
  const entered = required(holder.entered, 'gateway session')
  const requested = await services.request(
    frame,
    required(holder.recognised, 'holder'),
    wantedOf(visit),
    aboutOf(visit),
  )
  if (!requested.ok) {
    // Paid, and refused: what becomes of the money is told there.
    if (bollo?.kind === 'pagopa' && requested.error.kind === 'refused')
      return step('pay', { end: { refused: requested.error } })
    // The attract screen says by itself that the totem is full.
    return requested.error.kind === 'storage-full'
      ? step('attract', { end: { how: 'storage-full' } })
      : refused(requested.error)
  }
  const { value } = requested
  if (value.state === 'issued') {
    return step('printingCertificate', {
      paper: { document: 'certificate', issued: [value.outcome] },
      certificate: { marked: isMarked(value.outcome) },
    })
  }
  return step('printingSlip', {
    paper: { document: 'certificate' },
    certificate: { queued: value },
    // The menu counts it, if the person asks for something else.
    holder: { entered: { ...entered, pending: entered.pending + 1 } },
  })
}

/** Fetches the certificate that has come while its person still stands here. */
export async function fetch(visit: Visit, services: VisitServices) {
  const { operation } = required(visit.certificate.queued, 'queued request')
  const outcome = await services.arrived(visit.frame, operation, aboutOf(visit))
  return outcome
    ? step('printingCertificate', {
        paper: { issued: [outcome], ...fromFirstPage },
        certificate: { queued: null, arrived: false, marked: isMarked(outcome) },
        end: { slip: false },
      })
    : refused(refusal('certificate-unprintable'))
}

export async function printCertificate(visit: Visit, services: VisitServices) {
  const outcome = required(visit.paper.issued[0], 'outcome')
  const { operation } = outcome
  const sheet = services.sheets.certificate(outcome)
  const result = await print(visit, services, { operation, document: 'certificate', sheet })
  if (result.printed) {
    services.delivered(visit.frame, operation)
    const wanted = isReceiptDue(outcome) || services.reprinted(visit.frame, operation)
    const { to, set } = onward(visit, [...visit.certificate.receipts, { outcome, pages: result.pages, wanted }])
    return step(to, {
      ...set,
      holder: { entered: withoutWaiting(visit, operation) },
      certificate: {
        ...set.certificate,
        marked: visit.certificate.marked || isMarked(outcome),
        delivered: visit.certificate.delivered + 1,
      },
      end: { outcome: 'printed' },
    })
  }
  // A certificate that no printer can print must not hold up the others that wait.
  const others = visit.paper.issued.length > 1
  return (
    result.fault ?? (others ? onward(visit, visit.certificate.receipts) : refused(refusal('certificate-unprintable')))
  )
}

export async function printReceipt(visit: Visit, services: VisitServices) {
  const { receipts } = visit.certificate
  const receipt = required(
    receipts.find(({ wanted }) => wanted),
    'receipt',
  )
  const { outcome, pages } = receipt
  const sheet = services.sheets.receipt(visit.frame, outcome, pages)
  const result = await print(visit, services, { operation: outcome.operation, document: 'receipt', sheet })
  if (!result.printed && result.fault) return result.fault
  return onward(
    visit,
    receipts.filter((other) => other !== receipt),
  )
}

export async function printSlip(visit: Visit, services: VisitServices) {
  const { queued, types } = visit.certificate
  const { operation, requestedAt } = required(queued, 'queued request')
  const sheet = services.sheets.slip(visit.frame, { operation, types, requestedAt })
  const result = await print(visit, services, { operation, document: 'slip', sheet })
  return (!result.printed && result.fault) || step('done', { end: { outcome: 'queued', slip: result.printed } })
}

/** What is out no longer waits to be collected. */
function withoutWaiting({ holder: { entered } }: Visit, operation: string): Visit['holder']['entered'] {
  return entered && { ...entered, waiting: entered.waiting.filter(({ outcome }) => outcome.operation !== operation) }
}

/**
 * The receipt of a bollo is printed unasked: it says where the marca goes, and names what was paid. So is a reprint's,
 * because the totem never writes on ANPR's sealed PDF (invariant 10).
 */
const isReceiptDue = ({ bollo }: IssuedOutcome) => bollo !== undefined && bollo.kind !== 'exempt'

const isMarked = ({ bollo }: IssuedOutcome) => bollo?.kind === 'contrassegno'

/** After a sheet: a receipt that is wanted, the next certificate that waits, or the end. */
function onward({ paper }: Visit, receipts: Receipt[]): Step<'printingReceipt' | 'printingCertificate' | 'done'> {
  const set = { paper: fromFirstPage, certificate: { receipts } }
  if (receipts.some(({ wanted }) => wanted)) return step('printingReceipt', set)
  const [, ...rest] = paper.issued
  return rest.length > 0
    ? step('printingCertificate', { ...set, paper: { issued: rest, ...fromFirstPage } })
    : step('done', set)
}
