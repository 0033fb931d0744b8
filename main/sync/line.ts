import { MINUTE_MS } from '../../basics/time.ts'
import type { LastOutage, LineFault } from '../../contract/line.ts'
import type { Journal } from '../journal/journal.ts'
import { createBreaker } from './breaker.ts'
import type { GatewayClient, GatewayFailure } from './client.ts'
import { type Lane, NEVER } from './lane.ts'
import { whyDown } from './line-fault.ts'

export type LineState = 'up' | 'down'

/** Whether there is a line, and what time it is at its other end. */
export interface Line extends Lane {
  readonly up: boolean
  /** How long the line has been up, all in all, in ms. */
  readonly upMs: number
  /** The gateway's time when it last told it, in ms since the epoch; 0 before it was asked. */
  readonly gatewayTime: number
  /** Something came through: for `lineProbeMs` nobody need ask whether the line carries. */
  carried(): void
  /** The gateway has too much to do: for so long nothing goes to it but what a person stands and waits for. */
  stayAwayFor(ms: number): void
  /** How long to stay away still, in ms. */
  readonly stayAwayMs: number
  /** An exchange failed like this: asks at once whether the line was at fault. True when it carries. */
  suspect(failure: GatewayFailure): Promise<boolean>
  /** The outage that is over or still lasts; null before the first. */
  readonly lastOutage: LastOutage | null
  /** The line may be back: probes it at the next turn instead of waiting for the breaker. */
  probeSoon(): void
  /** True when the totem's clock was far from the gateway's at the last comparison. */
  readonly clockDiffers: boolean
  /** The gateway told its time (ISO 8601). */
  noteGatewayTime(at: string): void
}

interface Parts {
  client: Pick<GatewayClient, 'status'>
  journal: Pick<Journal, 'record'>
  now(): number
  clock(): number
  random(): number
  lineProbeMs: number
  stopping(): boolean
  onChange(state: LineState): void
}

/** The totem judges cards by its clock and dates its papers by it. */
const CLOCK_DIFFERS_MS = 5 * MINUTE_MS

/** Asks `GET /v1/status` when the breaker says so, and otherwise whenever nothing came through for `lineProbeMs`. */
export function createLine({ client, journal, now, clock, random, lineProbeMs, stopping, onChange }: Parts): Line {
  const breaker = createBreaker(clock, random, lineProbeMs)
  let told: LineState | null = null
  let [probeAt, gatewayTime, stayAwayUntil, upSince, upBeforeMs] = [0, 0, 0, 0, 0]
  let clockDiffers = false
  let asking: Promise<void> | null = null
  let toldReason: LineFault | null = null
  /** `ended` null: it still lasts. By the monotonic clock, because the wall clock may be set meanwhile. */
  let outage: { from: string; began: number; ended: number | null; reason: LineFault } | null = null

  const upMs = () => upBeforeMs + (told === 'up' ? clock() - upSince : 0)

  function change(state: LineState): void {
    upBeforeMs = upMs()
    upSince = clock()
    told = state
    onChange(state)
  }

  function tellUp(): void {
    if (told === 'up' || stopping()) return
    if (outage) outage.ended = clock()
    toldReason = null
    journal.record('line.changed', { state: 'up' })
    change('up')
  }

  /** Tells why, and tells it again when the reason is another: then somebody has to do something else about it. */
  function tellDown(failure: GatewayFailure): void {
    if (stopping()) return
    const { reason, detail } = whyDown(failure)
    if (told === 'down' && toldReason === reason) return
    if (told !== 'down') outage = { from: new Date(now()).toISOString(), began: clock(), ended: null, reason }
    if (outage) outage.reason = reason
    toldReason = reason
    journal.record('line.changed', { state: 'down', reason, detail })
    if (told !== 'down') change('down')
  }

  function carried(): void {
    breaker.carried()
    probeAt = clock() + lineProbeMs
    tellUp()
  }

  function noteGatewayTime(at: string): void {
    gatewayTime = Date.parse(at)
    const aheadMs = now() - gatewayTime
    const differs = Math.abs(aheadMs) > CLOCK_DIFFERS_MS
    if (differs && !clockDiffers) journal.record('clock.differs', { aheadS: Math.round(aheadMs / 1_000) })
    clockDiffers = differs
  }

  async function probe(): Promise<void> {
    const answer = await client.status()
    if (stopping()) return
    if (answer.ok) {
      noteGatewayTime(answer.value.at)
      return carried()
    }
    breaker.failed()
    probeAt = clock()
    if (breaker.state !== 'closed') tellDown(answer.error)
  }

  const ask = (): Promise<void> => {
    asking ??= probe().finally(() => {
      asking = null
    })
    return asking
  }

  return {
    get up() {
      return breaker.state === 'closed'
    },
    get upMs() {
      return upMs()
    },
    get gatewayTime() {
      return gatewayTime
    },
    carried,
    stayAwayFor(ms) {
      stayAwayUntil = Math.max(stayAwayUntil, clock() + ms)
    },
    get stayAwayMs() {
      return Math.max(0, stayAwayUntil - clock())
    },
    noteGatewayTime,
    get clockDiffers() {
      return clockDiffers
    },
    get lastOutage() {
      if (!outage) return null
      const { from, began, ended, reason } = outage
      return { from, seconds: Math.floor(((ended ?? clock()) - began) / 1_000), reason }
    },
    async suspect(failure) {
      breaker.failed()
      // The answer to the question tells the reason; it comes later than this failure.
      if (breaker.state === 'closed') await ask()
      else tellDown(failure)
      return breaker.state === 'closed'
    },
    probeSoon() {
      if (breaker.state !== 'closed') probeAt = -1
    },
    dueIn() {
      if (asking) return NEVER
      if (probeAt < 0) return 0
      return breaker.state === 'closed' ? Math.max(0, probeAt - clock()) : breaker.restMs
    },
    run: ask,
  }
}
