import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { TotemClient } from '../support/gateway/totem-client.ts'
import { HEALTHY } from '../support/sync/syncing-totem.ts'

// A child of console.ts: all totems of the fleet, each with its own certificate and its own connection, each heard once a
// minute as in the field. One in fifty has no paper.

export interface Beats {
  url: string
  ca: string
  /** Folder of `ID.cert.pem` and `ID.key.pem`. */
  keys: string
  totems: string[]
}
export type Beaten =
  | { told: 'all-heard'; seconds: number }
  /** `failed`: how many for each reason, a status or a connection's error. */
  | { told: 'end'; beats: number; failed: Record<string, number> }

const MINUTE_MS = 60_000
const AT_ONCE = 24
const tell = (news: Beaten) => void process.send?.(news)

const [{ url, ca, keys, totems }] = (await once(process, 'message')) as [Beats]
process.once('disconnect', () => process.exit(0))
const read = (file: string) => readFileSync(join(keys, file), 'utf8')
const fleet = totems.map((id) => ({
  client: new TotemClient(url, { ca, cert: read(`${id}.cert.pem`), key: read(`${id}.key.pem`) }),
  printer: Number(id.slice(-4)) % 50 === 7 ? ('paperOut' as const) : ('ready' as const),
}))
let beats = 0
const failed: Record<string, number> = {}

async function beat({ client, printer }: (typeof fleet)[number]): Promise<void> {
  const devices = { ...HEALTHY.devices, printer }
  const body = { ...HEALTHY, at: new Date().toISOString(), devices, disk: { freeMb: 9_000 } }
  const began = performance.now()
  const outcome = await client.post('/v1/heartbeat', body).then(({ status }) => String(status), reasonOf)
  if (outcome === '200') beats++
  else {
    failed[outcome] = (failed[outcome] ?? 0) + 1
    console.error(`${new Date().toISOString()} ${outcome} after ${Math.round(performance.now() - began)} ms`)
  }
}

/** The system's or undici's own code, with what lies under it. */
function reasonOf(reason: Error & { code?: string; cause?: { code?: string } }): string {
  return [reason.code ?? reason.name, reason.cause?.code].filter(Boolean).join(' ')
}

const began = performance.now()
const waiting = [...fleet]
await Promise.all(
  Array.from({ length: AT_ONCE }, async () => {
    for (let next = waiting.pop(); next; next = waiting.pop()) await beat(next)
  }),
)
tell({ told: 'all-heard', seconds: (performance.now() - began) / 1_000 })

let isOver = false
process.once('message', () => {
  isOver = true
})
const spread = MINUTE_MS / fleet.length
const started = performance.now()
const underWay = new Set<Promise<void>>()
for (let turn = 0; !isOver; turn++) {
  await delay(Math.max(0, started + turn * spread - performance.now()))
  const one = fleet[turn % fleet.length]
  if (!one) break
  const sent = beat(one).finally(() => underWay.delete(sent))
  underWay.add(sent)
}
await Promise.all(underWay)
tell({ told: 'end', beats: beats - fleet.length, failed })
process.exit(0)
