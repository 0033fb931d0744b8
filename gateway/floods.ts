import type { Logger } from 'pino'
import { MINUTE_MS } from '../basics/time.ts'

/**
 * Lines of one kind that are written in a minute, of warnings and errors. A kind that comes oftener says the same again
 * and again, and would push everything else out of the log.
 */
const MOST_A_MINUTE = 100
/** Of these, lines about one totem: a totem that floods leaves room for what is said of the others. */
const MOST_OF_ONE_TOTEM = 20

/** The log that rooms and doors get: of a flood it tells the beginning, and once a minute how many lines were left out. */
export interface CalmLog {
  log: Logger
  stop(): void
}

export function withoutFloods(whole: Logger): CalmLog {
  const counts = new Map<
    string,
    { level: 'warn' | 'error'; written: number; leftOut: number; ofTotem: Map<string, number> }
  >()
  const log = whole.child({})

  /** Without the fields of a single line: they are of many. */
  function tellRest(): void {
    for (const [kind, { level, leftOut }] of counts) if (leftOut > 0) whole[level]({ kind, leftOut })
    counts.clear()
  }
  for (const level of ['warn', 'error'] as const) {
    log[level] = (fields: { kind?: string; totem?: string }) => {
      const { kind = '', totem } = fields
      const count = counts.get(kind) ?? { level, written: 0, leftOut: 0, ofTotem: new Map() }
      counts.set(kind, Object.assign(count, { level }))
      const ofTotem = totem === undefined ? 0 : (count.ofTotem.get(totem) ?? 0)
      if (count.written >= MOST_A_MINUTE || ofTotem >= MOST_OF_ONE_TOTEM) {
        count.leftOut++
        return
      }
      count.written++
      if (totem !== undefined) count.ofTotem.set(totem, ofTotem + 1)
      whole[level](fields)
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
