import { afterAll, beforeAll, expect, test } from 'vitest'
import { inRegistry } from '../../simulator/anpr/grant.ts'
import { type ConsoleCentre, openConsoleCentre } from '../support/console/console-centre.ts'

// A request over the console's own wire, against the simulated ANPR: drafted, sent, let pass, carried out.

let centre: ConsoleCentre
beforeAll(async () => {
  centre = await openConsoleCentre()
})
afterAll(() => centre?.stop())

test('STANDARD asks, TOP lets it pass, ANPR answers, and nobody else sees the rows', async () => {
  const [standard, top] = [await centre.signedIn('standard'), await centre.signedIn('top')]
  const { agreements } = (await standard.get('/bulk/terms')).body
  const [one] = agreements
  const wish = { agreement: one.agreement, ufficio: one.uffici[0].id, servizio: 'C007', motivo: one.motivi[0] }
  const made = await standard.post('/bulk', { ...wish, protocollo: 'PROT 1/2026' })
  expect(made.status).toBe(200)
  const { request } = made.body
  const people = ['anna-bianchi', 'mario-rossi'].map(
    (name) => inRegistry().byId(name)?.generalita.codiceFiscale?.codFiscale,
  )
  const taken = await standard.post(`/bulk/${request}/file`, `codFiscale\n${people.join('\n')}\nRSSMRA80A01H501V\n`, {
    'content-type': 'text/csv',
  })
  expect(taken.body).toMatchObject({ refusal: null, rows: 3, counts: { da_fare: 2, formale: 1 } })
  // Its author sees each row, masked, and what is wrong with it.
  const own = (await standard.get(`/bulk/${request}/rows`)).body.rows
  expect(own.map(({ state }: Record<string, string>) => state)).toEqual(['da_fare', 'da_fare', 'formale'])
  const estimate = (await standard.get(`/bulk/${request}/estimate`)).body
  expect([estimate.asked, estimate.quotas[0]]).toEqual([2, { quota: 'personaGiorno', most: 5_000, left: 5_000 }])
  const sent = await standard.post(`/bulk/${request}/send`, { way: 'singole', days: estimate.singole.days })
  expect(sent.body).toEqual({ done: true })
  expect((await top.get('/bulk?list=waiting')).body.requests).toMatchObject([{ request, state: 'in_convalida' }])
  const seen = (await top.get(`/bulk/${request}/rows`)).body.rows
  expect(JSON.stringify(seen)).not.toContain(people[0])
  expect((await top.post(`/bulk/${request}/validate`, { reason: 'va bene' })).body).toEqual({ done: true })
  await expect
    .poll(async () => (await standard.get(`/bulk/${request}`)).body.state, { timeout: 30_000, interval: 300 })
    .toMatch(/^(completata|fallita)/)
  const whole = (await standard.get(`/bulk/${request}`)).body
  expect(Object.values<number>(whole.counts).reduce((sum, each) => sum + each, 0)).toBe(3)
  expect((await top.get(`/bulk/${request}/rows`)).body.rows).toEqual([])
  // Each one's looks so soon are one, which says at which request.
  const looks = (await (await centre.signedIn('auditor')).get('/audit?deed=seen.bulk-rows')).body.entries
  expect(looks.map(({ object }: Record<string, string>) => object)).toEqual([request, request])
})
