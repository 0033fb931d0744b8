import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { personDetail, personSection } from '../../contract/person.ts'
import { personById } from '../../simulator/population/people.ts'
import { type Centre, openCentre } from '../support/gateway/centre.ts'
import { idAnpr, login } from '../support/gateway/requests.ts'
import { TotemClient } from '../support/gateway/totem-client.ts'

// A person of the family sheet through a real gateway: section by section, of a day, and of nobody else.
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

const PATH = '/v1/sessions/current/person'
async function opened(holder: string) {
  const { body } = await totem.post('/v1/sessions', login(holder))
  const headers = { authorization: `Bearer ${body.token}` }
  return (subject: string, sections: string[], on: string | null = null) =>
    totem.post(PATH, { subject: idAnpr(subject), sections, on }, headers)
}

test('every section of the holder, and no more than is asked of a relative', async () => {
  const ask = await opened('mario-rossi')
  const { status, body } = await ask('mario-rossi', personSection.options)
  expect(status).toBe(200)
  expect(personDetail.parse(body)).toMatchObject({
    identity: { name: 'MARIO', codiceFiscale: personById('mario-rossi').codiceFiscale, statoCivile: '2' },
    residence: [{ comune: 'SPELLO (PG)', address: 'PIAZZA DELLA REPUBBLICA 4/A, CAP 06038' }],
    citizenship: [{ state: 'ITALIA' }],
    marriage: { partner: { name: 'ELENA' } },
    union: null,
    document: { kind: 'electronic' },
    missing: [],
    reference: expect.stringMatching(/^\d+(, \d+){5}$/),
  })
  const child = await ask('sofia-rossi', ['identity'])
  expect(Object.keys(personDetail.parse(child.body)).sort()).toEqual(['at', 'identity', 'missing', 'reference'])
  expect(child.body.identity).toMatchObject({ name: 'SOFIA', statoCivile: '1' })
})

test('a day shows the register as it was then, and none comes after today', async () => {
  const ask = await opened('mario-rossi')
  const { residence } = (await ask('mario-rossi', ['residence'])).body
  const before = await ask('mario-rossi', ['residence'], '1990-01-01')
  expect(residence.length).toBeGreaterThan(before.body.residence.length)
  expect(await ask('mario-rossi', ['residence'], '2999-01-01')).toMatchObject({
    status: 400,
    body: { kind: 'request-malformed' },
  })
})

test('a person who is not on the holder’s sheet is refused, and ANPR is not asked about them', async () => {
  const ask = await opened('mario-rossi')
  expect(await ask('anna-bianchi', ['identity'])).toMatchObject({ status: 403, body: { kind: 'not-in-family' } })
})

test('a section that ANPR does not tell now keeps no other back; none at all is a refusal', async () => {
  const ask = await opened('mario-rossi')
  centre.anpr.setFault({ kind: 'daily-limit', service: 'C018' })
  const { status, body } = await ask('mario-rossi', ['identity', 'citizenship'])
  expect(status).toBe(200)
  expect(body).toMatchObject({
    identity: { name: 'MARIO' },
    missing: [{ section: 'citizenship', kind: 'anpr-unavailable', anpr: null }],
  })
  expect(await ask('mario-rossi', ['citizenship'])).toMatchObject({ status: 503, body: { kind: 'anpr-unavailable' } })
})

test('a visit that is over asks nothing more, and leaves no voucher behind', async () => {
  const { body } = await totem.post('/v1/sessions', login('mario-rossi'))
  const headers = { authorization: `Bearer ${body.token}` }
  const family = () => totem.get('/v1/sessions/current/family', headers)
  const vouchers = () =>
    centre.anpr.log().filter(({ where, outcome }) => where === 'token' && outcome === 'accepted').length
  await family()
  const got = vouchers()
  await family()
  expect(vouchers()).toBe(got)
  expect(await totem.post('/v1/sessions/current/end', {}, headers)).toEqual({ status: 200, body: {} })
  expect((await family()).body.kind).toBe('session-expired')
  const again = await opened('mario-rossi')
  await again('mario-rossi', ['identity'])
  expect(vouchers()).toBe(got + 2)
  expect((await totem.post('/v1/sessions/current/end', {}, { authorization: 'Bearer x' })).status).toBe(401)
})

test('an answer about another person is shown to nobody, whether it names an id or a codice fiscale', async () => {
  const ask = await opened('mario-rossi')
  const stranger = personById('anna-bianchi')
  centre.anpr.setFault({
    ...{ kind: 'another-person', service: 'C015' },
    ...{ idANPR: stranger.idAnpr, codiceFiscale: stranger.codiceFiscale },
  })
  for (const subject of ['mario-rossi', 'sofia-rossi'])
    expect(await ask(subject, ['identity'])).toMatchObject({ status: 403, body: { kind: 'anpr-other-person' } })
})
