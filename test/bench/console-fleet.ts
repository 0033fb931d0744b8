import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { Agent, request } from 'undici'
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
  /** `again`: turned away, and taken later; `failed`: how many for each reason, a status or a connection's error. */
  | { told: 'end'; beats: number; again: number; failed: Record<string, number> }

const MINUTE_MS = 60_000
const AT_ONCE = 24
const tell = (news: Beaten) => void process.send?.(news)

const [{ url, ca, keys, totems }] = (await once(process, 'message')) as [Beats]
process.once('disconnect', () => process.exit(0))
const read = (file: string) => readFileSync(join(keys, file), 'utf8')
const fleet = totems.map((id) => ({
  dispatcher: new Agent({ connect: { ca, cert: read(`${id}.cert.pem`), key: read(`${id}.key.pem`) } }),
  printer: Number(id.slice(-4)) % 50 === 7 ? ('paperOut' as const) : ('ready' as const),
}))
let [beats, again] = [0, 0]
const failed: Record<string, number> = {}

/**
 * A busy gateway turns a heartbeat away and says when to come again; a totem does so (main/sync/reports.ts), and its next one is due
 * a minute later.
 */
async function beat({ dispatcher, printer }: (typeof fleet)[number]): Promise<void> {
  const devices = { ...HEALTHY.devices, printer }
  const due = performance.now() + MINUTE_MS
  for (;;) {
    const body = JSON.stringify({ ...HEALTHY, at: new Date().toISOString(), devices, disk: { freeMb: 9_000 } })
    const answer = await request(`${url}/v1/heartbeat`, {
      ...{ method: 'POST', dispatcher, body, headers: { 'content-type': 'application/json' } },
    }).catch((reason) => ({ reason: reasonOf(reason) }))
    if ('reason' in answer) return fail(answer.reason)
    await answer.body.dump()
    if (answer.statusCode === 200) {
      beats++
      return
    }
    const awayMs = Number(answer.headers['retry-after']) * 1_000
    // Without a time, or with one beyond the next: this one is lost.
    if (!(performance.now() + awayMs < due)) return fail(String(answer.statusCode))
    again++
    await delay(awayMs)
  }
}

function fail(reason: string): void {
  failed[reason] = (failed[reason] ?? 0) + 1
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
tell({ told: 'end', beats: beats - fleet.length, again, failed })
process.exit(0)
