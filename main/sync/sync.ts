import type { Journal } from '../journal/journal.ts'
import type { OperationIn, Queue } from '../queue/queue.ts'
import type { OutcomeKeys } from '../queue/sealing.ts'
import type { GatewayClient } from './client.ts'
import type { Line } from './line.ts'

/** The parts of the totem that each lane needs. The scheduler is main/sync/drain.ts. */
export interface Sync {
  queue: Queue
  journal: Journal
  client: Pick<GatewayClient, 'status' | 'submit' | 'outcomes' | 'sendJournal' | 'heartbeat'>
  outcomeKeys: OutcomeKeys
  totem: string
  /** True when the gateway has signed this anchor of the log (main/lists/gateway-keys-refresh.ts). */
  isSigned(anchor: string): Promise<boolean>
  /** The totem's clock, in ms since the epoch: for what is written down. */
  now(): number
  /** Monotonic, in ms: for every wait, so that a clock that is set moves none of them. */
  clock(): number
  random(): number
  lineProbeMs: number
  /** True once the drain was told to stop: from then on nothing is written any more. */
  stopping(): boolean
  line: Line
  /** Queued operations that a person stands and waits for. */
  awaited(): OperationIn<'queued'>[]
  isAwaited(operation: string): boolean
  /** Tells everybody who waits for the operation: it is settled, expired or set aside. */
  tell(operation: string): void
}
