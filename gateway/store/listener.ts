import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import type { Logger } from 'pino'

const RECONNECT_MS = 1_000
/** Behind a firewall or after a fail-over a connection may be dead without a word. */
const HEARTBEAT_MS = 10_000
const HEARTBEAT_WITHIN_MS = 5_000

export interface Heard {
  onMessage(payload: string): void
  /** Messages sent while the connection was down are lost. */
  onReconnect(): void
}

/**
 * Keeps one connection listening to a channel, over restarts and fail-overs of the database. pg-boss' own listener is
 * not used: it takes its error handlers off a broken connection, whose next error then ends the process. The function
 * that it answers ends the listening.
 */
export function listen(
  connectionString: string,
  channel: string,
  { onMessage, onReconnect }: Heard,
  log: Logger,
): () => Promise<void> {
  const stopping = new AbortController()
  const { signal } = stopping

  async function listenOnce(): Promise<void> {
    const client = new pg.Client({ connectionString, connectionTimeoutMillis: HEARTBEAT_WITHIN_MS, keepAlive: true })
    const ended = new Promise<void>((resolve) => client.once('end', resolve))
    // The listener stays: a broken connection has more than one error.
    client.on('error', (error) => log.warn({ kind: 'listener-lost', code: (error as { code?: string }).code }))
    client.on('notification', ({ payload = '' }) => onMessage(payload))
    try {
      await client.connect()
      await client.query(`listen ${channel}`)
      onReconnect()
      for (;;) {
        const isOver = await Promise.race([ended.then(() => true), pause(HEARTBEAT_MS).then(() => signal.aborted)])
        if (isOver) return
        const answered = client.query('select 1').then(() => true)
        if (!(await Promise.race([answered, pause(HEARTBEAT_WITHIN_MS).then(() => false)]))) return
      }
    } catch (failure) {
      log.warn({ kind: 'listener-lost', code: (failure as { code?: string }).code })
    } finally {
      // A connection that hangs would not answer to its end either.
      void client.end().catch(() => undefined)
    }
  }

  const pause = (ms: number) => delay(ms, undefined, { signal }).catch(() => undefined)
  const running = (async () => {
    while (!signal.aborted) {
      await listenOnce()
      await pause(RECONNECT_MS)
    }
  })()
  return async () => {
    stopping.abort()
    await running
  }
}
