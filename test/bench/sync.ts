import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { Agent, request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { fileURLToPath } from 'node:url'
import Database from 'better-sqlite3'
import { ulid } from 'ulid'
import { openJournal } from '../../main/journal/journal.ts'
import { openQueue } from '../../main/queue/queue.ts'
import type { NamedKey } from '../../main/queue/sealing.ts'
import { createGatewayClient } from '../../main/sync/client.ts'
import { createDrain } from '../../main/sync/drain.ts'
import { createHealth } from '../../main/sync/health.ts'
import { makePki } from '../../simulator/pki/make.ts'
import { PKI } from '../support/pki.ts'
import type { Figure } from './report.ts'

const TOTEM = 'TT-0001'
/** A month without a line in the busiest office. */
const ITEMS = 50_000
/** Size of a request in the outbox, sealed, with its evidence. */
const SEALED_BYTES = 6_000
/** Less than the 60 KB of a certificate: fifty thousand of those would measure this machine's disk. */
const PDF_BYTES = 2_000
const BARE_BATCHES = 100
const BATCH = 50
const BARE_COMMITS = 500
/** Node's histogram holds the time between two looks, and the excess over this is the delay. */
const RESOLUTION_MS = 10
const MS = 1e6

/** The real client and the real stores drain a month of requests; the gateway is a process that answers at once. */
export async function syncFigures(): Promise<Figure[]> {
  await makePki(PKI)
  const dir = mkdtempSync(join(tmpdir(), 'bench-sync-'))
  const { gateway, port } = await startGateway()
  const url = `https://127.0.0.1:${port}`
  try {
    const bare = await barePosts(url)
    fill(join(dir, 'queue.db'))
    const drained = await drain(dir, url)
    return [
      {
        what: `Drain: requests sent, outcomes opened and kept, of ${ITEMS} (outcomes of ${PDF_BYTES / 1_000} KB)`,
        value: (1_000 * ITEMS) / drained.ms,
        unit: 'items/s',
        goal: { at: 'least', value: 200 },
        references: [{ what: 'bare HTTPS POSTs of the same batches', value: bare }],
      },
      {
        what: `Drain: main's event-loop delay meanwhile, p99`,
        value: drained.p99Ms,
        unit: 'ms',
        goal: { at: 'most', value: 20 },
        references: [
          { what: 'the same process idle', value: drained.idleP99Ms },
          { what: 'one bare row committed and synced right after, p99', value: drained.bareCommitP99Ms },
        ],
      },
    ]
  } finally {
    gateway.disconnect()
    rmSync(dir, { recursive: true, force: true })
  }
}

const pem = (name: string) => readFileSync(join(PKI, name), 'utf8')
const outcomeKey = () => JSON.parse(pem(`totems/${TOTEM}.outcome.jwk.json`)) as NamedKey

async function startGateway(): Promise<{ gateway: ChildProcess; port: number }> {
  const gateway = fork(fileURLToPath(new URL('sync-gateway.ts', import.meta.url)))
  const { d: _, ...sealTo } = outcomeKey()
  gateway.send({
    tls: { key: pem('gateway.key.pem'), cert: pem('gateway.cert.pem'), ca: pem('totem-ca.pem') },
    sealTo,
    totem: TOTEM,
    pdfBytes: PDF_BYTES,
  })
  const [port] = (await once(gateway, 'message')) as [number]
  return { gateway, port }
}

const sealed = (operation: string) =>
  `eyJhbGci..aXY.${Buffer.from(operation.repeat(SEALED_BYTES)).toString('base64url').slice(0, SEALED_BYTES)}.dGFn`

/** In one commit, because test/bench/store.ts measures recording one by one. */
function fill(path: string): void {
  const made = openQueue({ path, now: Date.now })
  if (!made.ok) throw new Error(made.error.kind)
  made.value.close()
  const db = new Database(path)
  const payload = db.prepare('INSERT INTO sealed (seq, jwe) VALUES (?, ?)')
  const row = db.prepare(
    `INSERT INTO operation (seq, operation, kind, session, holder, requested_at) VALUES (?, ?, 'certificate', ?, ?, ?)`,
  )
  db.transaction(() => {
    for (let seq = 1; seq <= ITEMS; seq++) {
      const operation = ulid()
      payload.run(seq, sealed(operation))
      row.run(seq, operation, operation, 'ab'.repeat(32), new Date().toISOString())
    }
  }).immediate()
  db.close()
}

async function drain(dir: string, url: string) {
  const queue = openQueue({ path: join(dir, 'queue.db'), now: Date.now })
  const journal = openJournal({ path: join(dir, 'journal.db'), totem: TOTEM, now: Date.now })
  if (!queue.ok || !journal.ok) throw new Error('storage')
  const client = createGatewayClient({ ...credentials(), url, version: 'bench', onMalformed: () => undefined })
  const idle = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  idle.enable()
  await new Promise((resolve) => setTimeout(resolve, 2_000))
  idle.disable()

  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  delay.enable()
  const began = performance.now()
  let left = ITEMS
  const key = outcomeKey()
  let drained: () => void = () => undefined
  const done = new Promise<void>((resolve) => {
    drained = resolve
  })
  const draining = createDrain({
    queue: queue.value,
    journal: journal.value,
    client,
    outcomeKeys: new Map([[key.kid, key]]),
    totem: TOTEM,
    isSigned: async () => false,
    now: Date.now,
    random: Math.random,
    lineProbeMs: 15_000,
    health: createHealth({
      versions: { totem: '0.0.0', electron: '0', node: process.versions.node },
      devices: () => ({ available: true, card: null, printer: 'ready' }),
      queue: queue.value,
      journal: journal.value,
      free: () => 0,
      certificateEnds: () => null,
      lastOutage: () => null,
      office: 'Ufficio postale di Spello (PG)',
    }).now,
    onLine: () => undefined,
    onSettled() {
      if (--left === 0) drained()
    },
  })
  draining.start()
  await done
  const ms = performance.now() - began
  delay.disable()
  const bareCommitP99Ms = bareCommits(dir)
  client.close()
  await draining.stop()
  queue.value.close()
  journal.value.close()
  const late = (ns: number) => ns / MS - RESOLUTION_MS
  return { ms, p99Ms: late(delay.percentile(99)), idleP99Ms: late(idle.percentile(99)), bareCommitP99Ms }
}

const credentials = () => ({
  ca: pem('gateway-ca.pem'),
  certificate: pem(`totems/${TOTEM}.cert.pem`),
  key: pem(`totems/${TOTEM}.key.pem`),
})

/** The disk's own share: p99 of a bare commit of one row, in ms. */
function bareCommits(dir: string): number {
  const db = new Database(join(dir, 'bare.db'))
  db.pragma('journal_mode = WAL')
  db.pragma('synchronous = FULL')
  db.exec('CREATE TABLE bare (content TEXT)')
  const insert = db.prepare('INSERT INTO bare VALUES (?)')
  const times = Array.from({ length: BARE_COMMITS }, () => {
    const began = performance.now()
    insert.run('x'.repeat(SEALED_BYTES))
    return performance.now() - began
  }).sort((a, b) => a - b)
  db.close()
  return times[Math.floor(0.99 * BARE_COMMITS)] ?? 0
}

/** Items a second of bare POSTs on one connection, where nothing is stored, packed or opened. */
async function barePosts(url: string): Promise<number> {
  const { ca, certificate, key } = credentials()
  const agent = new Agent({ keepAlive: true, maxSockets: 1, ca, cert: certificate, key })
  const items = Array.from({ length: BATCH }, () => {
    const operation = ulid()
    return { operation, sealed: sealed(operation) }
  })
  const body = JSON.stringify({ items })
  const post = async () => {
    const asked = request(`${url}/v1/status`, { agent, method: 'POST', headers: { 'content-length': body.length } })
    asked.end(body)
    const [response] = await once(asked, 'response')
    response.resume()
    await once(response, 'end')
  }
  await post()
  const began = performance.now()
  for (let n = 0; n < BARE_BATCHES; n++) await post()
  const rate = (1_000 * BARE_BATCHES * BATCH) / (performance.now() - began)
  agent.destroy()
  return rate
}
