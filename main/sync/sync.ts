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

export const NEVER = Number.POSITIVE_INFINITY

/** Lets the touch of a citizen and the next frame through, between two pieces of work on a long list. */
export const breathe = () => turn()

/** A time until which something rests, and why for longer and longer. */
export interface Rest {
  failures: number
  until: number
}
