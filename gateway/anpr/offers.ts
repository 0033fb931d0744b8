import { type Offer, offer } from '../../contract/offers.ts'
import type { Breakers } from './breakers.ts'
import type { Quotas } from './quotas.ts'
import type { Service } from './services.ts'

/** The services without which an offer cannot be carried through today. */
const NEEDS: Record<Offer, readonly Service[]> = {
  recognition: ['C030', 'C021'],
  certificates: ['C019', 'ANPR-Certificazione'],
  'own-data': ['C029', 'C021'],
}

/** Totems ask every few seconds, thousands of them. */
const KNOWN_MS = 3_000

/** What citizens are offered, as long as the services of ANPR behind it answer and their day is not used up. */
export interface Offers {
  /** May a citizen begin this, so that it can also be finished? */
  mayBegin(offer: Offer): Promise<boolean>
  /** What totems hear: the offers that nobody can begin now. As of a moment ago; of a database that is away, its last word. */
  closed(): Promise<Offer[]>
}

export function createOffers({
  quotas,
  breakers,
  clock = () => performance.now(),
}: {
  quotas: Pick<Quotas, 'mayBegin'>
  breakers: Pick<Breakers, 'isOpen' | 'isOut'>
  clock?: () => number
}): Offers {
  const goes = async (wanted: Offer, isAway: (service: Service) => boolean) =>
    !NEEDS[wanted].some(isAway) && quotas.mayBegin(...NEEDS[wanted])
  let known: { at: number; closed: Promise<Offer[]> } = { at: Number.NEGATIVE_INFINITY, closed: Promise.resolve([]) }
  async function look(before: Promise<Offer[]>): Promise<Offer[]> {
    const open = await Promise.all(offer.options.map((one) => goes(one, breakers.isOut))).catch(() => null)
    return open === null ? before : offer.options.filter((_, at) => !open[at])
  }
  return {
    mayBegin: (wanted) => goes(wanted, breakers.isOpen),
    closed() {
      if (clock() - known.at >= KNOWN_MS) known = { at: clock(), closed: look(known.closed) }
      return known.closed
    },
  }
}
