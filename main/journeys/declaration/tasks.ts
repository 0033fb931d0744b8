import type { VisitServices } from '../../visit/services.ts'
import { step } from '../../visit/step.ts'
import { required, type Visit } from '../../visit/visit.ts'
import { usualFacts } from './facts.ts'

/**
 * Asks ANPR for the holder's own data, once in a visit, so that the declaration comes out filled. Where ANPR cannot tell
 * them, whatever the reason, the person fills it by hand: nobody is turned away.
 */
export async function ask(visit: Visit, services: VisitServices) {
  const { frame, holder, declaration } = visit
  const entered = required(holder.entered, 'gateway session')
  const told =
    holder.registered === null && entered.token !== null
      ? await services.visura(frame, entered, required(holder.recognised, 'holder'))
      : null
  const registered = told?.ok ? told.value : holder.registered
  const known = { ...visit, holder: { ...holder, registered } }
  return step('shown', {
    holder: { registered },
    // In place of certificates, what they state is ticked, even if it is nothing.
    ...(declaration.instead ? {} : { declaration: { declares: usualFacts(known) } }),
  })
}
