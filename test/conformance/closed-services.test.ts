import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { atTotem } from '../../contract/caller.ts'
import type { Offer } from '../../contract/offers.ts'
import { createGatewayClient, type GatewayClient } from '../../main/sync/client.ts'
import { type Centre, openCentre } from '../support/gateway/centre.ts'
import { challengeOf, idAnpr, login } from '../support/gateway/requests.ts'
import { TotemClient } from '../support/gateway/totem-client.ts'
import { PKI } from '../support/pki.ts'
import { HEALTHY } from '../support/sync/syncing-totem.ts'
import { open, screen, session } from '../support/visit/scripted-visit.ts'

// What ANPR does not do, from the fault of one service behind a real gateway to the first screen of a totem.

let centre: Centre
let totem: TotemClient
let client: GatewayClient
beforeAll(async () => {
  centre = await openCentre(null, {}, { reusePdf: true })
  totem = new TotemClient(centre.gateway.url, 'TT-0001')
  const pem = (name: string) => readFileSync(join(PKI, name), 'utf8')
  client = createGatewayClient({
    ...{ url: centre.gateway.url, version: 'test', ca: pem('gateway-ca.pem') },
    ...{ certificate: pem('totems/TT-0001.cert.pem'), key: pem('totems/TT-0001.key.pem') },
    onMalformed: (path) => expect.fail(path),
  })
})
afterEach(() => centre.anpr.setFault({ kind: 'none' }))
afterAll(async () => {
  client?.close()
  await totem?.close()
  await centre?.stop()
})

const SOON = { timeout: 30_000, interval: 500 }

/** The first screen of a totem that has had its heartbeat answered. */
async function firstScreen() {
  const answer = await client.heartbeat(HEALTHY)
  if (!answer.ok) throw new Error(answer.error.kind)
  const { closed = [] } = answer.value
  open({}, () => ({ online: true, cie: true, closed, notice: null }))
  const shown = screen()
  session.stop()
  return shown.screen === 'attract' ? shown.closed : expect.fail(shown.screen)
}
/** A log-in on the gateway's day. */
const now = (person: string) =>
  login(person, { at: centre.clock.now, challenge: challengeOf(atTotem('TT-0001'), centre.clock.now) })
const opened = async () => {
  const { body } = await totem.post('/v1/sessions', now('mario-rossi'))
  return { authorization: `Bearer ${body.token}` }
}
const preview = (bearer: Record<string, string>) => {
  const bollo = { kind: 'exempt', exemption: 'processuale' }
  return totem.post('/v1/previews', { subject: idAnpr('mario-rossi'), types: ['8'], bollo }, bearer)
}

test('a service that does not answer is told before a card goes in; the others go on; it comes back by itself', async () => {
  expect(await firstScreen()).toBeNull()
  const bearer = await opened()
  centre.anpr.setFault({ kind: 'unavailable', service: 'ANPR-Certificazione' })
  for (let n = 0; n < 5; n++) expect((await preview(bearer)).status).toBe(503)
  expect(centre.logged()).toContain('"kind":"anpr-out","service":"ANPR-Certificazione"')
  await expect.poll(firstScreen, SOON).toBe('certificates')
  expect((await totem.get('/v1/sessions/current/visura', bearer)).status).toBe(200)
  expect((await totem.get('/v1/sessions/current/family', await opened())).status).toBe(200)
  centre.anpr.setFault({ kind: 'none' })
  await expect.poll(async () => (await preview(bearer)).status, SOON).toBe(200)
  await expect.poll(firstScreen, SOON).toBeNull()
  expect(centre.logged()).toContain('"kind":"anpr-back","service":"ANPR-Certificazione"')
})

test.each<[service: string, Offer, shown: string]>([
  ['C029', 'own-data', 'own-data'],
  ['C030', 'recognition', 'registry'],
])('the day of %s is used up: %s is closed until midnight in Rome', async (service, offer, shown) => {
  const bearer = await opened()
  centre.anpr.setFault({ kind: 'daily-limit', service })
  if (offer === 'own-data') expect((await totem.get('/v1/sessions/current/visura', bearer)).status).toBe(503)
  else expect((await totem.post('/v1/sessions', now('anna-bianchi'))).status).toBe(503)
  await expect.poll(firstScreen, SOON).toBe(shown)
  centre.anpr.setFault({ kind: 'none' })
  centre.clock.now = new Date(+centre.clock.now + 86_400_000)
  await expect.poll(firstScreen, SOON).toBeNull()
})

test('a totem of an earlier version does not ask, and hears nothing that it does not know', async () => {
  const { body } = await totem.post('/v1/heartbeat', HEALTHY)
  expect(Object.keys(body).sort()).toEqual(['at', 'challenge', 'version'])
})
