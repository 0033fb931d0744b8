export interface IdleTimings {
  idleMs: number
  warningMs: number
}

/**
 * Ends a visit that nobody attends. After `idleMs` without a touch it warns and counts down, second by second, for
 * `warningMs`; a touch takes the warning away, as often as the person likes (WCAG 2.2.1).
 */
export function createIdleWatch(timings: IdleTimings, tell: { warn(secondsLeft: number | null): void; over(): void }) {
  let timer: NodeJS.Timeout | null = null
  const stop = () => {
    if (timer) clearTimeout(timer)
    timer = null
  }
  const countDown = (secondsLeft: number) => {
    if (secondsLeft <= 0) {
      stop()
      tell.warn(null)
      tell.over()
      return
    }
    tell.warn(secondsLeft)
    timer = setTimeout(() => countDown(secondsLeft - 1), 1000)
  }
  return {
    /** Starts the count anew, or stops it while the totem works. */
    restart(running: boolean) {
      stop()
      tell.warn(null)
      if (running) timer = setTimeout(() => countDown(Math.ceil(timings.warningMs / 1000)), timings.idleMs)
    },
    stop,
  }
}
