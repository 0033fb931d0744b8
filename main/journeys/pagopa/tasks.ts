import { goesBack, LIVE, type Payment } from '../../../contract/pagopa.ts'
import { fromFirstPage, print } from '../../visit/printing.ts'
import { refused as refusal, type VisitServices } from '../../visit/services.ts'
import { refused, type Step, step } from '../../visit/step.ts'
import { type Change, required, type Visit } from '../../visit/visit.ts'

type Goes = 'waiting' | 'issue' | 'ended' | 'refund' | 'later' | 'choose'

/** The certificate of a payment, as the visit wants one. */
function paidFor(visit: Visit, { subject, types }: Pick<Payment, 'subject' | 'types'>) {
  const family = visit.holder.entered?.family ?? []
  return {
    subject: family.find(({ idAnpr }) => idAnpr === subject) ?? null,
    types,
    use: 'privateParty' as const,
  }
}

/** The menu counts what waits now. */
function knows({ holder: { entered } }: Visit, payment: Payment): Change {
  if (!entered?.pagopa) return {}
  const others = entered.pagopa.payments.filter((other) => other.payment !== payment.payment)
  const waits = LIVE.has(payment.state) || goesBack(payment)
  return {
    holder: {
      entered: { ...entered, pagopa: { ...entered.pagopa, payments: [...others, ...(waits ? [payment] : [])] } },
    },
  }
}

function goesOn(visit: Visit, payment: Payment, until: string | null): Step<Goes> {
  const certificate = paidFor(visit, payment)
  const known = { pagopa: { payment, until }, certificate, ...knows(visit, payment) }
  if (goesBack(payment)) return step('refund', known)
  switch (payment.state) {
    case 'created':
    case 'open':
      return step(until !== null && Date.parse(until) > Date.now() ? 'waiting' : 'later', known)
    case 'paid':
    case 'spent':
      return step('issue', {
        ...known,
        certificate: { ...certificate, bollo: { kind: 'pagopa', notice: payment.notice } },
      })
    case 'unspendable':
      // The money has gone back since.
      return step('ended', { ...known, pagopa: { payment, until, why: 'lapsed' } })
    case 'lapsed':
    case 'withdrawn':
      return step('ended', { ...known, pagopa: { payment, until, why: payment.state } })
  }
}

/** The notice for the certificate that was confirmed, or for the payment that waits from an earlier visit. */
export async function open(visit: Visit, services: VisitServices) {
  const entered = required(visit.holder.entered, 'gateway session')
  const { types, subject, bollo } = visit.certificate
  const { refused: why } = visit.end
  if (bollo?.kind === 'pagopa' && bollo.notice !== null) {
    // The certificate was refused after the payment: for good, and the money goes back, or for today.
    const back = (await services.payments(entered)).find(({ notice }) => notice === bollo.notice)
    return back?.state === 'unspendable'
      ? step('refund', { pagopa: { payment: back }, end: { refused: null } })
      : refused(why ?? refusal('session-refused'))
  }
  const known = types.length === 0 && visit.pagopa.payment === null ? (entered.pagopa?.payments ?? []) : []
  if (known.length > 1) return step('choose')
  const waiting = types.length === 0 ? (visit.pagopa.payment ?? known[0]) : undefined
  if (waiting && goesBack(waiting)) return goesOn(visit, waiting, null)
  const wanted = {
    subject: (waiting ? waiting.subject : subject?.idAnpr) ?? entered.idAnpr,
    types: waiting?.types ?? types,
  }
  if (wanted.subject === null || wanted.types.length === 0) return refused(refusal('not-in-family'))
  const opened = await services.openPayment(entered, { subject: wanted.subject, types: wanted.types })
  if (opened.ok) return goesOn(visit, { ...opened.value.payment, subject: wanted.subject }, opened.value.until)
  return opened.error.kind === 'unavailable'
    ? step('ended', {
        pagopa: { why: 'unavailable' },
        certificate: paidFor(visit, { ...wanted, subject: wanted.subject }),
      })
    : refused(opened.error)
}

export async function wait(visit: Visit, services: VisitServices) {
  const entered = required(visit.holder.entered, 'gateway session')
  const payment = required(visit.pagopa.payment, 'payment')
  const until = required(visit.pagopa.until, 'end of the wait')
  const became = await services.paymentBecame(entered, payment, until)
  return goesOn(visit, { ...became, subject: payment.subject, checkout: payment.checkout }, until)
}

export async function withdraw(visit: Visit, services: VisitServices) {
  const entered = required(visit.holder.entered, 'gateway session')
  const payment = required(visit.pagopa.payment, 'payment')
  const became = await services.withdrawPayment(entered, payment)
  return goesOn(visit, { ...became, subject: payment.subject, checkout: payment.checkout }, null)
}

export async function printNotice(visit: Visit, services: VisitServices) {
  const payment = required(visit.pagopa.payment, 'payment')
  const sheet = services.noticeSheet(visit.frame, payment, visit.holder.entered?.charges)
  const result = await print(visit, services, { operation: payment.payment, document: 'slip', sheet })
  const slip = { paper: fromFirstPage, end: { slip: result.printed } }
  return (!result.printed && result.fault) || step(goesBack(payment) ? 'refund' : 'later', slip)
}
