import { type Clock, MINUTE_MS } from '../../basics/time.ts'
import { type Caller, callerText } from '../../contract/caller.ts'
import type { Result } from '../../contract/result.ts'
import type { AnprFailure } from '../anpr/answers.ts'

type Told = Result<{ idAnpr: string }, AnprFailure>

/** As long as a voucher: nobody says whether an ID ANPR is for life (italia/anpr issue 5111). */
const KEPT_MS = 8 * MINUTE_MS
/** After an outage thousands of people are asked about within minutes; of one who is not kept ANPR is asked again. */
const MOST = 10_000

/**
 * The ID ANPR of whoever asks, which all their requests of a visit need: asked once for a person at a machine, however
 * many wait for it. SECURITY: only an answer about that person is kept, and each failure has a question and a line of its
 * own.
 */
export function createOwnIds(now: Clock) {
  interface Kept {
    until: number
    told: Promise<Told>
  }
  /** In the order in which they were asked. */
  const kept = new Map<string, Kept>()
  function tidy(at: number): void {
    for (const [key, { until }] of kept) {
      if (until > at && kept.size < MOST) return
      kept.delete(key)
    }
  }

  return {
    async of(caller: Caller, requester: string, ask: () => Promise<Told>): Promise<Told> {
      const key = keyOf(caller, requester)
      const known = kept.get(key)
      if (known && known.until > +now()) {
        const told = await known.told.catch(() => null)
        return told?.ok ? told : ask()
      }
      kept.delete(key)
      tidy(+now())
      const one = { until: +now() + KEPT_MS, told: ask() }
      kept.set(key, one)
      const forget = () => {
        if (kept.get(key) === one) kept.delete(key)
      }
      return one.told.then(
        (told) => {
          if (!told.ok) forget()
          return told
        },
        (fault) => {
          forget()
          throw fault
        },
      )
    },
    forget(caller: Caller, requester: string): void {
      kept.delete(keyOf(caller, requester))
    },
  }
}

const keyOf = (caller: Caller, requester: string) => `${callerText(caller)} ${requester}`
