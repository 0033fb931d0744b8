import type { VisitServices } from '../../visit/services.ts'
import { refused, step } from '../../visit/step.ts'
import { required, type Visit } from '../../visit/visit.ts'

export async function ask({ frame, holder }: Visit, services: VisitServices) {
  if (holder.registered) return step('shown')
  const told = await services.visura(
    frame,
    required(holder.entered, 'gateway session'),
    required(holder.recognised, 'holder'),
  )
  if (told.ok) return step('shown', { holder: { registered: told.value } })
  return told.error.kind === 'unavailable' ? step('unavailable') : refused(told.error)
}
