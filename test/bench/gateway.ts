import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import type { z } from 'zod'
import type { rispostaE002OK } from '../../contract/anpr.ts'
import { service } from '../../gateway/anpr/services.ts'
import { descendants } from '../../simulator/bench/children.ts'
import { type BenchGateway, startGatewayProcess } from '../../simulator/bench/gateway.ts'
import { makePki } from '../../simulator/pki/make.ts'
import { personById } from '../../simulator/population/people.ts'
import { startPostgres } from '../support/gateway/postgres.ts'
import { login, sealed, wish } from '../support/gateway/requests.ts'
import { type Answer, TotemClient } from '../support/gateway/totem-client.ts'
import { PKI } from '../support/pki.ts'
import { type Figure, median } from './report.ts'

const BATCH = 50
const BATCHES = 60
/** Taken in and carried out before anything is measured: a gateway runs for months, so V8 has compiled its code. */
const WARM_UP = 40
/** Connections of each totem, so that one totem's batches do not wait for another's. */
const LINES = 4
const TOTEMS = ['TT-0001', 'TT-0002'] as const
const ALONE = 30
/** Citizens who come during the flood. */
const IN_FLOOD = 30
/** Batches of a flood: more than the shipped bounds let a totem bring in a day. */
const FLOOD = 44
/** Sooner than a totem would come back, because the gateway is measured and not the totem. */
const AGAIN_MS = 100
const WARM_CITIZENS = 60
const WHO = 'anna-bianchi'

/**
 * Two gateways on one PostgreSQL with fsync, on one machine with the load: sealed requests of real size, over HTTPS
 * with client certificates. ANPR is a stub in this process that holds its answers or gives them at once.
 */
