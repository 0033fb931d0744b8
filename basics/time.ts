/** Given to everything that needs the time, so that a test can be in another day. */
export type Clock = () => Date

export const MINUTE_MS = 60_000
export const HOUR_MS = 60 * MINUTE_MS
export const DAY_MS = 24 * HOUR_MS
