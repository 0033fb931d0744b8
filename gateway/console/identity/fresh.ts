import { MINUTE_MS } from '../../../basics/time.ts'

/** What changes rights, or leaves with data, asks for a log-in as young as this. */
export const FRESH_MS = 5 * MINUTE_MS