export async function gatewayFigures(): Promise<Figure[]> {
  await makePki(PKI)
  const folder = mkdtempSync(join(tmpdir(), 'totem-bench-gateway-'))
  const postgres = await startPostgres({ durable: true })
  const anpr = await startStub()
  /** `databaseUrl`: of an empty database. `bounds`: those that ship, if undefined. */
  async function withGateways<T>(
    name: string,
    databaseUrl: string,
    bounds: Record<string, number> | undefined,
    work: (gateways: BenchGateway[]) => Promise<T>,
  ): Promise<T> {
    const gateways: BenchGateway[] = []
    mkdirSync(join(folder, name))
    try {
      for (const each of ['a', 'b']) {
        const own = { folder: join(folder, name, each), log: join(folder, name, `${each}.log`) }
        gateways.push(
          await startGatewayProcess({ ...own, pki: PKI, anpr: anpr.settings, databaseUrl, ...(bounds && { bounds }) }),
        )
      }
      return await work(gateways)
    } finally {
      anpr.release()
      for (const gateway of gateways) await gateway.stop()
    }
  }
  try {
    // One totem brings here what a fleet brings.
    const bounds = { pendingPerTotem: 50_000, requestsPerTotemDay: 500_000 }
    const figures = await withGateways('load', postgres.url, bounds, (gateways) =>
      measure(gateways, postgres.url, anpr),
    )
    const flood = await withGateways('flood', await postgres.database(), undefined, measureFlood)
    return [...figures, ...flood]
  } finally {
    await anpr.stop()
    await postgres.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

type Item = Awaited<ReturnType<typeof sealed>>

async function linesTo(gateways: readonly BenchGateway[]): Promise<Line[]> {
  const lines = TOTEMS.flatMap((totem) =>
    Array.from({ length: LINES }, (_, index) => {
      const gateway = gateways[index % gateways.length]
      return { totem, client: new TotemClient(`https://127.0.0.1:${gateway?.port}`, totem) }
    }),
  )
  await Promise.all(lines.map(({ client }) => client.get('/v1/status')))
  return lines
}

async function measure(gateways: BenchGateway[], url: string, anpr: Stub): Promise<Figure[]> {
  const clients = await linesTo(gateways)
  const [first] = clients
  if (!first) throw new Error('no client')
  const work: { totem: string; items: Item[] }[] = []
  for (let index = 0; index < WARM_UP + BATCHES; index++) {
    const line = clients.find(({ totem }) => totem === TOTEMS[index % TOTEMS.length]) ?? first
    work.push({ totem: line.totem, items: await batchOf(line) })
  }

  const submit = (batches: number) => {
    // Each totem's own: on a busy machine one totem would bring what the other is expected to.
    const left = new Map<string, number>(TOTEMS.map((totem) => [totem, batches / TOTEMS.length]))
    const change = (totem: string, by: 1 | -1) => left.set(totem, (left.get(totem) ?? 0) + by)
    return Promise.all(
      clients.map(async ({ totem, client }) => {
        while ((left.get(totem) ?? 0) > 0) {
          const next = work.findIndex((batch) => batch.totem === totem)
          const [batch] = next < 0 ? [] : work.splice(next, 1)
          if (!batch) return
          change(totem, -1)
          const { status, body } = await client.submit(...batch.items)
          // The gateway sends this one away for a while; the machine has other work too.
          if (status === 429) {
            work.push(batch)
            change(totem, 1)
            await delay(AGAIN_MS)
            continue
          }
          const states = new Set(status === 200 ? body.results.map(({ state }: { state: string }) => state) : [status])
          if (states.size !== 1 || !states.has('pending')) throw new Error(`a batch was answered ${[...states]}`)
        }
      }),
    )
  }
  /** Resolves when each totem has so many outcomes more than `after`. */
  const carryOut = (after: number, items: number) => {
    anpr.release()
    const each = (all: number) => all / TOTEMS.length
    return Promise.all(TOTEMS.map((totem, index) => drained(clients, totem, index, each(after), each(items))))
  }
  const warm = BATCH * WARM_UP
  await submit(WARM_UP)
  await carryOut(0, warm)
  anpr.hold()

  const [accepted, accepting] = await costs(() => submit(BATCHES))
  const measured = BATCH * BATCHES
  const bare = await bareInserts(url, (await batchOf(first, 1))[0]?.sealed.length ?? 0)

  const [carriedOut, carrying] = await costs(() => carryOut(warm, measured))

  const alone = await waits(first, ALONE, (warm + measured) / TOTEMS.length)
  await Promise.all(clients.map(({ client }) => client.close()))
  return [
    {
      what: 'gateway: items accepted durably, 2 processes, batches of 50',
      value: measured / accepted,
      unit: 'items/s',
      goal: { at: 'least', value: 2_000 },
      references: [{ what: 'bare inserts of the same bytes, 50 a commit, 4 connections', value: measured / bare }],
    },
    {
      what: 'gateway: processor time an accepted item costs, gateways and PostgreSQL together',
      value: (accepting * 1_000) / measured,
      unit: 'ms',
      // Two cores at 2,000 items/s.
      goal: { at: 'most', value: 1 },
      references: [],
    },
    {
      what: 'gateway: items carried out to an outcome on its totem, ANPR a stub that answers at once',
      value: measured / carriedOut,
      unit: 'items/s',
      goal: { at: 'least', value: 343 },
      references: [],
    },
    {
      what: 'gateway: processor time that carrying an item out costs, gateways and PostgreSQL together',
      value: (carrying * 1_000) / measured,
      unit: 'ms',
      // Two cores at 343 items/s, of which load and stub take 1 ms an item.
      goal: { at: 'most', value: 4.8 },
      references: [],
    },
    {
      what: 'gateway: a citizen stands there, request sent → outcome received, ANPR taking no time',
      value: median(alone),
      unit: 'ms',
      goal: { at: 'most', value: 100 },
      references: [{ what: 'the slowest of 30', value: Math.max(...alone) }],
    },
  ]
}

/**
 * A totem floods both gateways, whose bounds are those that ship, over four lines that never rest: batches of new good
 * requests, each of another card, sent again as soon as they are answered. They fill the totem's room, and what is
 * carried out makes room for more, until the day's measure is full. Citizens come one after the other at another totem.
 */
async function measureFlood(gateways: readonly BenchGateway[]): Promise<Figure[]> {
  const clients = await linesTo(gateways)
  const [first] = clients
  if (!first) throw new Error('no client')
  const flooding = clients.filter(({ totem }) => totem !== first.totem)
  const batches = await Promise.all(
    Array.from({ length: FLOOD }, (_, index) => batchOf(flooding[index % flooding.length] ?? first)),
  )
  // These gateways have just started: V8 compiles their code.
  const warmUp = await waits(first, WARM_CITIZENS, 0)
  const alone = await waits(first, IN_FLOOD, warmUp.length)
  const states = new Map<string, number>()
  let isOver = false
  const flood = Promise.all(
    flooding.map(async ({ client }, line) => {
      for (let turn = line; !isOver; turn += flooding.length) {
        const { status, body } = await client.submit(...(batches[turn % batches.length] ?? []))
        if (status === 429) await delay(AGAIN_MS)
        const told = status === 200 ? body.results : [{ state: status }]
        for (const { state, reason } of told) states.set(reason ?? state, (states.get(reason ?? state) ?? 0) + 1)
      }
    }),
  )
  const citizens = waits(first, IN_FLOOD, warmUp.length + alone.length).finally(() => {
    isOver = true
  })
  const [beside] = await Promise.all([citizens, flood])
  const answered = [...states].map(([state, items]) => `${items} ${state}`).join(', ')
  await Promise.all(clients.map(({ client }) => client.close()))
  return [
    {
      what: 'gateway: a citizen’s wait while another totem floods both processes, bounds as shipped',
      value: median(beside),
      unit: 'ms',
      goal: { at: 'most', value: 2 * median(alone) },
      references: [
        { what: 'without the flood', value: median(alone) },
        { what: `the slowest of ${IN_FLOOD} (the flood’s items: ${answered})`, value: Math.max(...beside) },
      ],
    },
  ]
}

/**
 * How long each of so many citizens waits, one after the other, in a visit that has its session; `after`: outcomes that
 * their totem has received.
 */
async function waits(line: Line, citizens: number, after: number): Promise<number[]> {
  const { challenge } = (await line.client.post('/v1/challenges', {})).body
  // All are the same person, so that one session is all of theirs.
  const opened = await line.client.post('/v1/sessions', login(WHO, { totem: line.totem, challenge }))
  if (opened.status !== 201) throw new Error(`a session was answered ${opened.status}`)
  const items = await batchOf(line, citizens)
  const each: number[] = []
  let cursor = after
  for (const item of items) {
    const poll = line.client.get(`/v1/outcomes?after=${cursor}&wait=25`)
    const took = await seconds(async () => {
      await line.client.submit(item)
      cursor = (await poll).body.cursor
    })
    each.push(took * 1_000)
  }
  return each
}

/** Requests of so many persons, each with a card of its own, by a challenge that the gateway has just given. */
async function batchOf({ totem, client }: Line, length = BATCH): Promise<Item[]> {
  const { challenge } = (await client.post('/v1/challenges', {})).body
  return Promise.all(Array.from({ length }, () => sealed(wish(WHO, { evidence: login(WHO, { totem, challenge }) }))))
}

interface Line {
  totem: string
  client: TotemClient
}

async function drained(
  clients: readonly Line[],
  totem: string,
  line: number,
  after: number,
  expected: number,
): Promise<void> {
  const own = clients.filter((one) => one.totem === totem)[line]
  let cursor = after
  for (let received = 0; received < expected; ) {
    const { body }: Answer = (await own?.client.get(`/v1/outcomes?after=${cursor}&wait=25`)) ?? { status: 0, body: {} }
    cursor = body.cursor
    received += body.outcomes.length
  }
}

async function bareInserts(url: string, bytes: number): Promise<number> {
  const pool = new pg.Pool({ connectionString: url, max: 4 })
  await pool.query('create table bare (id text primary key, sealed text not null)')
  await pool.query('alter table bare alter column sealed set storage external')
  const batches = Array.from({ length: BATCHES }, (_, batch) =>
    Array.from({ length: BATCH }, (__, index) => [`${batch}-${index}`, 'x'.repeat(bytes)] as const),
  )
  try {
    return await seconds(() =>
      Promise.all(
        batches.map((batch) =>
          pool.query('insert into bare select * from unnest($1::text[], $2::text[])', [
            batch.map(([id]) => id),
            batch.map(([, text]) => text),
          ]),
        ),
      ),
    )
  } finally {
    await pool.end()
  }
}

/** Processor time of all children of this process, ended ones included. The machine's other work does not change it. */
function cpuSeconds(): number {
  const ticks = descendants(process.pid).map(({ pid }) => {
    const stat = statOf(pid)
    // proc(5): utime, stime, cutime and cstime are fields 14 to 17; the name may hold anything.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0)
  })
  return ticks.reduce((sum, each) => sum + each, 0) / TICKS_PER_S
}
/** Empty for a process that has just ended; its parent's line has its time. */
function statOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8')
  } catch {
    return ''
  }
}
/** USER_HZ, on every Linux that Debian builds. */
const TICKS_PER_S = 100

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now()
  await work()
  return (performance.now() - began) / 1_000
}

