import { setTimeout as delay } from 'node:timers/promises'
import { z } from 'zod'

/** `service`: this e-service alone, by its code. `times`: so many requests, then it is over. */
const scope = { service: z.string().optional(), times: z.number().int().min(1).optional() }
const ms = z.number().int().min(0).max(120_000)
const fault = <K extends string>(kind: K) => z.strictObject({ kind: z.literal(kind), ...scope })

/** A fault, which a test or the dock switches on. One at a time. */
export const faultSchema = z.discriminatedUnion('kind', [
  fault('none'),
  // Before the gate looks at anything.
  fault('unavailable'),
  fault('slow').extend({ ms }),
  fault('unknown-path'),
  // The gate says that the request is not the contract's.
  fault('question-wrong'),
  // The gate's quotas.
  fault('daily-limit'),
  fault('rate-limit'),
  // In place of the service's answer: `error` refuses with ANPR's own code, and 999 with `times` goes away.
  fault('garbage'),
  fault('empty'),
  fault('error').extend({ code: z.string() }),
  // The service acts, and its answer is lost on the way.
  fault('cut'),
  // The service answers for this person, whoever was asked for.
  fault('another-person').extend({ idANPR: z.string(), codiceFiscale: z.string() }),
  fault('token-unavailable'),
  fault('token-error'),
  fault('token-slow').extend({ ms }),
  fault('token-limited'),
  fault('token-not-yet-valid').extend({ seconds: z.number().int().min(1) }),
  // For the services.
  fault('bulk-stuck'),
  fault('bulk-drops-rows'),
])
export type AnprFault = z.infer<typeof faultSchema>

type Of<K> = Extract<AnprFault, { kind: K }>

export interface Faults {
  set(fault: AnprFault): void
  /** The fault that is switched on, if it is of these kinds and for this e-service; counts as one of its times. */
  take<K extends AnprFault['kind']>(service: string, ...kinds: K[]): Of<K> | null
  /** Waits as a slow server does; ends when the simulator stops. */
  wait(ms: number): Promise<void>
}

/** Faults of token server, gate and services. */
export function createFaults(stopped: AbortSignal): Faults {
  let current: AnprFault = { kind: 'none' }
  let left = Number.POSITIVE_INFINITY
  return {
    set(fault) {
      current = fault
      left = fault.times ?? Number.POSITIVE_INFINITY
    },
    take<K extends AnprFault['kind']>(service: string, ...kinds: K[]) {
      const meant = kinds.some((kind) => kind === current.kind) && (current.service ?? service) === service
      if (!meant || left < 1) return null
      left--
      return current as Of<K>
    },
    wait: (ms) => delay(ms, undefined, { signal: stopped }).catch(() => undefined),
  }
}
