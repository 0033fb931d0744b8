import { timingSafeEqual } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { Clock } from '../../basics/time.ts'
import type { OutcomePage } from '../../contract/gateway.ts'
import { type NamedKey, sealReceipt } from '../sealing/sealing.ts'
import { outcomesAfter } from '../store/outcomes.ts'
import type { Database } from '../store/schema.ts'
import { type Bell, ofBacklog } from './bell.ts'

/** `receipt`: the token from the receipt of the page before; undefined where the totem knows no receipts. */
interface Asked {
  after: number
  waitS: number
  receipt: string | undefined
}

export interface Outcomes {
  /**
   * The outcomes of a totem after number `after`, waiting up to `waitS` for some. The page is empty when there are none
   * by then, when `gone` is aborted, or when the gateway stops.
   */
  page(totem: string, asked: Asked, gone: AbortSignal): Promise<OutcomePage>
  /** Answers every poll that is held. */
  stop(): void
}

/** A totem holds one poll. After a cut the gateway may hold two for a while, and a cloned totem has its own. */
const MOST_POLLS = 4
/**
 * What a backlog brings within this time goes together: a page for each outcome would cost as much as the outcomes.
 * Nobody stands there and waits for it; who does is told at once.
 */
const TOGETHER_MS = 50

/** The long poll of /v1/outcomes. A held poll costs a timer and a listener, and nothing at the database. */
export function createOutcomes({
  db,
  bell,
  outcomeKeyOf,
  reference,
  now,
}: {
  db: Database
  bell: Bell
  outcomeKeyOf(totem: string): NamedKey | null
  /** Makes a keyed hash that is the same at every gateway (access/references.ts). */
  reference(text: string): string
  now: Clock
}): Outcomes {
  const tokenOf = (totem: string, cursor: number) => reference(`outcomes ${totem} ${cursor}`)
  /** SECURITY: a totem's TLS key alone acknowledges nothing; the token comes sealed to its outcome key. */
  function isProved(totem: string, { after, receipt = '' }: Asked): boolean {
    const [given, wanted] = [Buffer.from(receipt), Buffer.from(tokenOf(totem, after))]
    return given.length === wanted.length && timingSafeEqual(given, wanted)
  }
  function withReceipt(page: OutcomePage, totem: string, { after, receipt }: Asked, has: boolean): OutcomePage {
    if (receipt === undefined) return page
    const { cursor } = page
    const key = outcomeKeyOf(totem)
    if (key === null || cursor === 0 || (has && cursor === after)) return { ...page, receipt: null }
    return { ...page, receipt: sealReceipt(tokenOf(totem, cursor), key, { totem, cursor }) }
  }

  /** When the last page with outcomes left for a totem that had no more of them. */
  const emptied = new Map<string, number>()
  /** Waits until a page is worth it, or until `end`. */
  async function gather(totem: string, end: Promise<void>): Promise<void> {
    const rest = (emptied.get(totem) ?? Number.NEGATIVE_INFINITY) + TOGETHER_MS - performance.now()
    if (rest > 0) await Promise.race([delay(rest), end])
  }

  const stopping = new AbortController()
  /** How to end each held poll, by totem, oldest first. */
  const held = new Map<string, Set<() => void>>()
  function hold(totem: string, end: () => void): () => void {
    const own = held.get(totem) ?? new Set()
    held.set(totem, own.add(end))
    const [oldest] = own
    if (oldest && own.size > MOST_POLLS) {
      own.delete(oldest)
      oldest()
    }
    return () => {
      own.delete(end)
      if (own.size === 0 && held.get(totem) === own) held.delete(totem)
    }
  }

  return {
    async page(totem, asked, gone) {
      const { after, waitS } = asked
      const has = isProved(totem, asked)
      const pageAfter = async (cursor: number) => {
        const page = await outcomesAfter(db, totem, { after: cursor, has: has && cursor === after }, now())
        if (page.outcomes.length > 0 && !page.more) emptied.set(totem, performance.now())
        return withReceipt(page, totem, asked, has)
      }
      const signal = AbortSignal.any([gone, stopping.signal])
      const [ended, end] = promised()
      const [brought, bring] = promised()
      // Listens before it looks, so that it misses nothing that is settled in between.
      const offs = [bell.on(totem, end), bell.on(ofBacklog(totem), bring)]
      const letGo = hold(totem, end)
      const timer = setTimeout(end, waitS * 1_000)
      signal.addEventListener('abort', end)
      try {
        if (waitS > 0) await gather(totem, ended)
        const page = await pageAfter(after)
        if (page.outcomes.length > 0 || waitS === 0 || signal.aborted) return page
        await Promise.race([ended, brought])
        await gather(totem, ended)
        return signal.aborted ? page : await pageAfter(page.cursor)
      } finally {
        for (const off of offs) off()
        letGo()
        signal.removeEventListener('abort', end)
        clearTimeout(timer)
      }
    },
    stop: () => stopping.abort(),
  }
}

/** A promise and what resolves it. */
function promised(): [Promise<void>, () => void] {
  let resolve = () => {}
  const promise = new Promise<void>((done) => {
    resolve = done
  })
  return [promise, resolve]
}
