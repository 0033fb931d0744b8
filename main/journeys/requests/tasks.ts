import { fromFirstPage, print } from '../../visit/printing.ts'
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
  const became = await services.withdraw(frame, entered, operation)
  const fewer = became === 'withdrawn' ? { holder: { entered: { ...entered, pending: entered.pending - 1 } } } : {}
  return step('withdrawal', { requests: { became }, ...fewer })
}

export async function printWithdrawal(visit: Visit, services: VisitServices) {
  const { frame, requests } = visit
  const request = required(requests.known.requests[requests.chosen], 'chosen request')
  const sheet = services.withdrawalSheet(frame, request)
  const result = await print(visit, services, { operation: request.operation, document: 'withdrawal', sheet })
  return (!result.printed && result.fault) || step('withdrawal', { paper: fromFirstPage })
}

export async function accesses({ frame, holder }: Visit, services: VisitServices) {
  const told = await services.accesses(frame, required(holder.entered, 'gateway session'))
  return told === null ? step('unavailable') : step('shown', { requests: { accesses: told } })
}
