import type { Bell } from './bell.ts'

/** What rings when a request came in whose citizen may stand there. */
const CITIZEN = 'citizen'
/** Who comes in an ordinary hour comes sooner after the one before. */
const COME_MS = 2_000

/**
 * Knows whether citizens come now, at any gateway on this database. While they do, backlogs take less of the processor
 * and of the disk: a few seconds are nothing to a backlog, and a citizen looks at the screen.
 */
export interface Citizens {
  /** One has come. */
  ring(): void
  come(): boolean
}

export function createCitizens(bell: Pick<Bell, 'ring' | 'on'>): Citizens {
  let last = Number.NEGATIVE_INFINITY
  bell.on(CITIZEN, () => {
    last = performance.now()
  })
  return {
    ring: () => bell.ring(CITIZEN),
    come: () => performance.now() - last < COME_MS,
  }
}
