import { createHash } from 'node:crypto'
import { DAY_MS, HOUR_MS } from '../../basics/time.ts'

/**
 * The parts of the fleet that a release reaches one after the other. `upTo`: share of the fleet; the first two are
 * named by their operator. `visits`: papers that must have come out there before the next part follows: a fault that
 * shows in one visit of a hundred shows in two hundred.
 */
export const RINGS = [
  { name: 'laboratory', upTo: 0, visits: 20 },
  { name: 'agreed', upTo: 0, visits: 50 },
  { name: '1 %', upTo: 0.01, visits: 200 },
  { name: '10 %', upTo: 0.1, visits: 1_000 },
  { name: '50 %', upTo: 0.5, visits: 3_000 },
  { name: 'all', upTo: 1, visits: 0 },
] as const
export const LAST_RING = RINGS.length - 1

/** How long a ring has a release for itself, at least. An urgent release closes a hole that somebody uses. */
const REST_MS = DAY_MS
const URGENT_REST_MS = HOUR_MS
/** A fleet does not fetch in one night: the last two rings begin within so long after their beginning. */
const SPREAD_MS = 2 * DAY_MS

const MOST_ROLLED_BACK = 3
const MOST_ROLLED_BACK_SHARE = 0.01
/** Beyond those of the fleet that are silent anyway. */
const MOST_SILENT_SHARE = 0.02
/** Faults a visit may become so many times as many as in the fleet that has the release before. */
const MOST_FAULTS_TIMES = 2
/** So many faults happen by chance. */
const FEW_FAULTS = 5
/** Of the ring's totems that are heard of; the others wait for a quiet hour. */
const ENOUGH_CONFIRMED_SHARE = 0.8

/** Totems that their operator puts into the first two rings. */
export interface Named {
  laboratory: ReadonlySet<string>
  agreed: ReadonlySet<string>
}

/** A number from 0 to 1, always the same for the same words. */
const draw = (...words: (string | number)[]): number =>
  createHash('sha256').update(words.join(' ')).digest().readUInt32BE() / 2 ** 32

/** The ring in which a totem gets a release. Each release draws anew, so that no office is always among the first. */
export function ringOf(totem: string, release: number, { laboratory, agreed }: Named): number {
  if (laboratory.has(totem)) return 0
  if (agreed.has(totem)) return 1
  const drawn = draw('ring', release, totem)
  return RINGS.findIndex(({ upTo }) => drawn < upTo)
}

/** When a totem may begin to fetch a release that reached its ring at `began` (ms). */
export function fetchFrom(totem: string, release: number, ring: number, began: number, urgent: boolean): number {
  return ring >= LAST_RING - 1 && !urgent ? began + Math.floor(draw('from', release, totem) * SPREAD_MS) : began
}

/** What is known of the totems of the rings that a release has reached. */
export interface RingFacts {
  /** Totems of these rings that are heard of. */
  heard: number
  confirmed: number
  rolledBack: number
  /** Of those that took the release: not heard of since. */
  silent: number
  /** Papers and faults (dead processes, void sheets) of those that confirmed it, since. */
  visits: number
  faults: number
}

/** The rest of the fleet, on the release before. */
export interface Baseline {
  silentShare: number
  faultsPerVisit: number
}

export type StopReason = 'rolled-back' | 'silent' | 'faults'
export type Verdict = 'wait' | 'next' | { stop: StopReason }

/**
 * What becomes of a release that has been in its newest ring for `restedMs`. A stop needs a person to lift it. Urgency
 * shortens the rest and asks for a tenth of the visits; it lifts no limit.
 */
export function judge(
  facts: RingFacts,
  baseline: Baseline,
  { ring, restedMs, urgent }: { ring: number; restedMs: number; urgent: boolean },
): Verdict {
  const { confirmed, rolledBack, silent, visits, faults, heard } = facts
  const tried = confirmed + rolledBack
  if (rolledBack > MOST_ROLLED_BACK || rolledBack > MOST_ROLLED_BACK_SHARE * tried) return { stop: 'rolled-back' }
  const took = tried + silent
  if (silent > (baseline.silentShare + MOST_SILENT_SHARE) * took) return { stop: 'silent' }
  if (faults > FEW_FAULTS && faults > MOST_FAULTS_TIMES * baseline.faultsPerVisit * visits) return { stop: 'faults' }
  if (ring === LAST_RING) return 'wait'
  const needed = (RINGS[ring]?.visits ?? 0) / (urgent ? 10 : 1)
  const rested = restedMs >= (urgent ? URGENT_REST_MS : REST_MS)
  // Nobody in the ring: an operator who named no laboratory, or a small fleet.
  if (heard === 0) return rested ? 'next' : 'wait'
  return rested && visits >= needed && confirmed >= ENOUGH_CONFIRMED_SHARE * heard ? 'next' : 'wait'
}
