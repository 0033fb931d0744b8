import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { writeWhole } from '../../basics/files.ts'
import { jsonOf } from '../../basics/json.ts'
import { type Clock, DAY_MS, MINUTE_MS } from '../../basics/time.ts'
import { gatewayChallenge } from '../../contract/evidence.ts'
import { SESSION_CHALLENGE_MS } from '../../contract/gateway.ts'
import type { GatewayClient } from './client.ts'

/**
 * The gateway's challenges, which cards sign (contract/evidence.ts). The newest is on the disk: while the line is away
 * cards sign that one, also after a restart.
 */
export interface Challenges {
  /** False: the gateway has given none yet, or none for so long that a request would hardly get through in time. */
  readonly ready: boolean
  /** A challenge came with a heartbeat. */
  take(challenge: string): void
  /** A card is there: asks for a fresh one meanwhile, so that nobody waits when the PIN is typed. */
  prepare(): void
  /** The challenge that this card signs; null when `ready` is false. */
  forLogin(): Promise<string | null>
}

/** The gateway takes a request for 30 days after its challenge: a request then has ten at least to get through. */
const LONGEST_SILENCE_MS = 20 * DAY_MS
/** A session needs one that opened none and is this young by then. */
const FRESH_MS = SESSION_CHALLENGE_MS - MINUTE_MS
/** So young a one is as good as another. */
const RECENT_MS = MINUTE_MS
/** How long a log-in waits for a fresh one that is on its way. Opening the session would take as long. */
const PATIENCE_MS = 5_000

/** Where a totem keeps the newest. */
export const challengeFile = (dataDir: string): string => join(dataDir, 'challenge.json')

/** Could a totem with this folder serve a card without a line? */
export function servesWithoutLine(dataDir: string, now: Date): boolean {
  const newest = kept(challengeFile(dataDir))
  return newest !== null && +now - newest.at < LONGEST_SILENCE_MS
}

/** `onReady`: cards can be served from now on. */
export function openChallenges({
  file,
  client,
  online,
  onReady,
  now,
  clock = () => performance.now(),
}: {
  file: string
  client: Pick<GatewayClient, 'challenge'>
  online(): boolean
  onReady(): void
  now: Clock
  /** Monotonic, in ms. */
  clock?: () => number
}): Challenges {
  let newest = kept(file)
  let writing = Promise.resolve()
  let asking: Promise<void> | null = null

  const ageMs = () => (newest?.came == null ? Number.POSITIVE_INFINITY : clock() - newest.came)
  const isFresh = () => newest !== null && !newest.used && ageMs() < FRESH_MS
  const isReady = () => newest !== null && +now() - newest.at < LONGEST_SILENCE_MS

  function take(challenge: string): void {
    const wasReady = isReady()
    const at = +now()
    newest = { challenge, at, came: clock(), used: false }
    // On a disk that takes nothing the totem is out of service for that reason (`storage-full`).
    writing = writing.then(() => writeWhole(file, JSON.stringify({ challenge, at })).catch(() => undefined))
    if (!wasReady) onReady()
  }

  async function ask(): Promise<void> {
    const answer = await client.challenge()
    if (answer.ok) take(answer.value.challenge)
    asking = null
  }

  return {
    get ready() {
      return isReady()
    },
    take,
    prepare() {
      if (online() && !(isFresh() && ageMs() < RECENT_MS)) asking ??= ask()
    },
    async forLogin() {
      if (asking && !isFresh()) {
        let timer: NodeJS.Timeout | undefined
        const patience = new Promise<void>((resolve) => {
          timer = setTimeout(resolve, PATIENCE_MS)
        })
        await Promise.race([asking, patience])
        clearTimeout(timer)
      }
      if (!newest || !isReady()) return null
      newest.used = true
      return newest.challenge
    },
  }
}

/** `at`: when it came, by the totem's clock. `came`: by the monotonic one; null before the last start. */
interface Held {
  challenge: string
  at: number
  came: number | null
  used: boolean
}

function kept(file: string): Held | null {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch {
    return null
  }
  const { challenge, at } = (jsonOf(text) ?? {}) as Record<string, unknown>
  const read = gatewayChallenge.safeParse(challenge)
  return read.success && typeof at === 'number' ? { challenge: read.data, at, came: null, used: true } : null
}
