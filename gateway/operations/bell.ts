import { randomUUID } from 'node:crypto'
import { EventEmitter } from 'node:events'
import { sql } from 'kysely'
import type { Logger } from 'pino'
import type { Store } from '../store/database.ts'

const CHANNEL = 'totem_gateway'
/**
 * Rings of one moment go to the other gateways together: while a NOTIFY commits, every other one waits. Those of backlogs
 * come with every few outcomes, and nobody stands there.
 */
const TOGETHER_MS = { soon: 5, backlog: 40 }

/**
 * Wakes whoever waits: in this process at once, in the others by LISTEN/NOTIFY. It rings `work` when there is some,
 * `citizen` when one has come, a totem's id when somebody who stands there has an outcome, and `ofBacklog` of the id when
 * its backlog has one. A ring may be lost with a connection; it only saves waiting.
 */
export interface Bell {
  ring(what: string): void
  /** Calls `listener` at each ring; the function that it answers ends that. */
  on(what: string, listener: () => void): () => void
  stop(): Promise<void>
}

const BACKLOG = 'backlog:'
/** The ring of a totem whose backlog has an outcome. */
export const ofBacklog = (totem: string) => `${BACKLOG}${totem}`

export function createBell({ db, listen }: Pick<Store, 'db' | 'listen'>, log: Logger): Bell {
  const local = new EventEmitter()
  // Each poll of a totem is a listener.
  local.setMaxListeners(0)
  const self = randomUUID()
  const stopListening = listen?.(CHANNEL, {
    onMessage(payload) {
      const [from, what = ''] = payload.split(' ')
      if (from !== self) local.emit(what)
    },
    onReconnect() {
      for (const what of local.eventNames()) local.emit(what)
    },
  })

  const toTell = new Set<string>()
  let timer: NodeJS.Timeout | null = null
  /** When the timer ends. */
  let due = Number.POSITIVE_INFINITY
  function tellWithin(ms: number): void {
    const wanted = performance.now() + ms
    if (wanted >= due) return
    if (timer) clearTimeout(timer)
    due = wanted
    timer = setTimeout(tellOthers, ms)
  }
  async function tellOthers(): Promise<void> {
    timer = null
    due = Number.POSITIVE_INFINITY
    const payloads = [...toTell].map((what) => `${self} ${what}`)
    toTell.clear()
    try {
      // The ring writes nothing, so its commit need not wait for the disk or the standby.
      await sql`
        select set_config('synchronous_commit', 'off', true), pg_notify(${CHANNEL}, payload)
        from unnest(${payloads}::text[]) payload`.execute(db)
    } catch (failure) {
      log.warn({ kind: 'bell-not-rung', code: (failure as { code?: unknown }).code })
    }
  }

  return {
    ring(what) {
      local.emit(what)
      if (!stopListening) return
      toTell.add(what)
      tellWithin(what.startsWith(BACKLOG) ? TOGETHER_MS.backlog : TOGETHER_MS.soon)
    },
    on(what, listener) {
      local.on(what, listener)
      return () => local.off(what, listener)
    },
    async stop() {
      if (timer) clearTimeout(timer)
      await stopListening?.()
    },
  }
}
