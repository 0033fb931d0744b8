import type { CertificateType } from '../../contract/catalogue.ts'
import { people } from '../population/people.ts'
import { randomFrom } from '../population/random.ts'

/** A totem's id in a fleet, from 1: `FL-0001`. */
export const fleetTotem = (number: number): string => `FL-${String(number).padStart(4, '0')}`

/** A citizen's request during the outage. `at`: ms since it began. */
export interface PlannedRequest {
  at: number
  /** An id of simulator/population. */
  person: string
  types: CertificateType[]
}

export interface OutagePlan {
  seed: number
  outageMs: number
  /** Requests of one totem on a day, on average. */
  requestsPerDay: number
}

/** A post office is open from 8:20 to 19:05, and the outage falls into that time. */
const OPEN_MS = (10 * 60 + 45) * 60_000
/** Residenza, stato di famiglia, or both on one sheet, in the shares of ANPR's open data (October 2022). */
const DEMAND: { types: CertificateType[]; share: number }[] = [
  { types: ['8'], share: 0.4 },
  { types: ['12'], share: 0.35 },
  { types: ['8', '12'], share: 0.25 },
]

/**
 * Requests at a totem during the outage: arrivals of a Poisson process, always the same for the same seed and totem.
 */
export function outagePlan({ seed, outageMs, requestsPerDay }: OutagePlan, totem: number): PlannedRequest[] {
  const random = randomFrom(Math.imul(seed, 0x9e3779b1) ^ totem)
  const meanGapMs = OPEN_MS / requestsPerDay
  const planned: PlannedRequest[] = []
  for (let at = gap(); at < outageMs; at += gap()) {
    planned.push({ at: Math.floor(at), person: pick(people, random()).id, types: demanded(random()) })
  }
  return planned

  function gap(): number {
    return -Math.log(1 - random()) * meanGapMs
  }
}

function pick<T>(from: readonly T[], chance: number): T {
  const picked = from[Math.floor(chance * from.length)]
  if (picked === undefined) throw new Error('nothing to pick from')
  return picked
}

function demanded(chance: number): CertificateType[] {
  let rest = chance
  const found = DEMAND.find(({ share }) => {
    rest -= share
    return rest < 0
  })
  return [...(found ?? pick(DEMAND, 0)).types]
}
