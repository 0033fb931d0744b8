import type { Logger } from 'pino'
import { MINUTE_MS } from '../basics/time.ts'

/**
 * Lines of one kind that are written in a minute, of warnings and errors. A kind that comes oftener says the same again
 * and again, and would push everything else out of the log.
 */
const MOST_A_MINUTE = 100

/** The log that rooms and doors get: of a flood it tells the beginning, and once a minute how many lines were left out. */
export interface CalmLog {
  log: Logger
  stop(): void
}

export function withoutFloods(whole: Logger): CalmLog {
  const counts = new Map<string, { level: 'warn' | 'error'; lines: number }>()
  const log = whole.child({})

  /** Without the fields of a single line: they are of many. */
  function tellRest(): void {
    for (const [kind, { level, lines }] of counts)
      if (lines > MOST_A_MINUTE) whole[level]({ kind, leftOut: lines - MOST_A_MINUTE })
    counts.clear()
  }
  for (const level of ['warn', 'error'] as const) {
    log[level] = (fields: { kind?: string }) => {
      const kind = fields.kind ?? ''
      const lines = (counts.get(kind)?.lines ?? 0) + 1
      counts.set(kind, { level, lines })
      if (lines <= MOST_A_MINUTE) whole[level](fields)
    }
  }
  const timer = setInterval(tellRest, MINUTE_MS)
  timer.unref()
  return {
    log,
    stop() {
      clearInterval(timer)
      tellRest()
    },
  }
}
