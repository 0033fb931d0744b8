import { setTimeout as delay } from 'node:timers/promises'
import { z } from 'zod'

const scope = { times: z.number().int().min(1).optional() }
const fault = <K extends string>(kind: K) => z.strictObject({ kind: z.literal(kind), ...scope })

/** What goes wrong with the creditor's calls; `times`: so many of them, then it is over. */
export const faultSchema = z.discriminatedUnion('kind', [
  fault('none'),
  fault('unavailable'),
  fault('too-many').extend({ retryAfterS: z.number().int().min(0) }),
  /** It does what it was asked, and answers 500. */
  fault('error-after-acting'),
  /** It does what it was asked, and the line is cut before the answer. */
  fault('cut'),
  fault('slow').extend({ ms: z.number().int().min(0).max(120_000) }),
  /** It does what it was asked at once, and answers so much later: what it does may be heard before. */
  fault('late-answer').extend({ ms: z.number().int().min(0).max(120_000) }),
  fault('garbage'),
])
export type PagopaFault = z.infer<typeof faultSchema>

export interface Faults {
  set(fault: PagopaFault): void
  /** The fault of this call, which counts as one of its times. */
  take(): PagopaFault
  /** Waits as a slow server does; ends when the simulator stops. */
  wait(ms: number): Promise<void>
}

export function createFaults(stopped: AbortSignal): Faults {
  let current: PagopaFault = { kind: 'none' }
  let left = Number.POSITIVE_INFINITY
  return {
    set(fault) {
      current = fault
      left = fault.times ?? Number.POSITIVE_INFINITY
    },
    take() {
      if (left < 1) return { kind: 'none' }
      left--
      return current
    },
    wait: (ms) => delay(ms, undefined, { signal: stopped }).catch(() => undefined),
  }
}
