import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { DAY_MS } from '../../basics/time.ts'
import type { Contrassegno } from '../../contract/bollo.ts'
import { accessReferences } from '../../gateway/access/references.ts'
import { createRegister } from '../../gateway/access/register.ts'
import { createAnprClient } from '../../gateway/anpr/client.ts'
import { pdndTransport } from '../../gateway/anpr/pdnd/transport.ts'
import { createTotems } from '../../gateway/channels/totem/totems.ts'
import { openKeyring } from '../../gateway/keys/keyring.ts'
import { createChallenges } from '../../gateway/login/challenges.ts'
import { createHearing } from '../../gateway/login/hearing.ts'
import { createLoginJudge } from '../../gateway/login/judge.ts'
import { createBell } from '../../gateway/operations/bell.ts'
import { createCarryOut } from '../../gateway/operations/carry-out.ts'
import { createMarks } from '../../gateway/payments/contrassegno.ts'
import { createMeans } from '../../gateway/payments/means.ts'
import { gatewayConfig } from '../../gateway/settings/config.ts'
import { pdndAccess } from '../../gateway/settings/pdnd.ts'
import { openStore } from '../../gateway/store/database.ts'
import { openTrust } from '../../gateway/trust/keeper.ts'
import { type Centre, openCentre } from '../support/gateway/centre.ts'
import { type Postgres, startPostgres } from '../support/gateway/postgres.ts'
import { login, sealed, wish } from '../support/gateway/requests.ts'
import { TotemClient } from '../support/gateway/totem-client.ts'

// A gateway stands still for a while (a paused machine, a slow disk) and goes on with an operation that another gateway
// has settled meanwhile. The first settlement decides what becomes of the mark.
let postgres: Postgres
let url: string
let centre: Centre
let totem: TotemClient
let other: TotemClient
let late: Awaited<ReturnType<typeof openLate>>
let numbers = 0
const mark = (): Contrassegno => ({
  kind: 'contrassegno',
  number: String(++numbers).padStart(14, '0'),
  issued: '2026-03-05',
})
const result = async (client: TotemClient, item: Awaited<ReturnType<typeof sealed>>) =>
  (await client.settled(item)).body.results[0]
const ofSofia = (bollo: Contrassegno) =>
  sealed(wish('sofia-rossi', { bollo, evidence: login('sofia-rossi', { totem: 'TT-0002' }) }))

/** The worker of a second gateway on the same database; `ahead`: how far its clock is ahead. */
async function openLate(ahead: () => number) {
  const { databaseUrl: _, ...given } = centre.config
  const config = gatewayConfig.parse(given)
  const log = pino({ enabled: false })
  const now = () => new Date(Date.now() + ahead())
  const store = await openStore({ databaseUrl: url, dataDir: config.dataDir }, log)
  const bell = createBell(store, log)
  const reference = await accessReferences(store.db, join(config.dataDir, 'access-log.key'))
  const marks = createMarks({ db: store.db, reference })
  const trust = await openTrust({ config: config.trust, now, log })
  const ring = await openKeyring({ ...config.keys, listKey: config.trust.listKey }, { now, log })
  if (!trust.ok || !ring.ok) throw new Error('lists of the PKI')
  const anpr = createAnprClient({
    transport: pdndTransport(await pdndAccess(config.anpr.pdnd), config.anpr),
    now,
  })
  const hearing = createHearing({ db: store.db, now })
  const challenges = createChallenges({ hearing, reference, now })
  const firstTries: boolean[] = []
  const carryOut = createCarryOut({
    ...{ store, bell, reference, now, log },
    means: createMeans(marks, null),
    register: createRegister({
      ...{ db: store.db, anpr, reference, now },
      loa: { totem: 'LOA3', counter: 'LOA3', console: 'LOA3' },
    }),
    logins: createLoginJudge({ trust: trust.value, challenges, hearing, now }),
    sealingKeys: ring.value.sealing,
    outcomeKeyOf: createTotems(config.totems).outcomeKeyOf,
    terms: config.certificates,
    told: async () => null,
    onSettled: () => {},
    onFirstTry: (isAtOnce) => void firstTries.push(isAtOnce),
    onRevokedSince: () => {},
  })
  return {
    marks,
    firstTries,
    /** Goes on with a request that it read when nothing was decided yet. */
    goOn: ({ operation, sealed }: { operation: string; sealed: string }) =>
      carryOut(
        randomUUID(),
        own(operation),
        {
          ...{ id: operation, totem: 'TT-0001', anpr_id: operation, express: true },
          ...{ received_at: new Date(), sealed },
        },
        true,
      ),
    async stop() {
      await anpr.close()
      await trust.value.stop()
      await ring.value.stop()
      await bell.stop()
      await store.close()
    },
  }
}

