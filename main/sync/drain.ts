import { setTimeout as wait } from 'node:timers/promises'
import { HOUR_MS } from '../../basics/time.ts'
import type { Heartbeat } from '../../contract/heartbeat.ts'
import type { LastOutage } from '../../contract/line.ts'
import type { Operation } from '../queue/queue.ts'
import type { Sheets } from '../readiness/sheet.ts'
import { tooOldBefore } from './answer.ts'
import type { GatewayClient } from './client.ts'
import { createDeferral } from './deferral.ts'
import { createInbox } from './inbox.ts'
import { breathe, type Lane, NEVER } from './lane.ts'
import { createLine, type LineState } from './line.ts'
import { createOutbox } from './outbox.ts'
import { createHeartbeatLane, createJournalLane, createSheetLane } from './reports.ts'
import { createSettling } from './settling.ts'
import type { Sync } from './sync.ts'

export type Drain = {
  /** Begins to look for the line and for work. */
  start(): void
  /** A new request is queued, or the line may be back: look at once. */
  wake(): void
  /** Why and when the line was last down; null before the first time. */
  readonly lastOutage: LastOutage | null
  /** True when the totem's clock was far from the gateway's at the last comparison. */
  readonly clockDiffers: boolean
  /** What time it was at the gateway when it last told it, in ms; 0 before. */
  readonly gatewayTime: number
  /**
   * Waits until the operation is settled or `signal` is aborted (the citizen has waited long enough). Answers the
   * operation as it is then: still `queued` or `submitted` means pending. An awaited operation goes before all others.
   * Throws for an operation that the queue does not have.
   */
  settled(operation: string, signal: AbortSignal): Promise<Operation>
  /**
   * From this call on nothing is written any more, so that queue and journal may be closed. An answer that still comes
   * is asked for again at the next start. Ends with the exchanges under way: close the client to cut them short.
   */
  stop(): Promise<void>
}

type DrainParts = Pick<
  Sync,
  'queue' | 'journal' | 'client' | 'outcomeKeys' | 'totem' | 'isSigned' | 'now' | 'random' | 'lineProbeMs'
> & {
  /** Monotonic, in ms. */
  clock?: () => number
  /** Called at each change, which the journal already has. */
  onLine: (state: LineState) => void
  /** Called for an operation that is issued, refused, expired or set aside. */
  onSettled: (operation: string) => void
  /** The state of the totem that operators get once a minute. */
  health: () => Heartbeat
  /** What of it operators should hear soon when it changes, in any words. */
  standing?: () => string
  /** Where the readiness report waits, and how it goes out. */
  readiness?: { sheets: Sheets; send: GatewayClient['sendReadiness'] }
  /** Ends early, without an error, when the signal is aborted. */
  sleep?: (ms: number, signal: AbortSignal) => Promise<void>
}

const EXPIRY_EVERY_MS = HOUR_MS

/**
 * Brings queue, journal and heartbeat to the gateway, and outcomes back. Lanes of one track share one exchange at a
 * time; this function gives them their turns. Four tracks run beside each other: the line itself, citizens who wait at
 * the totem, outcomes, and everything that can wait.
 */
