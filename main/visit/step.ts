import { type Printing, type Refused, refused as refusal, type VisitServices, type Wanted } from './services.ts'
import { outcomeInHand, printingOf, required, type Visit, writingOf } from './visit.ts'

/** What a piece of work came to: where the visit goes on and what it now knows. */
export interface Step<To extends string = string> {
  to: To
  set: Partial<Visit>
}
const step = <To extends string>(to: To, set: Partial<Visit> = {}): Step<To> => ({ to, set })
const refused = (error: Refused) => step('refused', { refused: error })

const wanted = (visit: Visit): Wanted => ({
  subject: visit.subject?.idAnpr ?? null,
  types: visit.types,
  exemption: required(visit.exemption, 'exemption'),
})

const UNPRINTABLE = refusal('certificate-unprintable')

/** A card answers the more slowly the more wrong CANs it was given; who has not read it by now needs help. */
const MAX_WRONG_CANS = 3

/**
 * A card with worn contacts seems to be pulled whenever it is read, and is there again: without an end the totem would be
 * reading it for ever.
 */
const MAX_PULLED_READS = 3

/** Several waited: one after the other, each with its receipt. */
function nextWaiting(visit: Visit): Step | null {
  const rest = visit.collecting ? visit.waiting.slice(1) : []
  return rest.length > 0
    ? step('printingCertificate', { waiting: rest, fromPage: 1, fault: null, progress: null })
    : null
}

/** The work of the states that wait for a machine and not for a person. */
export function createTasks(services: VisitServices) {
  const print = async (visit: Visit, document: Printing['document']) => {
    const printed = await services.print(printingOf(visit, document))
    if (printed.ok) return { printed: true as const, pages: printed.value.pages }
    const { error } = printed
    if (error.kind === 'unprintable') return { printed: false as const, fault: null }
    return { printed: false as const, fault: step('fault', { fault: error, fromPage: error.page }) }
  }
  return {
    async read(visit: Visit) {
      const readout = await services.readCard()
      if (!readout.ok) {
        if (readout.error.reason !== 'card-removed') return refused(readout.error)
        const pulledReads = visit.pulledReads + 1
        const error = pulledReads > MAX_PULLED_READS ? refusal('card-error') : readout.error
        return step('refused', { refused: error, pulledReads })
      }
      // Known from an earlier visit of this card: a real card cannot be asked without spending a try.
      const triesLeft = services.triesLeft(readout.value)
      return step(triesLeft === 1 ? 'lastTry' : 'pin', {
        readout: readout.value,
        triesLeft,
        wrongPin: false,
        expiryOffered: services.expiryOffered(readout.value),
      })
    },

    async recognise(visit: Visit) {
      const readout = required(visit.readout, 'readout')
      const pin = readout.pinPad ? null : required(visit.pin, 'PIN')
      const known = await services.recognise(visit, readout, pin)
      if (known.ok) return step('recognised', { recognised: known.value, pin: null })
      if (known.error.kind === 'refused') {
        // Nobody typed, and no try is spent: the person is asked again, or has left.
        if (known.error.reason === 'pin-not-entered') return step('pin')
        return step('refused', { refused: known.error, pin: null })
      }
      const { triesLeft } = known.error
      services.journal.pinWrong(visit, triesLeft)
      return step(triesLeft === 1 ? 'lastTry' : 'pin', { wrongPin: true, triesLeft, pin: null })
    },

    async possession(visit: Visit) {
      const shown = await services.possession(visit, required(visit.can, 'CAN'))
      if (shown.ok) return step('cardExpiry', { possession: shown.value, can: null })
      if (shown.error.kind === 'refused') return step('refused', { refused: shown.error, can: null })
      const wrongCans = visit.wrongCans + 1
      return wrongCans < MAX_WRONG_CANS
        ? step('can', { wrongCans, can: null })
        : step('refused', { refused: refusal('wrong-can'), can: null })
    },

    async enter(visit: Visit) {
      const entered = await services.enter(visit, required(visit.recognised, 'holder'))
      if (!entered.ok) return refused(entered.error)
      const { waiting } = entered.value
      return step(waiting.length > 0 ? 'collect' : 'menu', { entered: entered.value, waiting })
    },

    async visura(visit: Visit) {
      if (visit.visura) return step('shown')
      const told = await services.visura(visit, required(visit.entered, 'gateway session'))
      if (told.ok) return step('shown', { visura: told.value })
      return told.error.kind === 'unavailable' ? step('unavailable') : refused(told.error)
    },

    async preview(visit: Visit) {
      const entered = required(visit.entered, 'gateway session')
      // Offline there is nothing to show, yet the request can be recorded all the same.
      if (!entered.token) return step('confirm')
      const sheet = await services.preview(entered, wanted(visit))
      if (sheet.ok) return step('shown', { preview: sheet.value })
      return sheet.error.kind === 'unavailable' ? step('confirm') : refused(sheet.error)
    },

    async request(visit: Visit) {
      const requested = await services.request(visit, required(visit.recognised, 'holder'), wanted(visit))
      if (requested.ok) {
        const to = requested.value.state === 'issued' ? 'printingCertificate' : 'printingSlip'
        return step(to, { requested: requested.value })
      }
      // The attract screen says by itself that the totem is full.
      return requested.error.kind === 'storage-full'
        ? step('attract', { ending: 'storage-full' })
        : refused(requested.error)
    },

    async printCertificate(visit: Visit) {
      const result = await print(visit, 'certificate')
      if (result.printed) {
        services.delivered(visit, required(outcomeInHand(visit), 'outcome').operation)
        return step('printingReceipt', {
          pages: result.pages,
          fromPage: 1,
          fault: null,
          progress: null,
          outcome: 'printed',
        })
      }
      // One that no printer can print must not stand before the others that wait.
      return result.fault ?? nextWaiting(visit) ?? refused(UNPRINTABLE)
    },

    async printReceipt(visit: Visit) {
      const result = await print(visit, 'receipt')
      if (!result.printed && result.fault) return result.fault
      return nextWaiting(visit) ?? step('done')
    },

    async printWritten(visit: Visit) {
      const written = visit.written ?? services.write(visit, writingOf(visit))
      const result = await print({ ...visit, written }, written.document)
      if (result.printed) {
        if (written.document !== 'visura') services.journal.declared(visit)
        return step('done', { written, outcome: 'printed' })
      }
      return result.fault ? step('fault', { ...result.fault.set, written }) : refused(refusal('session-refused'))
    },

    async printSlip(visit: Visit) {
      const result = await print(visit, 'slip')
      return (!result.printed && result.fault) || step('done', { outcome: 'queued' })
    },
  } satisfies Record<string, (visit: Visit) => Promise<Step>>
}

export type Tasks = ReturnType<typeof createTasks>
export type TaskName = keyof Tasks
