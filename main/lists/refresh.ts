import { backoffMs } from '../../basics/backoff.ts'

export interface Refresh {
  /** Does `first`, and asks from the moment the line is up. */
  start(): void
  /** The line came up or went down. */
  line(state: 'up' | 'down'): void
  /** Ends with the exchange under way: close the client to cut it short. */
  stop(): Promise<void>
}

/**
 * Does `work` when the line comes up, and from then on after `everyMs` to twice as long: a fleet that started together
 * must not ask together. `work` answers false when something is still missing: it is then done again, after longer and
 * longer pauses. `first` comes before it. `stop` aborts the signal.
 */
export function createRefresh({
  everyMs,
  work,
  random,
  first = () => Promise.resolve(),
}: {
  everyMs: number
  work: (signal: AbortSignal) => Promise<boolean>
  random: () => number
  first?: () => Promise<void>
}): Refresh {
  const stopping = new AbortController()
  const { signal } = stopping
  let up = false
  let failures = 0
  let due = true
  let timer: NodeJS.Timeout | undefined
  let running: Promise<void> | null = null

  function again(ms: number): void {
    clearTimeout(timer)
    timer = setTimeout(() => {
      due = true
      wake()
    }, ms)
  }

  function wake(): void {
    if (!running || !up || !due || signal.aborted) return
    due = false
    running = running.then(async () => {
      if (signal.aborted) return
      const whole = await work(signal)
      if (signal.aborted) return
      failures = whole ? 0 : failures + 1
      again(whole ? everyMs * (1 + random()) : backoffMs(failures, random))
    })
  }

  return {
    start() {
      running = first()
      wake()
    },
    line(state) {
      up = state === 'up'
      wake()
    },
    async stop() {
      stopping.abort()
      clearTimeout(timer)
      await running
    },
  }
}
