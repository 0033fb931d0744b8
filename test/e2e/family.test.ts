import { afterAll, beforeAll, expect, test } from 'vitest'
import { personById } from '../../simulator/population/people.ts'
import { type Office, openOffice } from '../support/totem/office.ts'

// What a person learns of themselves in one visit: their family as they see it, a child's data, their requests, and who
// has looked at them.
let office: Office
beforeAll(async () => {
  office = await openOffice({ timings: { idleMs: 20_000, warningMs: 5_000 } })
})
afterAll(() => office?.close())

test('a mother sees her family, her child’s data, her requests and who looked at her', async () => {
  const sofia = personById('sofia-rossi')
  await office.comesWithCard('elena-ferrari')
  await office.entersPin()
  const { members } = await office.walksTo('family', { service: 'family' })
  expect(members.map(({ name, tie, yearOfBirth }) => [name, tie, yearOfBirth])).toEqual([
    ['ELENA', { to: 'self' }, 1983],
    // Her husband is the intestatario; of his child the sheet does not say that it is hers.
    ['MARIO', { to: 'kin', relation: '2' }, 1979],
    ['SOFIA', { to: 'head', relation: '3', head: { name: 'MARIO', surname: 'ROSSI' } }, 2014],
  ])
  expect(await office.page().locator('main').textContent()).toContain('Marito, 1979')

  await office.touches('SOFIA ROSSI')
  await expect.poll(() => office.screen()).toMatchObject({ screen: 'member', identity: { birthPlace: 'FOLIGNO (PG)' } })
  expect(await office.page().locator('main').textContent()).not.toContain(sofia.codiceFiscale)
  await office.touches('Residenza e indirizzi passati')
  await expect
    .poll(() => office.screen())
    .toMatchObject({ screen: 'member-section', told: { residence: [{ comune: 'SPELLO (PG)' }] } })
  await office.touches('Indietro')
  await office.sees('member')
  // As she was on another day: typed on the glass, asked of ANPR for that day.
  await office.touches('Un’altra data')
  for (const key of '05032015') await office.touches(key)
  await office.touches('Avanti')
  await expect.poll(() => office.screen()).toMatchObject({ screen: 'member', on: '2015-03-05', certificate: false })
  await office.touches('Tornare ai dati di oggi')
  await expect.poll(() => office.screen()).toMatchObject({ screen: 'member', on: null, certificate: true })
  for (const back of ['family', 'visura'] as const) {
    await office.touches('Indietro')
    await office.sees(back)
  }

  await office.touches('Le mie richieste')
  await expect.poll(() => office.screen()).toMatchObject({ screen: 'requests', requests: [], whole: true })
  await office.touches('Indietro')
  await office.sees('visura')
  await office.touches('Chi ha visto i miei dati')
  await expect
    .poll(() => office.screen())
    .toMatchObject({
      screen: 'accesses',
      accesses: [{ here: true, by: 'self', looked: ['data', 'family', 'identity'] }],
    })
  await office.takesCardAndGoes()
  const journal = JSON.stringify(office.journal())
  expect(journal).not.toMatch(new RegExp(`SOFIA|FERRARI|${sofia.codiceFiscale}`, 'i'))
})

test('without the line a request is recorded, shown at the next visit, and withdrawn', async () => {
  office.bench.line.cut()
  await expect.poll(() => office.screen()).toMatchObject({ screen: 'attract', online: false })
  await office.comesWithCard('anna-bianchi')
  await office.entersPin()
  await office.walksTo('done')
  await office.takesCardAndGoes()

  await office.comesWithCard('anna-bianchi')
  await office.entersPin()
  expect(await office.sees('menu')).toMatchObject({ pending: 1 })
  await office.touches('Le mie richieste')
  await expect
    .poll(() => office.screen())
    .toMatchObject({ screen: 'requests', requests: [{ state: 'recorded', withdrawable: true }], whole: false })
  await office.touches('Richiesta di certificato')
  await office.sees('request')
  await office.touches('Annullare la richiesta')
  expect(await office.sees('request-withdrawal')).toEqual({
    ...{ screen: 'request-withdrawal', became: 'withdrawn', canPrint: true },
  })
  await office.touches('Indietro')
  await expect.poll(() => office.screen()).toMatchObject({ screen: 'requests', requests: [{ state: 'withdrawn' }] })
  await office.touches('Indietro')
  expect(await office.sees('menu')).toMatchObject({ pending: 0 })
  await office.takesCardAndGoes()
  office.bench.line.up()
  await expect.poll(() => office.screen()).toMatchObject({ screen: 'attract', online: true })
  expect(await office.operations()).toEqual([])
  expect(office.journal().map(({ event }) => event)).toContain('request.withdrawn')
})

test('a request that the gateway has is withdrawn before ANPR is asked to issue, and a receipt says so', async () => {
  // Nothing is issued while ANPR cannot say who is alive.
  office.bench.anpr.setFault({ kind: 'unavailable', service: 'C019' })
  const before = await office.operations()
  await office.comesWithCard('mario-rossi')
  await office.entersPin()
  expect(await office.walksTo('done', { type: '8' })).toMatchObject({ outcome: 'queued' })
  await office.takesCardAndGoes()
  await expect.poll(async () => (await office.operations()).length).toBe(before.length + 1)

  await office.comesWithCard('mario-rossi')
  await office.entersPin()
  await office.sees('menu')
  await office.touches('Le mie richieste')
  await expect
    .poll(() => office.screen())
    .toMatchObject({ screen: 'requests', requests: [{ state: 'sent', withdrawable: true, types: ['8'] }] })
  await office.touches('Certificato di residenza')
  await office.sees('request')
  await office.touches('Annullare la richiesta')
  expect(await office.sees('request-withdrawal')).toMatchObject({ became: 'withdrawn', canPrint: true })
  const sheets = office.bench.printer.sheets.length
  await office.presses('withdrawal.print')
  await office.bench.printer.settled()
  await expect.poll(() => office.bench.printer.sheets.length).toBe(sheets + 1)
  await office.sees('request-withdrawal')
  await office.touches('Indietro')
  await expect.poll(() => office.screen()).toMatchObject({ screen: 'requests', requests: [{ state: 'withdrawn' }] })
  await office.takesCardAndGoes()
  office.bench.anpr.setFault({ kind: 'none' })
  const mine = (await office.operations()).filter(({ operation }) => !before.some((one) => one.operation === operation))
  expect(mine).toMatchObject([{ state: 'refused' }])
})
