import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ulid } from 'ulid'
import { type CertificateRequest, REQUEST_VERSION } from '../../contract/gateway.ts'
import type { GatewayKeys } from '../../contract/gateway-keys.ts'
import type { Result } from '../../contract/result.ts'
import { type Journal, openJournal } from '../../main/journal/journal.ts'
import { openQueue, type Queue } from '../../main/queue/queue.ts'
import { holderReference, type NamedKey, sealRequest } from '../../main/queue/sealing.ts'
import { createGatewayClient, type GatewayClient } from '../../main/sync/client.ts'
import { createDrain, type Drain } from '../../main/sync/drain.ts'
import { createHealth } from '../../main/sync/health.ts'
import { type FleetCards, fleetCards } from '../../simulator/fleet/cards.ts'
import { fleetTotem, type OutagePlan, outagePlan } from '../../simulator/fleet/plan.ts'
import { personById } from '../../simulator/population/people.ts'
import { verifyGatewayKeys } from '../../trust/gateway-keys.ts'
import { openAnchor } from '../../trust/journal-anchor.ts'

// A child of run.ts: some hundreds of totems in one process. Each has the queue, the journal, the client and the drain
// of main/, and its own files, keys and certificate.

export interface Fleet {
  /** Folder in which each totem's folder is made. */
  folder: string
  pki: string
  /** Keys and certificates that `enrolFleet` has left. */
  keys: string
  totems: number[]
  plan: OutagePlan
  /** Begin of the outage, in ms since the epoch. */
  outageBegan: number
}

/** Orders of the parent. `drain`: the line is back; `stop`: the time is over. */
export type FleetOrder =
  | { do: 'record'; fleet: Fleet; urls: string[] }
  | { do: 'drain'; urls: string[] }
  | { do: 'stop' }

export type FleetNews =
  | { told: 'recorded'; requests: number }
  | { told: 'drained' }
  | { told: 'balance'; balance: FleetBalance }

export interface FleetBalance {
  /** Requests that citizens were told are recorded. */
  recorded: string[]
  issued: string[]
  refused: { operation: string; reason: string }[]
  /** Requests still on the totem when the time was over. */
  unfinished: number
  /** Ms from the line's return to the outcome on the totem's disk, one per request. */
  latencies: number[]
  /** Failed calls by kind: `gateway-unavailable.429`, `line-down.timeout` … */
  failures: Record<string, number>
  /** User and system time of the process. */
  cpuMs: number
}

/** As in the field: a totem looks for its line twice a minute. */
const LINE_PROBE_MS = 30_000
/** From the card to the request. */
const VISIT_MS = 60_000

interface Totem {
  id: string
  queue: Queue
  journal: Journal
  recorded: string[]
  /** When it looks for its line again. */
  finds: NodeJS.Timeout | null
  drain: Drain | null
  client: GatewayClient | null
}

const tell = (news: FleetNews) => void process.send?.(news)
let totems: Totem[] = []
let fleet: Fleet | null = null
let anchors: GatewayKeys['anchor'] = []
let backAt = 0
let unsettled = 0
const latencies: number[] = []
const failures: Record<string, number> = {}

process.on('message', (order: FleetOrder) => void carryOut(order))
process.on('disconnect', () => process.exit(0))

async function carryOut(order: FleetOrder): Promise<void> {
  if (order.do === 'record') await record(order.fleet, order.urls)
  if (order.do === 'drain') drainAll(order.urls)
  if (order.do === 'stop') await balance()
}

/**
 * The outage: each request is sealed and committed as in a visit, at its planned time. The cards sign the last challenge
 * that the gateway gave before.
 */
async function record(of: Fleet, urls: string[]): Promise<void> {
  fleet = of
  anchors = opened(await gatewayKeysIn(of.pki)).anchor
  const cards = fleetCards(of.pki)
  const sealingKey: NamedKey = JSON.parse(readFileSync(join(of.pki, 'gateway.sealing.pub.jwk.json'), 'utf8'))
  for (const number of of.totems) {
    const totem = open(of, fleetTotem(number))
    totems.push(totem)
    const client = clientOf(of, totem, urls[number % urls.length] ?? '')
    const { challenge } = opened(await client.challenge())
    client.close()
    for (const planned of outagePlan(of.plan, number)) await request(totem, planned, cards, sealingKey, challenge, of)
  }
  unsettled = totems.reduce((sum, { recorded }) => sum + recorded.length, 0)
  tell({ told: 'recorded', requests: unsettled })
}

function open({ folder }: Fleet, id: string): Totem {
  const data = join(folder, id)
  mkdirSync(data, { recursive: true, mode: 0o700 })
  const queue = opened(openQueue({ path: join(data, 'queue.db'), now: Date.now }))
  const journal = opened(openJournal({ path: join(data, 'journal.db'), totem: id, now: Date.now }))
  return { id, queue, journal, recorded: [], finds: null, drain: null, client: null }
}

const gatewayKeysIn = (pki: string) => {
  const read = (name: string) => readFileSync(join(pki, name), 'utf8').trim()
  return verifyGatewayKeys(read('gateway-keys.jws'), JSON.parse(read('trust-list.pub.jwk.json')))
}

function opened<T>(result: Result<T, { kind: string; reason?: string }>): T {
  if (!result.ok) throw new Error(`${result.error.kind}: ${result.error.reason}`)
  return result.value
}

