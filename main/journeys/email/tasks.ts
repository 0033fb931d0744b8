import { emailAddress, suggestedDomain, textOf } from '../../../contract/email-address.ts'
import { readyDocument } from '../../print/ready.ts'
import { fromFirstPage, print } from '../../visit/printing.ts'
import type { VisitServices } from '../../visit/services.ts'
import { step } from '../../visit/step.ts'
import { type Change, required, type Visit } from '../../visit/visit.ts'

/** Judges the form of the address; what is wrong is typed again from there. */
export async function judge({ email }: Visit) {
  const read = emailAddress(email.typed)
  return read.ok
    ? step('emailConfirm', { email: { address: read.value, fault: null } })
    : step('typing', { email: { fault: read.error.kind } })
}

/** Takes the suggested domain. The person has asked for it: nothing is corrected by itself. */
export function useMeant({ email }: Visit): Change {
  const address = required(email.address, 'address')
  const domain = suggestedDomain(address)
  if (domain === null) return {}
  const meant = { ...address, domain }
  return { email: { address: meant, typed: textOf(meant) } }
}

/** A mail that was handed over may still come back, so that a certificate stays here until it is printed or out of time. */
export async function send(visit: Visit, services: VisitServices) {
  const { pdf, about, paper } = await readyDocument(visit, services)
  const to = textOf(required(visit.email.address, 'address'))
  const sent = await services.sendByEmail(visit.frame, required(visit.holder.entered, 'gateway session'), {
    pdf,
    about,
    to,
  })
  if (sent.ok) {
    visit.paper.writing?.printed?.(visit, services)
    return step('emailSent', { paper: { ...paper, ...fromFirstPage }, email: { sent: sent.value } })
  }
  const { kind } = sent.error
  return kind === 'unavailable'
    ? step('emailEnded', { paper })
    : step('emailAddress', { paper, email: { fault: kind } })
}

export async function printCode(visit: Visit, services: VisitServices) {
  const sent = required(visit.email.sent, 'letter')
  const sheet = services.codeSlip(visit.frame, sent)
  const result = await print(visit, services, { operation: sent.operation, document: 'code', sheet })
  return (!result.printed && result.fault) || step('done', { end: { outcome: 'email' } })
}
