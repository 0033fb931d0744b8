import { once } from 'node:events'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { ulid } from 'ulid'
import { totemCommandKinds } from '../../../contract/command.ts'
import type { Heartbeat } from '../../../contract/heartbeat.ts'
import { withoutFloods } from '../../../main/journal/floods.ts'
import { type Journal, openJournal } from '../../../main/journal/journal.ts'
import { openQueue, type Queue } from '../../../main/queue/queue.ts'
import { createGatewayClient, type GatewayClient } from '../../../main/sync/client.ts'
import { createDrain, type Drain } from '../../../main/sync/drain.ts'
import type { ScriptedGateway } from './scripted-gateway.ts'

export const HOLDER = 'ab'.repeat(32)

export const HEALTHY: Heartbeat = {
  at: '2026-11-22T09:00:00.000Z',
  uptimeS: 1,
  versions: { totem: '0.1.0', electron: '45.4.1', node: '24.21.0', schema: 3 },
  devices: { available: true, restarts: 0, reader: 'empty', printer: 'ready' },
  sheets: 0,
  faults: 0,
  release: null,
  out: null,
  commands: totemCommandKinds,
  queue: { queued: 0, submitted: 0, waiting: 0, aside: 0, oldestAgeS: null },
  certificateEnds: null,
  lastOutage: null,
  office: 'Ufficio postale di Spello (PG)',
  journal: { unsent: 0 },
  disk: { freeMb: 1 },
}

/** `wall` may jump, as when a technician sets it or a battery fails; `run` counts on steadily. */
export interface TestClock {
  wall: number
  run: number
}

/** The syncing part of a totem, on real files and a real socket; only its waiting takes no time. */
export type Totem = {
  queue: Queue
  journal: Journal
  client: GatewayClient
  drain: Drain
  lines: string[]
  settled: string[]
  malformed: string[]
  record(requestedAt?: number, payload?: string): string
  off(): Promise<void>
}

export function powerOn(options: {
  dir: string
  clock: TestClock
  gateway: ScriptedGateway
  url?: string
  lineProbeMs?: number
  deadlines?: NonNullable<Parameters<typeof createGatewayClient>[0]['deadlines']>
  /** Guards the log as the totem does; other tests count each entry. */
  withoutFloods?: boolean
  /** The honest scripted gateway signs nothing. */
  isSigned?: (anchor: string) => Promise<boolean>
}): Totem {
  const { dir, clock, gateway, url = gateway.url, lineProbeMs = 15_000, deadlines } = options
  const { isSigned = async () => false } = options
  const now = () => clock.wall
  const opened = openQueue({ path: join(dir, 'queue.db'), now })
  const openedJournal = openJournal({ path: join(dir, 'journal.db'), totem: 'TT-0001', now })
  if (!opened.ok || !openedJournal.ok) throw new Error('storage')
  const [queue, journal] = [opened.value, openedJournal.value]
  const told = options.withoutFloods ? withoutFloods(journal, now) : journal
  const lines: string[] = []
  const settled: string[] = []
  const malformed: string[] = []
  const client = createGatewayClient({
    url,
    ...gateway.credentials,
    version: 'test',
    ...(deadlines && { deadlines }),
    onMalformed: (path, httpStatus) => {
      malformed.push(`${path} ${httpStatus}`)
      told.record('gateway.answer-malformed', { path, httpStatus })
    },
  })

  /** Exchanges under way, held polls not counted. Time passes only while there are none. */
  let underWay = 0
  const counted =
    <A extends unknown[], R>(ask: (...args: A) => Promise<R>) =>
    async (...args: A) => {
      underWay++
      return ask(...args).finally(() => underWay--)
    }
  async function sleep(ms: number, signal: AbortSignal): Promise<void> {
    await turn()
    while (!signal.aborted && underWay > gateway.holding())
      await Promise.race([once(signal, 'abort'), gateway.holdingChanged(signal)])
    if (signal.aborted) return
    clock.wall += ms
    clock.run += ms
  }

  const drain = createDrain({
    queue,
    journal: told,
    client: {
      status: counted(client.status),
      submit: counted(client.submit),
      outcomes: counted(client.outcomes),
      sendJournal: counted(client.sendJournal),
      heartbeat: counted(client.heartbeat),
    },
    outcomeKeys: gateway.outcomeKeys,
    totem: 'TT-0001',
    isSigned,
    now,
    clock: () => clock.run,
    random: Math.random,
    lineProbeMs,
    onLine: (state) => lines.push(state),
    onSettled: (operation) => settled.push(operation),
    health: () => HEALTHY,
    sleep,
  })
  drain.start()
  return {
    queue,
    journal,
    client,
    drain,
    lines,
    settled,
    malformed,
    record(requestedAt = clock.wall, payload = '') {
      const operation = ulid()
      const added = queue.add({
        operation,
        kind: 'certificate',
        session: ulid(),
        holder: HOLDER,
        sealed: `eyJhbGci..aXY.${Buffer.from(operation).toString('base64url')}${payload}.dGFn`,
        requestedAt: new Date(requestedAt).toISOString(),
      })
      if (!added.ok) throw new Error(added.error.kind)
      return operation
    },
    async off() {
      client.close()
      await drain.stop()
      queue.close()
      journal.close()
    },
  }
}

/** Waits for a condition that no promise reports; the loop under test runs on real sockets meanwhile. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await turn()
}
