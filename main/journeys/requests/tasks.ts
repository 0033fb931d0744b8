import type { VisitServices } from '../../visit/services.ts'
import { step } from '../../visit/step.ts'
import { required, type Visit } from '../../visit/visit.ts'
import { pendingAs } from './service.ts'

export async function list({ frame, holder }: Visit, services: VisitServices) {
  const entered = required(holder.entered, 'gateway session')
  const [known, payments] = await Promise.all([
    services.requests(frame, entered, required(holder.recognised, 'holder')),
    services.payments(entered),
  ])
  const all = { ...known, requests: [...pendingAs(payments), ...known.requests] }
  const shown = { ...entered, returned: 0 }
  return step('shown', { holder: { entered: shown }, requests: { known: all, payments } })
}

export async function withdraw({ frame, holder, requests }: Visit, services: VisitServices) {
  const entered = required(holder.entered, 'gateway session')
  const { operation } = required(requests.known.requests[requests.chosen], 'chosen request')
  const withdrawn = services.withdraw(frame, operation)
  // The list is made anew, and says what became of it: withdrawn, or on its way since.
  return step('requests', withdrawn ? { holder: { entered: { ...entered, pending: entered.pending - 1 } } } : {})
}

export async function accesses({ frame, holder }: Visit, services: VisitServices) {
  const told = await services.accesses(frame, required(holder.entered, 'gateway session'))
  return told === null ? step('unavailable') : step('shown', { requests: { accesses: told } })
}
