import type { Journal } from '../journal/journal.ts'
import { createBreaker } from './breaker.ts'
import type { GatewayClient } from './client.ts'
import { type Lane, NEVER } from './sync.ts'

export type LineState = 'up' | 'down'

/** Is there a line, and what time is it at its other end. */
export interface Line extends Lane {
  readonly up: boolean
  /** How long it has been up, all in all, in ms. */
  readonly upMs: number
  /** What the gateway last said that the time is, in ms since the epoch; 0 before it was asked. */
  readonly gatewayTime: number
  /** Something came through: until `lineProbeMs` later nobody need ask whether the line carries. */
  carried(): void
  /** The gateway has too much to do, for so long: what nobody stands and waits for stays away. */
  spare(ms: number): void
  /** How long it is still to be spared, in ms. */
  readonly sparedMs: number
  /** An exchange got no answer: asks at once whether that was the line. */
  suspect(): Promise<boolean>
  /** Somebody hopes that it is back. */
  hope(): void
  heard(at: string): void
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

/** A clock this far from the gateway's gets statements refused (gateway/sessions: ten minutes) or will soon. */
const CLOCK_DIFFERS_MS = 5 * 60_000

/** Asks `GET /v1/status` when the breaker says so, and while it is closed whenever nothing came through for `lineProbeMs`. */
export function createLine({ client, journal, now, clock, random, lineProbeMs, stopping, onChange }: Parts): Line {
  const breaker = createBreaker(clock, random, lineProbeMs)
  let told: LineState | null = null
  let [probeAt, gatewayTime, sparedUntil, upSince, upBeforeMs] = [0, 0, 0, 0, 0]
  let clockDiffers = false
  let asking: Promise<void> | null = null

  const upMs = () => upBeforeMs + (told === 'up' ? clock() - upSince : 0)

  function tell(state: LineState): void {
    if (told === state || stopping()) return
    upBeforeMs = upMs()
    upSince = clock()
    told = state
    journal.record('line.changed', { state })
    onChange(state)
  }

  function carried(): void {
    breaker.carried()
    probeAt = clock() + lineProbeMs
    tell('up')
  }

  function heard(at: string): void {
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
      heard(answer.value.at)
      return carried()
    }
    breaker.failed()
    probeAt = clock()
    if (breaker.state !== 'closed') tell('down')
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
    spare(ms) {
      sparedUntil = Math.max(sparedUntil, clock() + ms)
    },
    get sparedMs() {
      return Math.max(0, sparedUntil - clock())
    },
    heard,
    async suspect() {
      breaker.failed()
      if (breaker.state === 'closed') await ask()
      if (breaker.state !== 'closed') tell('down')
      return breaker.state === 'closed'
    },
    hope() {
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
