import { MINUTE_MS } from '../../../basics/time.ts'

/** What changes rights, or leaves with data, asks for a log-in as young as this. */
export const FRESH_MS = 5 * MINUTE_MS

/** Whatever shows or gives something of a citizen asks of the operator's card a handshake as young as this. */
export const SHAKEN_MS = 30 * MINUTE_MS
