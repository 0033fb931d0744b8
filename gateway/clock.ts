/** Given to whoever needs the time, so that a test can be in another day. */
export type Clock = () => Date

export const MINUTE_MS = 60_000
export const HOUR_MS = 3_600_000
export const DAY_MS = 86_400_000
