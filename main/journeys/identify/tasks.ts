import { refused as refusal, type VisitServices } from '../../visit/services.ts'
import { refused, step } from '../../visit/step.ts'
import { required, secretsForgotten, type Visit } from '../../visit/visit.ts'

/** A card answers more slowly after each wrong CAN. A person who has not read the CAN by now needs help. */
const MAX_WRONG_CANS = 3

/**
 * A card with worn contacts seems pulled at each read and is there again. Without this end the totem would read it for
 * ever.
 */
const MAX_PULLED_READS = 3

export async function read({ identify }: Visit, services: VisitServices) {
  const readout = await services.readCard()
  if (!readout.ok) {
    if (readout.error.reason !== 'card-removed') return refused(readout.error)
    const pulledReads = identify.pulledReads + 1
    const error = pulledReads > MAX_PULLED_READS ? refusal('card-error') : readout.error
    return refused(error, { identify: { pulledReads } })
  }
  if (services.technician(readout.value)) return step('technician', { end: { how: 'technician' } })
  // The count comes from an earlier visit of this card: asking the card itself would spend a try.
  const triesLeft = services.triesLeft(readout.value)
  const expiryOffered = services.expiryOffered(readout.value)
  return step(triesLeft === 1 ? 'lastTry' : 'pin', {
    holder: { readout: readout.value },
    identify: { triesLeft, wrongPin: false, expiryOffered },
  })
}

export async function recognise({ frame, holder, secret }: Visit, services: VisitServices) {
  const readout = required(holder.readout, 'readout')
  const pin = readout.pinPad ? null : required(secret.pin, 'PIN')
  // SECURITY: a bug on the way to the card does not leave the PIN in memory (invariant 3).
  const known = await services.recognise(frame, readout, pin).finally(() => pin?.fill(0))
  if (known.ok) return step('recognised', { ...secretsForgotten, holder: { recognised: known.value } })
  if (known.error.kind === 'refused') {
    // Nobody typed and no try is spent. The totem asks again, or the person has left.
    if (known.error.reason === 'pin-not-entered') return step('pin')
    return refused(known.error, secretsForgotten)
  }
  const { triesLeft } = known.error
  services.pinWrong(frame, triesLeft)
  return step(triesLeft === 1 ? 'lastTry' : 'pin', { ...secretsForgotten, identify: { wrongPin: true, triesLeft } })
}

export async function possession({ frame, identify, secret }: Visit, services: VisitServices) {
  const shown = await services.possession(frame, required(secret.can, 'CAN'))
  if (shown.ok) return step('cardExpiry', { ...secretsForgotten, identify: { possession: shown.value } })
  if (shown.error.kind === 'refused') return refused(shown.error, secretsForgotten)
  const wrongCans = identify.wrongCans + 1
  return wrongCans < MAX_WRONG_CANS
    ? step('can', { ...secretsForgotten, identify: { wrongCans } })
    : refused(refusal('wrong-can'), secretsForgotten)
}

export async function enter({ frame, holder }: Visit, services: VisitServices) {
  const entered = await services.enter(frame, required(holder.recognised, 'holder'))
  if (!entered.ok) return refused(entered.error)
  const { waiting } = entered.value
  return step(waiting.length > 0 ? 'collect' : 'menu', { holder: { entered: entered.value } })
}
