import { setImmediate as turn } from 'node:timers/promises'

/** Something that takes its turns on the line, one at a time. */
export interface Lane {
  /** Until its next turn, in ms; `NEVER` when it has nothing to do until something happens. */
  dueIn(): number
  run(): Promise<void>
}

export const NEVER = Number.POSITIVE_INFINITY

/** The time until which a lane rests, and after how many failures in a row. */
export interface Rest {
  failures: number
  until: number
}

/**
 * Requests that one commit takes. The commit, the log entries and the next frame of the screen share some 10 ms; a page
 * of a hundred in one commit would hold up a touch.
 */
export const COMMIT_AT_ONCE = 8

/** Lets a citizen's touch and the next frame through, between two pieces of work on a long list. */
export const breathe = () => turn()

/** The list in its order, cut into parts of at most `size`. */
export const parts = <T>(list: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(list.length / size) }, (_, index) => list.slice(index * size, (index + 1) * size))