export function createDrain({
  onLine,
  onSettled,
  health,
  standing,
  readiness,
  sleep = sleepFor,
  clock = () => performance.now(),
  ...parts
}: DrainParts): Drain {
  const { queue, journal, now } = parts
  let stopping = false
  let alarm = new AbortController()
  let [lookAt, expiryAt] = [0, Number.NEGATIVE_INFINITY]
  const waiters = new Set<{ operation: string; tell: () => void }>()

  const line = createLine({
    ...parts,
    clock,
    stopping: () => stopping,
    onChange(state) {
      if (state === 'down') inbox.hangUp()
      onLine(state)
    },
  })
  const sync: Sync = {
    ...parts,
    clock,
    line,
    stopping: () => stopping,
    awaited: () =>
      [...new Set([...waiters].map(({ operation }) => operation))]
        .map((operation) => queue.get(operation))
        .filter((operation) => operation?.state === 'queued'),
    isAwaited: (operation) => [...waiters].some((waiter) => waiter.operation === operation),
    tell(operation) {
      onSettled(operation)
      for (const waiter of waiters) if (waiter.operation === operation) waiter.tell()
    },
  }
  const ends = { settling: createSettling(sync), deferral: createDeferral(sync) }
  const outbox = createOutbox(sync, ends)
  const inbox = createInbox(sync, ends)

  /** While the poll is held, TCP's keep-alives look after the line, and the heartbeat does once a minute. */
  const probeIn = () => (running.has(outcomes) ? NEVER : line.dueIn())
  /** Probes the line, and does what is due as often while it is up. */
  const lookout: Lane = {
    dueIn: () => Math.min(probeIn(), line.up ? Math.max(0, lookAt - clock()) : NEVER),
    async run() {
      if (probeIn() <= 0) await line.run()
      if (stopping || !line.up) return
      lookAt = clock() + parts.lineProbeMs
      inbox.resubmit()
      if (clock() >= expiryAt) await expire()
    },
  }
  // Traffic that nobody waits for shares one connection. The reports know to give way, so they come first and are not
  // forgotten. The heartbeat comes before the log: it is due once a minute, a long log all the time.
  const patient: Lane[] = [
    createHeartbeatLane(sync, outbox, health, standing),
    ...(readiness ? [createSheetLane(sync, outbox, readiness.sheets, readiness.send)] : []),
    createJournalLane(sync, outbox),
    outbox.backlog,
  ]
  const outcomes: Lane[] = [inbox]
  const tracks = [[lookout], [outbox.express], outcomes, patient]
  const running = new Map<Lane[], Promise<void>>()

  async function run(): Promise<void> {
    while (!stopping) {
      alarm = new AbortController()
      for (const track of tracks) start(track)
      const idle = tracks.filter((track) => !running.has(track)).flat()
      const ms = Math.min(parts.lineProbeMs, ...idle.map((lane) => lane.dueIn()))
      await sleep(Math.max(0, ms), alarm.signal)
    }
    await Promise.all(running.values())
  }

  function start(track: Lane[]): void {
    const lane = running.has(track) ? undefined : track.find(({ dueIn }) => dueIn() <= 0)
    if (!lane) return
    const turn = lane.run().finally(() => {
      running.delete(track)
      alarm.abort()
    })
    running.set(track, turn)
  }

  /**
   * Expires what is too old by both clocks: one wrong clock, the gateway's or the totem's, must not erase what the
   * totem promised.
   */
  async function expire(): Promise<void> {
    expiryAt = clock() + EXPIRY_EVERY_MS
    for (;;) {
      const before = tooOldBefore(now(), line.gatewayTime)
      const expired = queue.expire(before)
      if (!expired.ok || expired.value.length === 0) return
      for (const { operation, was } of expired.value) {
        journal.record('request.refused', { operation, reason: was === 'issued' ? 'not-collected' : 'request-expired' })
        sync.tell(operation)
      }
      await breathe()
      if (stopping) return
    }
  }

  const isPending = ({ state }: Operation) => state === 'queued' || state === 'submitted'
  let drained: Promise<void> | null = null

  function wake(): void {
    line.probeSoon()
    alarm.abort()
  }

  return {
    start() {
      drained = run()
    },
    wake,
    get lastOutage() {
      return line.lastOutage
    },
    get clockDiffers() {
      return line.clockDiffers
    },
    get gatewayTime() {
      return line.gatewayTime
    },

    async settled(operation, signal) {
      const known = () => {
        const found = queue.get(operation)
        if (!found) throw new Error('waiting for an operation that is not in the queue')
        return found
      }
      if (isPending(known()) && !signal.aborted) {
        await new Promise<void>((resolve) => {
          const waiter = { operation, tell: done }
          function done() {
            waiters.delete(waiter)
            signal.removeEventListener('abort', done)
            resolve()
          }
          waiters.add(waiter)
          signal.addEventListener('abort', done)
          wake()
        })
      }
      return known()
    },

    async stop() {
      stopping = true
      inbox.hangUp()
      alarm.abort()
      await drained
    },
  }
}

const sleepFor = (ms: number, signal: AbortSignal) => wait(ms, undefined, { signal }).catch(() => undefined)