/** How long this takes, and how much processor time of the children, in seconds. */
async function costs(work: () => Promise<unknown>): Promise<[seconds: number, processor: number]> {
  const before = cpuSeconds()
  const took = await seconds(work)
  return [took, cpuSeconds() - before]
}

interface Stub {
  settings: object
  /** Answers nothing from now on, before it is released. */
  hold(): void
  /** Answers at once from now on. */
  release(): void
  stop(): Promise<void>
}

/**
 * The part of ANPR that the gateway needs, without a register: everybody is the same person. Answers are written before
 * and no token is looked at, so that the machine's time is the gateway's. The gateway speaks plain HTTP here, as in all
 * runs before.
 */
async function startStub(): Promise<Stub> {
  const PDF = Buffer.from('%PDF-1.7\n'.padEnd(40_000, 'x')).toString('base64')
  const [before, after] = JSON.stringify({
    idOperazioneANPR: '1',
    protocolloANPR: { numeroProtocolloANPR: HERE },
    file: { certificatoPdf: PDF },
  }).split(HERE)
  const somebody = JSON.stringify(person)
  let held: (() => void)[] | null = []
  const server = createServer(async (request, response) => {
    const asked = await text(request)
    if (request.url === TOKEN) return send(response, JSON.stringify(voucherFor(asked)))
    const [, id = ''] = /"idOperazioneClient":"(\w+)"/.exec(asked) ?? []
    const answer = () => send(response, request.url?.startsWith('/C0') ? somebody : before + id + after)
    if (held) held.push(answer)
    else answer()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    hold() {
      held ??= []
    },
    settings: settingsOf(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
    release() {
      const waiting = held ?? []
      held = null
      for (const answer of waiting) answer()
    },
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}

/** Where the id goes into the answer that is written before. */
const HERE = '<id>'
const TOKEN = '/token.oauth2'
/** What the client asserts, unsigned: making assertions is its work, and a token server's is not measured. */
function voucherFor(form: string) {
  const assertion = new URLSearchParams(form).get('client_assertion') ?? ''
  const claims = assertion.split('.')[1]
  return { access_token: `e30.${claims}.${'x'.repeat(342)}`, token_type: 'Bearer', expires_in: 600 }
}
const settingsOf = (url: string) => {
  const offer = (code: string) => ({ url: `${url}/${code}`, audience: `${url}/${code}`, purposeId: clientId })
  const key = join(PKI, 'pdnd/client.key.pem')
  const services = Object.fromEntries(service.options.map((code) => [code, offer(code)]))
  return { pdnd: { tokenUrl: url + TOKEN, tokenAudience: 'stub/client-assertion', clientId, key, services } }
}
const clientId = '6f0ad4b3-0b22-4bd7-9d5c-9d1f0f6d1a11'

const { surname, codiceFiscale, idAnpr } = personById(WHO)
const person = {
  idOperazioneANPR: '1',
  listaSoggetti: {
    datiSoggetto: [
      {
        identificativi: { idANPR: idAnpr },
        infoSoggettoEnte: [{ id: '1003', chiave: 'Verifica esistenza in vita', valore: 'S' }],
        generalita: {
          codiceFiscale: { codFiscale: codiceFiscale },
          cognome: surname,
          nome: surname,
          sesso: 'F',
          dataNascita: '1980-01-01',
        },
      },
    ],
  },
} satisfies z.input<typeof rispostaE002OK>

function send(response: ServerResponse, json: string): void {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(json) })
  response.end(json)
}
