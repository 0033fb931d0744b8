import { type AnprFailure, failure, type Heard, NO_TRACE } from './answers.ts'
import type { Service } from './services.ts'

/** Calls without an answer, one after the other, that open a breaker. */
const FAILURES_THAT_OPEN = 5
/** How long an open breaker rests before one call tries again; each try that fails doubles it. */
const FIRST_REST_MS = 1_000
const LONGEST_REST_MS = 60_000
/** Totems ask once a minute what is out: longer than two of their questions. */
const OUT_MS = 150_000
/**
 * Of the 24 connections to ANPR (transport.ts) one service takes no more. The twelve jobs of the queue may all be in one
 * service, and leave room there for citizens who look at a preview.
 */
const AT_ONCE = 16
/** So many calls wait for room; the next one hears at once that there is none. */
const WAITING = 48

/**
 * A breaker and a bulkhead for each service: one that is slow or broken takes neither the connections nor the patience
 * of the others. After five calls without an answer it is open: calls hear so at once, and ANPR gets none. When it has
 * rested one call tries, the others still hear no, and the answer to that one closes it or lets it rest longer.
 */
export interface Breakers {
  through<T>(service: Service, ask: () => Promise<Heard<T>>): Promise<Heard<T>>
  /** The service has not answered, and it is not yet time to try again. */
  isOpen(service: Service): boolean
  /**
   * The service has not answered for some minutes past, and nothing has since: what is said to people before they begin.
   * Nobody may come then, so that no call finds out; after a while the next person does.
   */
  isOut(service: Service): boolean
}

interface Breaker {
  /** Calls without an answer since the last one with an answer. */
  failures: number
  /** Null: closed. By the monotonic clock. */
  restsUntil: number | null
  failedAt: number
  trying: boolean
  underWay: number
  waiting: (() => void)[]
}

export function createBreakers({
  clock = () => performance.now(),
  onChange = () => {},
}: {
  /** Monotonic, in ms. */
  clock?: () => number
  onChange?: (service: Service, state: 'open' | 'closed') => void
} = {}): Breakers {
  const breakers = new Map<Service, Breaker>()
  function breakerOf(service: Service): Breaker {
    const known = breakers.get(service)
    if (known) return known
    const fresh: Breaker = { failures: 0, restsUntil: null, failedAt: 0, trying: false, underWay: 0, waiting: [] }
    breakers.set(service, fresh)
    return fresh
  }

  const rests = ({ restsUntil }: Breaker) => restsUntil !== null && clock() < restsUntil
  const refuses = (breaker: Breaker) => rests(breaker) || (breaker.restsUntil !== null && breaker.trying)

  function noted(service: Service, breaker: Breaker, error: AnprFailure | null): void {
    if (error !== null && UNTOLD.has(error.kind)) return
    const wasOpen = breaker.restsUntil !== null
    if (error?.kind === 'anpr-unavailable') {
      breaker.failures++
      breaker.failedAt = clock()
      const more = breaker.failures - FAILURES_THAT_OPEN
      if (more >= 0) breaker.restsUntil = clock() + Math.min(FIRST_REST_MS * 2 ** more, LONGEST_REST_MS)
    } else {
      breaker.failures = 0
      breaker.restsUntil = null
    }
    const isOpen = breaker.restsUntil !== null
    if (isOpen !== wasOpen) onChange(service, isOpen ? 'open' : 'closed')
  }

  async function room(breaker: Breaker): Promise<boolean> {
    if (breaker.underWay < AT_ONCE) {
      breaker.underWay++
      return true
    }
    if (breaker.waiting.length >= WAITING) return false
    // Whoever leaves hands the place on.
    await new Promise<void>((resolve) => breaker.waiting.push(resolve))
    return true
  }

  return {
    async through(service, ask) {
      const breaker = breakerOf(service)
      if (refuses(breaker)) return OPEN
      if (!(await room(breaker))) return FULL
      let tries = false
      try {
        // It may have opened while this call waited.
        if (refuses(breaker)) return OPEN
        tries = breaker.restsUntil !== null
        if (tries) breaker.trying = true
        const heard = await ask()
        noted(service, breaker, heard.result.ok ? null : heard.result.error)
        return heard
      } finally {
        if (tries) breaker.trying = false
        const next = breaker.waiting.shift()
        if (next) next()
        else breaker.underWay--
      }
    },
    isOpen: (service) => rests(breakerOf(service)),
    isOut(service) {
      const { restsUntil, failedAt } = breakerOf(service)
      return restsUntil !== null && clock() < failedAt + OUT_MS
    },
  }
}

/** These say nothing of whether the service answers: it was not asked, or somebody before it has refused. */
const UNTOLD: ReadonlySet<AnprFailure['kind']> = new Set(['anpr-closed', 'anpr-misconfigured'] as const)

const OPEN = { result: failure('anpr-unavailable', 'breaker-open'), trace: NO_TRACE }
const FULL = { result: failure('anpr-busy', 'no-room'), trace: NO_TRACE }
