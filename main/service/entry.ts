import { createHash } from 'node:crypto'
import { DAY_MS, HOUR_MS, italianDay } from '../../basics/time.ts'
import { codeIn } from '../../contract/enrolment-code.ts'
import { err, ok, type Result } from '../../contract/result.ts'
import type { ServiceAccess } from '../../contract/service.ts'
import { codeOfDay } from '../../trust/service-access.ts'
import { type CodeTries, MOST_WRONG } from './tries.ts'

/** What the gateway said counts for so long; after that the card needs the code of the day. */
const FRESH_MS = DAY_MS
/** Two clocks in order differ by less. */
const SKEW_MS = HOUR_MS

/** Why a technician does not come in. words.ts says each. */
export type EntryRefusal =
  | 'grant-revoked'
  | 'grant-ended'
  | 'grant-not-begun'
  /** The totem's clock is behind what the gateway has signed, or behind a day on which a code was typed. */
  | 'clock-wrong'
  /** The gateway has said nothing for a day, and this totem has no codes. */
  | 'no-codes'
  | 'code-blocked'

/**
 * What a card may do at this totem. `citizen`: it is no technician's, or of nobody whom this totem knows. `grant`: with its PIN it
 * comes in. `code`: with its PIN and the code of the day.
 */
export type CardStanding =
  | { state: 'citizen' }
  | { state: 'grant' | 'code'; grant: number }
  | { state: 'refused'; reason: EntryRefusal; grant: number; at: string | null }

export const fingerprintOf = (certificate: Uint8Array): string => createHash('sha256').update(certificate).digest('hex')

/** Judges a card by what the gateway said last; `codes`: this totem has a secret for codes. */
export function standingOf(
  told: ServiceAccess | null,
  card: string,
  { now, codes }: { now: Date; codes: boolean },
): CardStanding {
  const own = (told?.grants ?? []).filter((grant) => grant.card === card)
  const newest = own.toSorted((one, other) => other.number - one.number)[0]
  if (!told || !newest) return { state: 'citizen' }
  const refuse = (reason: EntryRefusal, at: string | null = null, grant = newest.number): CardStanding => ({
    ...{ state: 'refused', reason, grant, at },
  })
  const counting = own.filter(({ revoked }) => revoked === null)
  if (counting.length === 0) return refuse('grant-revoked', newest.revoked)
  const age = +now - Date.parse(told.issued)
  if (age < -SKEW_MS) return refuse('clock-wrong', now.toISOString())
  const live = counting.find(({ from, until }) => Date.parse(from) <= +now && +now < Date.parse(until))
  if (age > FRESH_MS) return codes ? { state: 'code', grant: (live ?? newest).number } : refuse('no-codes', told.issued)
  if (live) return { state: 'grant', grant: live.number }
  const next = counting.filter(({ from }) => Date.parse(from) > +now).at(-1)
  return next ? refuse('grant-not-begun', next.from, next.number) : refuse('grant-ended', newest.until)
}

/** `left`: tries of today. */
export type CodeRefusal = { kind: 'code-wrong'; left: number } | { kind: 'code-blocked' | 'clock-wrong' }

/**
 * Whether this is the code of today, for this totem. A mistyped one, by its check symbols, is told before it comes here and
 * costs no try.
 */
export async function judgeCode(
  typed: string,
  { secret, totem, now, tries }: { secret: Uint8Array; totem: string; now: Date; tries: CodeTries },
): Promise<Result<null, CodeRefusal>> {
  const day = italianDay(now)
  const before = await tries.of(day)
  if (before === 'earlier-day') return err({ kind: 'clock-wrong' })
  if (before >= MOST_WRONG) return err({ kind: 'code-blocked' })
  // SECURITY: the try is on the disk before anybody hears whether it was right: a pulled plug gives none back.
  await tries.note(day, before + 1)
  if (codeIn(typed) !== codeOfDay(secret, totem, day)) {
    const left = MOST_WRONG - before - 1
    return left > 0 ? err({ kind: 'code-wrong', left }) : err({ kind: 'code-blocked' })
  }
  await tries.note(day, 0)
  return ok(null)
}
