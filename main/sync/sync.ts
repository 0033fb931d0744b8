import { setImmediate as turn } from 'node:timers/promises'
import type { Journal } from '../journal/journal.ts'
import type { OperationIn, Queue } from '../queue/queue.ts'
import type { OutcomeKeys } from '../queue/sealing.ts'
import type { GatewayClient } from './client.ts'
import type { Line } from './line.ts'

/** What one thing that goes over the line needs of the others. The scheduler is main/sync/drain.ts. */
export interface Sync {
  queue: Queue
  journal: Journal
  client: Pick<GatewayClient, 'status' | 'submit' | 'outcomes' | 'sendJournal' | 'heartbeat'>
  outcomeKeys: OutcomeKeys
  totem: string
  /** Has the gateway signed this anchor of the log (main/keys/refresh.ts)? */
  isSigned(anchor: string): Promise<boolean>
  /** The totem's clock, in ms since the epoch: for what is written down. */
  now(): number
  /** Monotonic, in ms: for every wait, so that a clock that is set moves none of them. */
  clock(): number
  random(): number
  lineProbeMs: number
  /** From then on nothing is written any more. */
  stopping(): boolean
  line: Line
  /** Queued operations that somebody stands and waits for. */
  awaited(): OperationIn<'queued'>[]
  isAwaited(operation: string): boolean
  /** It is settled, expired or set aside. */
  tell(operation: string): void
}

/** Something that takes its turns on the line, one at a time. */
export interface Lane {
  /** Until its next turn, in ms; infinite: nothing to do, until something happens. */
  dueIn(): number
  run(): Promise<void>
}

/**
 * Requests that one commit takes. It, their log entries and the next frame of the screen share some 10 ms; a page of a
 * hundred in one commit would hold up a touch.
 */
export const COMMIT_AT_ONCE = 8

export const NEVER = Number.POSITIVE_INFINITY

/** Lets the touch of a citizen and the next frame through, between two pieces of work on a long list. */
export const breathe = () => turn()

/** In their order, at most `size` each. */
export const parts = <T>(list: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(list.length / size) }, (_, index) => list.slice(index * size, (index + 1) * size))

/** A time until which something rests, and why for longer and longer. */
export interface Rest {
  failures: number
  until: number
}
