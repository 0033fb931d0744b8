import type { Closed, Offer } from '../../contract/offers.ts'

/** The widest of what is closed: where nobody can be recognised, or nothing of ANPR goes, the rest need not be told. */
export const shownOf = (closed: readonly Offer[]): Closed | null => {
  if (closed.includes('recognition') || closed.length > 1) return 'registry'
  const [one] = closed
  return one === undefined || one === 'recognition' ? null : one
}
