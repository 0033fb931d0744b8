import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { totemConfigIn } from '../../contract/config.ts'
import { FIRST_PREVIOUS } from '../../contract/journal.ts'
import { createEnrolmentClient } from '../../main/enrolment/client.ts'
import { enrol } from '../../main/enrolment/enrol.ts'
import { readIdentity } from '../../main/keys/tls-identity.ts'
import { loadTotemKeys } from '../../main/keys/totem-keys.ts'
import { throughRegistrar } from '../../simulator/bench/gateway.ts'
import { type ConsoleCentre, openConsoleCentre } from '../support/console/console-centre.ts'
import { TotemClient } from '../support/gateway/totem-client.ts'
import { chainOf } from '../support/journal/chain.ts'
import { PKI } from '../support/pki.ts'
import { HEALTHY } from '../support/sync/syncing-totem.ts'

// A copied disk, from its first call to the shut door: an enrolled totem, its twin with the same keys, two operators at the
// console.

const TOTEM = 'CL-0001'
const office = { name: 'Ufficio postale di Spello', comune: 'Spello', province: 'PG' }
const places = { [TOTEM]: { name: office.name, office: 'PG-101', comune: 'Spello', region: '10' } }
const read = (name: string) => readFileSync(join(PKI, name), 'utf8')

let centre: ConsoleCentre
let folder: string
let totem: TotemClient
let twin: TotemClient
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'totem-clone-'))
  const urls = { gatewayUrl: 'https://127.0.0.1:1', enrolmentUrl: 'https://127.0.0.1:2' }
  centre = await openConsoleCentre(null, { places, more: { enrolment: throughRegistrar(PKI, urls) } })
  const tls = await enrolled()
  ;[totem, twin] = [new TotemClient(centre.gateway.url, tls), new TotemClient(centre.gateway.url, tls)]
})
afterAll(async () => {
  await Promise.all([totem?.close(), twin?.close()])
  await centre?.stop()
  rmSync(folder, { recursive: true, force: true })
})

/** A machine becomes this totem by the code of an order; what its disk has to call with. */
async function enrolled(): Promise<{ ca: string; cert: string; key: string }> {
  const operators = new TotemClient(centre.gateway.operatorUrl, null)
  const orders = [{ totem: TOTEM, office, printer: { profile: 'a4-kiosk' }, softwareKey: true }]
  const authorization = `Bearer ${read('operator-token').trim()}`
  const { body } = await operators.post('/v1/operator/orders', { orders }, { authorization })
  await operators.close()
  const ca = read('gateway-ca.pem')
  const client = createEnrolmentClient({ url: centre.gateway.enrolmentUrl ?? '', ca, version: '0.1.0' })
  const done = await enrol({
    ...{ code: body.orders[0].code, folder: join(folder, 'etc'), dataDir: join(folder, 'data'), tcti: null },
    ...{ client, ca, version: '0.1.0', now: () => centre.clock.now, onStep: () => undefined },
  })
  client.close()
  if (!done.ok) throw new Error(done.error.kind)
  const config = totemConfigIn(readFileSync(done.value.config, 'utf8'))
  if (!config.ok) throw new Error(config.error.faults.join())
  const keys = await loadTotemKeys(config.value)
  if (!keys.ok) throw new Error(keys.error.kind)
  const identity = await readIdentity(config.value, keys.value.tls)
  if (!identity.ok) throw new Error(identity.error.kind)
  const { certificate: cert, key } = identity.value
  return { ca: identity.value.ca, cert, key }
}

const beat = async (client: TotemClient) =>
  (await client.post('/v1/heartbeat', { ...HEALTHY, at: centre.clock.now.toISOString(), disk: { freeMb: 9_000 } }))
    .status

test('two histories under one certificate: an alarm, a proposal, another person’s yes, and the door is shut to both', async () => {
  expect(await beat(totem)).toBe(200)
  const common = chainOf(TOTEM, 3, { seq: 0, hash: FIRST_PREVIOUS })
  const { seq, hash } = common.at(-1) ?? { seq: 0, hash: FIRST_PREVIOUS }
  await totem.post('/v1/journal', { entries: common, base: null })
  await totem.post('/v1/journal', { entries: chainOf(TOTEM, 2, { seq, hash }), base: null })
  const olga = await centre.signedIn('operatore')
  const alarms = async () => (await olga.get('/alarms')).body.alarms as { condition: string; totem: string | null }[]
  const clones = async () =>
    (await alarms()).filter(({ condition, totem: id }) => condition === 'clone' && id === TOTEM)
  expect(await clones()).toEqual([])

  // The copy goes on from where the disk was copied, in its own way.
  await twin.post('/v1/journal', {
    entries: chainOf(TOTEM, 3, { seq, hash, at: '2026-11-22T09:00:00.000Z' }),
    base: null,
  })
  await expect.poll(async () => (await clones()).length, { timeout: 20_000 }).toBe(1)

  const asked = { kind: 'revoke', args: {}, totems: [TOTEM], reason: 'due storie sotto un solo certificato' }
  const proposed = await olga.post('/commands', asked)
  expect(proposed).toMatchObject({ status: 200, body: { state: 'proposed' } })
  const { order } = proposed.body
  // Until another person has looked, citizens are served.
  expect(await beat(totem)).toBe(200)
  expect((await olga.post('/commands/approve', { order })).status).not.toBe(200)
  expect(await beat(totem)).toBe(200)

  const paola = await centre.signedIn('piattaforma')
  expect(await paola.post('/commands/approve', { order })).toMatchObject({ status: 200, body: { done: true } })
  expect([await beat(totem), await beat(twin)]).toEqual([403, 403])
})
