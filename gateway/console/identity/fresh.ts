import { MINUTE_MS } from '../../../basics/time.ts'

/** What changes rights, or leaves with data, asks for a log-in as young as this. */
export const FRESH_MS = 5 * MINUTE_MS

/** What a citizen's certificate asks of the card that its operator has logged in with: a handshake as young as this. */
export const SHAKEN_MS = 30 * MINUTE_MS