async function request(
  { id, queue, journal, recorded }: Totem,
  { at, person, types }: ReturnType<typeof outagePlan>[number],
  cards: FleetCards,
  sealingKey: NamedKey,
  challenge: string,
  { outageBegan }: Fleet,
): Promise<void> {
  const loginAt = outageBegan + at
  const session = ulid(loginAt)
  const operation = ulid(loginAt + VISIT_MS)
  const requestedAt = new Date(loginAt + VISIT_MS).toISOString()
  const wish: CertificateRequest = {
    version: REQUEST_VERSION,
    operation,
    kind: 'certificate',
    subject: null,
    types,
    bollo: { kind: 'exempt', exemption: 'processuale' },
    language: 'IT',
    requestedAt,
    evidence: cards.evidence({ person, totem: id, session, at: new Date(loginAt), challenge }),
  }
  const holder = holderReference(personById(person).codiceFiscale, Buffer.alloc(32, id))
  const sealed = await sealRequest(wish, sealingKey, id)
  const added = queue.add({ operation, kind: 'certificate', session, holder, sealed, requestedAt })
  if (!added.ok) throw new Error(`${id} cannot record a request: ${added.error.kind}`)
  journal.record('request.queued', { session, operation, kind: 'certificate' })
  recorded.push(operation)
}

/**
 * All find the line again within `LINE_PROBE_MS`, each at its own time: every totem has looked for it all the while.
 */
function drainAll(urls: string[]): void {
  if (!fleet) throw new Error('nothing is recorded')
  const of: Fleet = fleet
  backAt = performance.now()
  for (const [index, totem] of totems.entries()) {
    totem.finds = setTimeout(() => start(totem, index), Math.random() * LINE_PROBE_MS)
  }
  function start(totem: Totem, index: number): void {
    const outcomeKey: NamedKey = JSON.parse(readFileSync(join(of.keys, `${totem.id}.outcome.jwk.json`), 'utf8'))
    const client = clientOf(of, totem, urls[index % urls.length] ?? '')
    totem.client = client
    totem.drain = createDrain({
      queue: totem.queue,
      journal: totem.journal,
      client: watched(client),
      outcomeKeys: new Map([[outcomeKey.kid, outcomeKey]]),
      totem: totem.id,
      isSigned: async (anchor) => (await openAnchor(anchor, anchors)) !== null,
      now: Date.now,
      random: Math.random,
      lineProbeMs: LINE_PROBE_MS,
      health: healthOf(totem).now,
      onLine: () => undefined,
      onSettled() {
        latencies.push(performance.now() - backAt)
        if (--unsettled === 0) tell({ told: 'drained' })
      },
    })
    totem.drain.start()
  }
  if (unsettled === 0) tell({ told: 'drained' })
}

function clientOf({ pki, keys }: Fleet, { id }: Totem, url: string): GatewayClient {
  const own = (name: string) => readFileSync(join(keys, `${id}.${name}`), 'utf8')
  return createGatewayClient({
    url,
    ca: readFileSync(join(pki, 'gateway-ca.pem'), 'utf8'),
    certificate: own('cert.pem'),
    key: own('key.pem'),
    version: '0.0.0',
    onMalformed: (path, httpStatus) => count(`malformed.${path}.${httpStatus}`),
  })
}

function count(what: string): void {
  failures[what] = (failures[what] ?? 0) + 1
}

/** The client, with its failures counted. */
function watched(client: GatewayClient): GatewayClient {
  return new Proxy(client, {
    get(target, name: keyof GatewayClient) {
      const method = target[name] as (...given: unknown[]) => unknown
      return async (...given: unknown[]) => {
        const answer = await method.apply(target, given)
        const failed = answer as { ok: boolean; error?: { kind: string; httpStatus?: number; reason?: string } }
        if (failed?.ok === false && failed.error) {
          const { kind, httpStatus, reason } = failed.error
          count([kind, httpStatus ?? reason].filter((part) => part !== undefined).join('.'))
        }
        return answer
      }
    },
  })
}

const healthOf = ({ queue, journal }: Totem) =>
  createHealth({
    versions: { totem: '0.0.0', electron: '0', node: process.versions.node },
    devices: () => ({ available: true, card: null, printer: 'ready' }),
    queue,
    journal,
    free: () => 0,
    certificateEnds: () => null,
    lastOutage: () => null,
    office: 'Ufficio postale di Spello (PG)',
  })

/** Ends the drains and reads each totem's disk. */
async function balance(): Promise<void> {
  const cpu = process.cpuUsage()
  const found: FleetBalance = {
    recorded: totems.flatMap(({ recorded }) => recorded),
    issued: [],
    refused: [],
    unfinished: 0,
    latencies,
    failures: { ...failures },
    cpuMs: (cpu.user + cpu.system) / 1_000,
  }
  for (const { finds, client } of totems) {
    if (finds) clearTimeout(finds)
    client?.close()
  }
  await Promise.all(totems.map(({ drain }) => drain?.stop()))
  for (const { queue, journal, recorded } of totems) {
    for (const { operation, state, reason } of queue.list({ limit: recorded.length + 1 })) {
      if (state === 'issued') found.issued.push(operation)
      else if (state === 'refused' || state === 'aside') found.refused.push({ operation, reason: reason ?? state })
      else found.unfinished++
    }
    journal.close()
    queue.close()
  }
  totems = []
  tell({ told: 'balance', balance: found })
}
