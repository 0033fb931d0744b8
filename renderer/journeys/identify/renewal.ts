const DAY_MS = 86_400_000
/** TULPS (R.D. 773/1931) art. 3: a new identity card may be asked for from the 180th day before the old one expires. */
const RENEWAL_DAYS = 180

/** The first day on which the renewal may be asked for. Both days are YYYY-MM-DD. */
export function renewableFrom(expires: string): string {
  return new Date(Date.parse(expires) - RENEWAL_DAYS * DAY_MS).toISOString().slice(0, 10)
}
