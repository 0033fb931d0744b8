import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { ownRecordAnswer } from '../../contract/gateway.ts'
import { personById } from '../../simulator/population/people.ts'
import { type Centre, openCentre } from '../support/gateway/centre.ts'
import { login } from '../support/gateway/requests.ts'
import { TotemClient } from '../support/gateway/totem-client.ts'

// The holder's own data through a real gateway, from the card's signature to what the screen is given.
let centre: Centre
let totem: TotemClient
beforeAll(async () => {
  centre = await openCentre(null)
  totem = new TotemClient(centre.gateway.url, 'TT-0001')
})
afterEach(() => centre.anpr.setFault({ kind: 'none' }))
afterAll(async () => {
  await totem?.close()
  await centre?.stop()
})

const visura = async (person: string, client = totem) => {
  const { body } = await totem.post('/v1/sessions', login(person))
  return client.get('/v1/sessions/current/visura', { authorization: `Bearer ${body.token}` })
}

test('the answer has the holder, address, stato civile and family, and the reference of both consultations', async () => {
  const { status, body } = await visura('mario-rossi')
  expect(status).toBe(200)
  expect(ownRecordAnswer.parse(body)).toMatchObject({
    person: {
      source: 'anpr',
      name: 'MARIO',
      codiceFiscale: personById('mario-rossi').codiceFiscale,
      birthPlace: 'ROMA (RM)',
      residence: { comune: 'SPELLO (PG)', address: 'PIAZZA DELLA REPUBBLICA 4/A, CAP 06038' },
      citizenships: ['ITALIA'],
      statoCivile: '2',
      family: [
        { name: 'MARIO', relation: '1' },
        { name: 'ELENA', born: '1983-04-09', relation: '2' },
        { name: 'SOFIA', relation: '3' },
      ],
    },
    // ANPR's number of each, C029 before C021.
    reference: expect.stringMatching(/^\d+, \d+$/),
  })
})

test('without a session, or with another totem’s, the gateway answers nothing', async () => {
  expect(await totem.get('/v1/sessions/current/visura')).toMatchObject({
    status: 401,
    body: { kind: 'session-expired' },
  })
  const other = new TotemClient(centre.gateway.url, 'TT-0002')
  expect(await visura('mario-rossi', other)).toMatchObject({ status: 401, body: { kind: 'session-expired' } })
  await other.close()
})

test('ANPR is away: the totem hears “not now”; it answers nonsense: the totem hears that. Neither way it gets data', async () => {
  const { body } = await totem.post('/v1/sessions', login('anna-bianchi'))
  for (const [kind, status, problem] of [
    ['unavailable', 503, 'anpr-unavailable'],
    ['garbage', 403, 'anpr-unreadable'],
  ] as const) {
    centre.anpr.setFault({ kind })
    const headers = { authorization: `Bearer ${body.token}` }
    expect(await totem.get('/v1/sessions/current/visura', headers)).toEqual({
      status,
      body: { kind: problem, anpr: null },
    })
  }
  // An operator sees which service it was, and of what kind the answer.
  expect(centre.logged()).toContain('"kind":"anpr-unreadable","service":"C029","reason":"no-json"')
  expect(centre.logged()).not.toMatch(/BIANCHI|ROSSI/i)
})
