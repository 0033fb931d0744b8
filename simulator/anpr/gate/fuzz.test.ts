// Whatever a client sends: never a 500, and never an answer as if it were right.
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { personById } from '../../population/people.ts'
import { openAnpr } from '../test-client.ts'

const RUNS = { numRuns: 40 }
let opened: Awaited<ReturnType<typeof openAnpr>>
let anpr: typeof opened.anpr
let client: typeof opened.client

beforeAll(async () => {
  opened = await openAnpr()
  ;({ anpr, client } = opened)
})
afterAll(() => opened?.end())

const GOOD = {
  idOperazioneClient: '1',
  criteriRicerca: { codiceFiscale: personById('anna-bianchi').codiceFiscale },
  datiRichiesta: { dataRiferimentoRichiesta: '2026-11-22', motivoRichiesta: '1', casoUso: 'C030' },
}
const isRefusal = (status: number) => {
  expect([400, 403, 404]).toContain(status)
}

const headerText = fc.string({ unit: fc.constantFrom(...'aA0 .,:;=-_{}"/\\%éÿ'), maxLength: 60 })
const changed = fc.constantFrom(
  'authorization',
  'digest',
  'content-type',
  'agid-jwt-trackingevidence',
  'agid-jwt-signature',
)

test('any text in the place of a header', async () => {
  const call = await client.prepare('C030', GOOD)
  await fc.assert(
    fc.asyncProperty(changed, headerText, async (name, text) => {
      const { status } = await client.send({ ...call, headers: { ...call.headers, [name]: text } })
      isRefusal(status)
    }),
    RUNS,
  )
  // The request itself was a good one.
  expect((await client.send(call)).status).toBe(200)
})

test('any letter of a token changed', async () => {
  const call = await client.prepare('C030', GOOD)
  const tokens = ['authorization', 'agid-jwt-trackingevidence', 'agid-jwt-signature']
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...tokens), fc.nat(), fc.constantFrom(...'aZ0-_.'), async (name, at, letter) => {
      const token = call.headers[name] ?? ''
      const first = token.indexOf('eyJ')
      // The last letter of a signature has bits that mean nothing.
      const place = first + (at % (token.length - first - 1))
      fc.pre(token[place] !== letter)
      const other = token.slice(0, place) + letter + token.slice(place + 1)
      isRefusal((await client.send({ ...call, headers: { ...call.headers, [name]: other } })).status)
    }),
    RUNS,
  )
  expect((await client.send(call)).status).toBe(200)
})

test('any value in the place of a claim', async () => {
  const part = fc.constantFrom('evidence', 'signature', 'voucher')
  const claim = fc.constantFrom('aud', 'iat', 'exp', 'purposeId', 'signed_headers', 'digest', 'cnf', 'eserviceId')
  await fc.assert(
    fc.asyncProperty(part, claim, fc.jsonValue(), async (name, claims, value) => {
      const needed = {
        evidence: ['aud', 'iat', 'exp', 'purposeId'],
        signature: ['aud', 'iat', 'exp', 'signed_headers'],
        voucher: ['aud', 'iat', 'exp', 'purposeId', 'digest', 'eserviceId'],
      }[name]
      fc.pre(needed.includes(claims))
      const key = name === 'voucher' ? opened.pdndKey : client.key
      const { status } = await client.call('C030', GOOD, { [name]: { key, claims: { [claims]: value } } })
      isRefusal(status)
    }),
    RUNS,
  )
})

test('any body, rightly signed', async () => {
  const body = fc.oneof(
    fc.json(),
    fc.string(),
    fc.uint8Array().map((bytes) => Buffer.from(bytes)),
  )
  await fc.assert(
    fc.asyncProperty(body, async (bytes) => isRefusal((await client.call('C030', undefined, { body: bytes })).status)),
    RUNS,
  )
})

test('any path', async () => {
  const { origin } = new URL(anpr.access.tokenUrl)
  const parts = [
    '..',
    '%2e',
    '%2F',
    '%00',
    '%C3%A9',
    '',
    'v1',
    'status',
    'C030-servizioAccertamentoIdUnicoNazionale',
    '?a=b',
  ]
  const path = fc.array(fc.constantFrom(...parts), { maxLength: 5 }).map((chosen) => chosen.join('/'))
  await fc.assert(
    fc.asyncProperty(fc.constantFrom('/', '/govway/rest/in/MinInternoPortaANPR-PDND/'), path, async (before, after) => {
      isRefusal((await client.hear(origin + before + after, { method: 'GET' })).status)
    }),
    RUNS,
  )
  expect((await client.hear(`${origin}/govway/rest/in/MinInternoPortaANPR-PDND/%ZZ`, {})).status).toBe(404)
})

test('any claim, header or field at the token server', async () => {
  const claim = fc.constantFrom('sub', 'aud', 'iat', 'exp', 'purposeId', 'nbf', 'x')
  await fc.assert(
    fc.asyncProperty(claim, fc.jsonValue(), async (name, value) => {
      fc.pre(name !== 'iat' || typeof value !== 'number')
      const assertion = await client.assertion('C030', undefined, { claims: { [name]: value } })
      expect((await client.ask(client.form(assertion))).status).toBe(400)
    }),
    RUNS,
  )
  await fc.assert(
    fc.asyncProperty(fc.dictionary(fc.string(), fc.string()), headerText, async (form, dpop) => {
      expect((await client.ask(form, { dpop })).status).toBe(400)
    }),
    RUNS,
  )
})

test('none of it was a fault of the simulator, and nothing personal is in its log', () => {
  const log = JSON.stringify(anpr.log())
  expect(log).not.toContain('    at ')
  expect(log).not.toContain(personById('anna-bianchi').codiceFiscale)
})