const own = (operation: string) => ({ totem: 'TT-0001', operation })

let aheadMs = 0
beforeAll(async () => {
  postgres = await startPostgres()
  url = await postgres.database()
  centre = await openCentre(url)
  totem = new TotemClient(centre.gateway.url, 'TT-0001')
  other = new TotemClient(centre.gateway.url, 'TT-0002')
  late = await openLate(() => aheadMs)
})
afterAll(async () => {
  await late?.stop()
  await Promise.all([totem?.close(), other?.close()])
  await centre?.stop()
  await postgres?.stop()
})

test('issued by one gateway, refused late by another: the mark has paid and pays no more', async () => {
  const bollo = mark()
  const item = await sealed(wish('anna-bianchi', { bollo }))
  expect(await result(totem, item)).toMatchObject({ state: 'issued' })
  aheadMs = 36 * DAY_MS
  expect(await late.goOn(item)).toEqual({ kind: 'done' })
  aheadMs = 0
  expect(await late.marks.isTaken(bollo)).toBe(true)
  expect(await result(other, await ofSofia(bollo))).toMatchObject({ problem: { kind: 'contrassegno-used' } })
})

test('refused by one gateway, taken up late by another: ANPR hears nothing, and the mark stays free', async () => {
  const bollo = mark()
  const request = wish('anna-bianchi', { bollo })
  const item = await sealed(request)
  centre.anpr.setFault({ kind: 'error', code: 'EN404', service: 'ANPR-Certificazione', times: 1 })
  expect(await result(totem, item)).toMatchObject({ problem: { anpr: 'EN404' } })
  expect(await late.marks.take(bollo, own(request.operation))).toBe(false)
  expect(await late.goOn(item)).toEqual({ kind: 'done' })
  expect(await late.marks.isTaken(bollo)).toBe(false)
  expect(await result(totem, item)).toMatchObject({ problem: { anpr: 'EN404' } })
  expect(await result(other, await ofSofia(bollo))).toMatchObject({ state: 'issued' })
})

test('twenty operations want one mark at the same moment, at two gateways: one has it, and keeps it', async () => {
  centre.anpr.setFault({ kind: 'unavailable' })
  const bollo = mark()
  const requests = Array.from({ length: 20 }, () => wish('anna-bianchi', { bollo }))
  const items = await Promise.all(requests.map((request) => sealed(request)))
  await totem.submit(...items)
  const takers = requests.map(({ operation }) => late.marks.take(bollo, own(operation)))
  centre.anpr.setFault({ kind: 'none' })
  expect((await Promise.all(takers)).filter(Boolean).length).toBeLessThanOrEqual(1)
  const { body } = await totem.settled(...items)
  const states = body.results.map(({ state }: { state: string }) => state)
  expect(states.filter((state: string) => state === 'issued')).toHaveLength(1)
  const issuedNow = await centre.issued()
  expect(requests.filter(({ operation }) => issuedNow.includes(operation))).toHaveLength(1)
})

test('an operation that nobody has brought takes no mark', async () => {
  const bollo = mark()
  expect(await late.marks.take(bollo, own(wish('anna-bianchi').operation))).toBe(false)
  expect(await late.marks.isTaken(bollo)).toBe(false)
})

test('a request older than 35 days that never reached ANPR: refused, and its mark is free', async () => {
  const bollo = mark()
  centre.anpr.setFault({ kind: 'unavailable' })
  const item = await sealed(wish('anna-bianchi', { bollo }))
  expect((await totem.submit(item)).body.results).toMatchObject([{ state: 'pending' }])
  expect(await late.marks.take(bollo, own(item.operation))).toBe(true)
  aheadMs = 36 * DAY_MS
  expect(await late.goOn(item)).toEqual({ kind: 'done' })
  aheadMs = 0
  centre.anpr.setFault({ kind: 'none' })
  expect(await late.marks.isTaken(bollo)).toBe(false)
  expect(await result(totem, item)).toMatchObject({ problem: { kind: 'request-expired' } })
  expect(await result(other, await ofSofia(bollo))).toMatchObject({ state: 'issued' })
})
