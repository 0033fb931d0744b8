import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { Bollo } from '../../contract/bollo.ts'
import type { CertificateType } from '../../contract/catalogue.ts'
import { withdrawal } from '../../contract/own-requests.ts'
import { openAnprLine } from '../support/gateway/anpr-line.ts'
import { type Centre, openCentre } from '../support/gateway/centre.ts'
import { type Postgres, startPostgres } from '../support/gateway/postgres.ts'
import { login, sealed, wish } from '../support/gateway/requests.ts'
import { TotemClient } from '../support/gateway/totem-client.ts'

// A person takes back a request that the gateway has: until ANPR is asked to issue, and in the same instant.
let postgres: Postgres
let centre: Centre
let totem: TotemClient
let line: Awaited<ReturnType<typeof openAnprLine>>
/** The first question to one of these services is held, until it is let through. */
let held: { services: RegExp; go: (() => void)[] } | null = null
const ISSUE = /^ANPR-Certificazione/
const LOOKS = /^C/

function release() {
  const waiting = held?.go ?? []
  held = null
  for (const go of waiting) go()
}

beforeAll(async () => {
  line = await openAnprLine(async ({ service, ask }) => {
    await new Promise<void>((go) => (held?.services.test(service) && held.go.length === 0 ? held.go.push(go) : go()))
    return ask()
  })
  postgres = await startPostgres()
  centre = await openCentre(await postgres.database(), {}, { reusePdf: true, throughLine: line.throughLine })
  totem = new TotemClient(centre.gateway.url, 'TT-0001')
})
afterEach(release)
afterAll(async () => {
  await totem?.close()
  line?.close()
  await centre?.stop()
  await postgres?.stop()
})

async function sessionOf(who: string, client = totem) {
  const { body } = await client.post('/v1/sessions', login(who, { totem: client === totem ? 'TT-0001' : 'TT-0002' }))
  const headers = { authorization: `Bearer ${body.token}` }
  return async (operation: string) =>
    withdrawal.parse((await client.post('/v1/operations/withdraw', { operation }, headers)).body).became
}
/** Brings a request, and waits until its first question, or its issue, stands before ANPR. */
async function brought(who: string, more: { bollo?: Bollo; types?: CertificateType[] } = {}, until?: RegExp) {
  const item = await sealed(wish(who, more))
  if (until) held = { services: until, go: [] }
  expect((await totem.submit(item)).body.results).toMatchObject([{ state: 'pending' }])
  if (until) await expect.poll(() => held?.go.length, { timeout: 20_000 }).toBe(1)
  return item
}
const become = async (operation: string) => (await centre.operations()).find((one) => one.operation === operation)
const settled = async (operation: string) => {
  await expect.poll(async () => (await become(operation))?.state, { timeout: 20_000 }).not.toBe('pending')
  return become(operation)
}
const mark = { kind: 'contrassegno', number: '00000000000077', issued: '2026-03-05' } as const

test('before the issue: withdrawn for good, ANPR issues nothing, and its mark pays for another one', async () => {
  const { operation, sealed: same } = await brought('mario-rossi', { bollo: mark }, LOOKS)
  const withdraw = await sessionOf('mario-rossi')
  expect(await withdraw(operation)).toBe('withdrawn')
  // The answer was lost, and the totem asks again.
  expect(await withdraw(operation)).toBe('withdrawn')
  const { body } = await totem.get('/v1/outcomes?after=0&wait=0')
  expect(body.outcomes).toEqual([{ operation, state: 'refused', problem: { kind: 'withdrawn', anpr: null } }])
  release()
  const next = await brought('sofia-rossi', { bollo: mark })
  expect(await settled(next.operation)).toMatchObject({ state: 'issued' })
  // Brought again, it is not begun anew.
  expect((await totem.submit({ operation, sealed: same })).body.results).toMatchObject([{ state: 'refused' }])
  expect(await become(operation)).toMatchObject({ state: 'refused', refusal: 'withdrawn' })
  expect(await centre.issued()).toHaveLength(1)
})

test('once ANPR is asked to issue it is too late, and the certificate comes', async () => {
  const withdraw = await sessionOf('anna-bianchi')
  const { operation } = await brought('anna-bianchi', {}, ISSUE)
  expect(await withdraw(operation)).toBe('too-late')
  release()
  expect(await settled(operation)).toMatchObject({ state: 'issued' })
  expect(await withdraw(operation)).toBe('too-late')
})

test('what was paid by a notice is never withdrawn', async () => {
  const bollo = { kind: 'pagopa', notice: '301202611280000124' } as const
  const { operation } = await brought('elena-ferrari', { bollo }, LOOKS)
  const withdraw = await sessionOf('elena-ferrari')
  expect(await withdraw(operation)).toBe('too-late')
})

test('nobody withdraws another person’s request, nor from another totem', async () => {
  const other = new TotemClient(centre.gateway.url, 'TT-0002')
  const [stranger, elsewhere] = [await sessionOf('elena-ferrari'), await sessionOf('giovanni-ricci', other)]
  const { operation } = await brought('giovanni-ricci', {}, LOOKS)
  expect(await stranger(operation)).toBe('unknown')
  expect(await elsewhere(operation)).toBe('unknown')
  const path = '/v1/operations/withdraw'
  expect((await totem.post(path, { operation }, { authorization: 'Bearer none' })).status).toBeGreaterThanOrEqual(400)
  release()
  expect(await settled(operation)).toMatchObject({ state: 'issued' })
  await other.close()
})

test('in the same instant as it is carried out: either withdrawn and never issued, or issued', async () => {
  const people = ['mario-rossi', 'elena-ferrari', 'giovanni-ricci']
  const types = [['8'], ['12'], ['7'], ['11']] satisfies CertificateType[][]
  const before = new Set(await centre.issued())
  for (const who of people) {
    const withdraw = await sessionOf(who)
    await Promise.all(
      types.map(async (type, index) => {
        const { operation } = await brought(who, { types: type })
        await wait(index * 12)
        const [became, twice] = await Promise.all([withdraw(operation), withdraw(operation)])
        expect(twice).toBe(became)
        expect(await settled(operation)).toMatchObject(
          became === 'withdrawn' ? { state: 'refused', refusal: 'withdrawn' } : { state: 'issued' },
        )
      }),
    )
  }
  const operations = await centre.operations()
  const issued = operations.filter(({ state }) => state === 'issued').map(({ operation }) => operation)
  // Each once, and none of a request that was withdrawn.
  const strangers = (await centre.issued()).filter((id) => !before.has(id) && !issued.includes(id))
  expect(strangers).toEqual([])
  expect(new Set(await centre.issued()).size).toBe((await centre.issued()).length)
})
