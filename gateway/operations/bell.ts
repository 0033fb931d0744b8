import { randomUUID } from 'node:crypto'
import { EventEmitter } from 'node:events'
import { sql } from 'kysely'
import type { Logger } from 'pino'
import type { Store } from '../store/database.ts'

const CHANNEL = 'totem_gateway'
/** Rings of one moment go to the other gateways together: a NOTIFY locks out every other for the time of its commit. */
const TOGETHER_MS = 5

/**
 * Tells whoever waits, in this process at once and in the others by LISTEN/NOTIFY: `work` when there is some, a totem's id
 * when it has an outcome. A ring may be lost with a connection: it saves waiting, and nothing rests on it.
 */
export interface Bell {
  ring(what: string): void
  /** Calls `listener` at each ring, until the answer is called. */
  on(what: string, listener: () => void): () => void
  stop(): Promise<void>
}

export function createBell({ db, listen }: Pick<Store, 'db' | 'listen'>, log: Logger): Bell {
  const local = new EventEmitter()
  // One of each totem's polls.
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
  async function tellOthers(): Promise<void> {
    timer = null
    const payloads = [...toTell].map((what) => `${self} ${what}`)
    toTell.clear()
    try {
      // Nothing is written that could be lost: not worth a wait for the disk or the standby.
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
      timer ??= setTimeout(tellOthers, TOGETHER_MS)
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
