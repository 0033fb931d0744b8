import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ownAccesses, ownRequests } from '../../contract/own-requests.ts'
import { type Centre, openCentre } from '../support/gateway/centre.ts'
import { idAnpr, login, sealed, wish } from '../support/gateway/requests.ts'
import { TotemClient } from '../support/gateway/totem-client.ts'
import { HEALTHY } from '../support/sync/syncing-totem.ts'

// What a person sees of their own requests and of who looked at them, at another totem than the one where it happened.
let centre: Centre
let here: TotemClient
let there: TotemClient
let offices: string
const names = (of: object | string) => writeFileSync(offices, typeof of === 'string' ? of : JSON.stringify(of))
beforeAll(async () => {
  offices = join(mkdtempSync(join(tmpdir(), 'offices-')), 'offices.json')
  names({ 'TT-0001': 'Ufficio postale di Spello (PG)' })
  centre = await openCentre(null, { offices }, { reusePdf: true })
  here = new TotemClient(centre.gateway.url, 'TT-0001')
  there = new TotemClient(centre.gateway.url, 'TT-0002')
  // SECURITY: a totem's own word of where it stands counts for nothing.
  for (const totem of [here, there]) await totem.post('/v1/heartbeat', { ...HEALTHY, office: 'Poste di Roma' })
})
afterAll(async () => {
  await here?.close()
  await there?.close()
  await centre?.stop()
  if (offices) rmSync(dirname(offices), { recursive: true, force: true })
})

async function session(totem: TotemClient, who: string, at: 'TT-0001' | 'TT-0002') {
  const { body } = await totem.post('/v1/sessions', login(who, { totem: at, at: centre.clock.now }))
  return { authorization: `Bearer ${body.token}` }
}
const requestsOf = async (who: string) => {
  const { body } = await there.get('/v1/sessions/current/requests', await session(there, who, 'TT-0002'))
  return ownRequests.parse(body).requests
}
const accessesOf = async (who: string, query = '?counter=1') => {
  const { body } = await there.get(`/v1/sessions/current/accesses${query}`, await session(there, who, 'TT-0002'))
  return ownAccesses.parse(body).accesses
}

test('a request shows at every totem, to its person and to nobody else', async () => {
  const good = wish('anna-bianchi', { types: ['8', '12'] })
  const refused = wish('anna-bianchi', { types: ['17'], evidence: login('anna-bianchi') })
  await here.settled(await sealed(good))
  await here.settled(await sealed(refused))
  const place = { machine: 'TT-0001', office: 'Ufficio postale di Spello (PG)' }
  expect(await requestsOf('anna-bianchi')).toMatchObject([
    { ...place, operation: refused.operation, types: ['17'], state: 'refused', refusal: expect.any(String) },
    { ...place, operation: good.operation, types: ['8', '12'], state: 'issued', refusal: null },
  ])
  // Giovanni is her husband; what she asked for is hers.
  expect(await requestsOf('giovanni-ricci')).toEqual([])
})

test('a request that waits for ANPR is pending', async () => {
  centre.anpr.setFault({ kind: 'unavailable' })
  const { body } = await here.submit(await sealed(wish('mario-rossi')))
  centre.anpr.setFault({ kind: 'none' })
  expect(body.results).toMatchObject([{ state: 'pending' }])
  expect((await requestsOf('mario-rossi')).map(({ machine, types }) => [machine, types])).toEqual([['TT-0001', ['8']]])
})

test('a person sees who looked at them: themselves, their family, and who was turned away', async () => {
  const elena = await session(here, 'elena-ferrari', 'TT-0001')
  const preview = { subject: idAnpr('mario-rossi'), types: ['8'], bollo: { kind: 'exempt', exemption: 'processuale' } }
  expect((await here.post('/v1/previews', preview, elena)).status).toBe(200)
  const anna = await session(here, 'anna-bianchi', 'TT-0001')
  expect((await here.post('/v1/previews', preview, anna)).status).toBe(403)

  const told = await accessesOf('mario-rossi')
  const office = 'Ufficio postale di Spello (PG)'
  expect(told).toContainEqual(
    expect.objectContaining({
      machine: 'TT-0001',
      office,
      by: 'relative',
      looked: ['certificate'],
      types: ['8'],
    }),
  )
  expect(told).toContainEqual(expect.objectContaining({ office, by: 'stranger', looked: [], types: [] }))
  expect(told[0]).toMatchObject({ machine: 'TT-0002', office: null, by: 'self', looked: ['identity'] })
  // Of Anna it says nothing: she was turned away before anything about her was asked but who she is.
  expect((await accessesOf('anna-bianchi')).every(({ by }) => by === 'self')).toBe(true)
})

test('a new file of offices counts at once; one that cannot be used is told, and the one before counts', async () => {
  const officesTold = async () => new Set((await accessesOf('mario-rossi')).map(({ office }) => office))
  names({ 'TT-0001': 'Spello', 'TT-0002': 'Bevagna' })
  expect(await officesTold()).toEqual(new Set(['Spello', 'Bevagna']))
  for (const wrong of ['{', '{"TT-1": "Spello"}', '{"TT-0001": "two\\nlines"}', '{"TT-0001": ""}', '[]', 'null']) {
    names(wrong)
    expect(await officesTold(), wrong).toEqual(new Set(['Spello', 'Bevagna']))
  }
  expect(centre.logged().match(/"offices-not-taken"/g)).toHaveLength(6)
})
