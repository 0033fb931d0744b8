export interface IdleTimings {
  idleMs: number
  warningMs: number
}

/** How long nobody need touch anything, and how long a warning counts down before the end; 0: none does. */
export interface Wait {
  ms: number
  warningMs: number
}

/**
 * Ends a visit that nobody attends. After `Wait.ms` without a sign of life it warns and counts down, second by second; a
 * touch or a card takes the warning away, as often as the person likes (WCAG 2.2.1).
 */
export function createIdleWatch(tell: { warn(secondsLeft: number | null): void; over(): void }) {
  const count = createCountdown(tell)
  return {
    /** Starts the count anew; null stops it while the totem works. */
    restart(wait: Wait | null) {
      count.stop()
      if (wait) count.start(Math.ceil(wait.warningMs / 1000), wait.ms)
    },
    stop: count.stop,
  }
}

/** Counts seconds down after a pause; `warn` is told each, and null once nothing is counted any more. */
export function createCountdown(tell: { warn(secondsLeft: number | null): void; over(): void }) {
  let timer: NodeJS.Timeout | null = null
  const halt = () => {
    if (timer) clearTimeout(timer)
    timer = null
  }
  const step = (secondsLeft: number) => {
    if (secondsLeft <= 0) {
      halt()
      tell.warn(null)
      tell.over()
      return
    }
    tell.warn(secondsLeft)
    timer = setTimeout(() => step(secondsLeft - 1), 1000)
  }
  return {
    start(seconds: number, afterMs = 0) {
      halt()
      if (afterMs > 0) timer = setTimeout(() => step(seconds), afterMs)
      else step(seconds)
    },
    stop() {
      halt()
      tell.warn(null)
    },
  }
}
