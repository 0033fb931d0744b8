import { timingSafeEqual } from 'node:crypto'
import type { Clock } from '../../basics/time.ts'
import type { OutcomePage } from '../../contract/gateway.ts'
import { type NamedKey, sealReceipt } from '../sealing/sealing.ts'
import { outcomesAfter } from '../store/outcomes.ts'
import type { Database } from '../store/schema.ts'
import type { Bell } from './bell.ts'

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
      const pageAfter = async (cursor: number) =>
        withReceipt(
          await outcomesAfter(db, totem, { after: cursor, has: has && cursor === after }, now()),
          totem,
          asked,
          has,
        )
      const signal = AbortSignal.any([gone, stopping.signal])
      let end = () => {}
      const rung = new Promise<void>((resolve) => {
        end = resolve
      })
      // Listens before it looks, so that it misses nothing that is settled in between.
      const off = bell.on(totem, end)
      const letGo = hold(totem, end)
      const timer = setTimeout(end, waitS * 1_000)
      signal.addEventListener('abort', end)
      try {
        const page = await pageAfter(after)
        if (page.outcomes.length > 0 || waitS === 0 || signal.aborted) return page
        await rung
        return signal.aborted ? page : await pageAfter(page.cursor)
      } finally {
        off()
        letGo()
        signal.removeEventListener('abort', end)
        clearTimeout(timer)
      }
    },
    stop: () => stopping.abort(),
  }
}
