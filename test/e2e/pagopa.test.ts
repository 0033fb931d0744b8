import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Office, openOffice } from '../support/totem/office.ts'

// A certificate for a private party, its bollo paid by pagoPA while the totem waits, and at a second visit.
let office: Office
const forBank = { type: '8', purpose: 'privateParty', byNotice: true } as const

beforeAll(async () => {
  office = await openOffice({ timings: { idleMs: 20_000, warningMs: 5_000 } })
})
afterAll(() => office?.close())

async function comesToNotice(who: string) {
  await office.comesWithCard(who)
  await office.entersPin()
  return office.walksTo('pagopa', forBank)
}

test('paid on the phone, twice by mistake: one certificate, and the second sum is asked back', async () => {
  const seen = await comesToNotice('anna-bianchi')
  expect(seen.qr).toBe(`PAGOPA|002|${seen.notice}|99999000013|1600`)
  expect(seen.checkout).toMatch(/^https:/)
  office.bench.pagopa.pay({ nav: seen.notice, times: 2 })
  expect(await office.sees('done')).toMatchObject({ outcome: 'printed', document: 'certificate' })
  expect(await office.operations()).toMatchObject([{ state: 'issued' }])
  await office.takesCardAndGoes()
})

test('not paid yet: the person goes, pays elsewhere, and the next visit prints without another yes', async () => {
  const { notice } = await comesToNotice('elena-ferrari')
  await office.takesCardAndGoes()
  office.bench.pagopa.pay({ nav: notice, receipt: 'pull-only' })
  await office.comesWithCard('elena-ferrari')
  await office.entersPin()
  expect(await office.sees('menu')).toMatchObject({ payments: 1 })
  await office.answers('menu', { service: 'pagopa' })
  expect(await office.sees('done')).toMatchObject({ outcome: 'printed', document: 'certificate' })
  await office.takesCardAndGoes()
})

test('a notice that expires meanwhile: nothing is charged, and a new one can be made', async () => {
  const { notice } = await comesToNotice('mario-rossi')
  office.bench.pagopa.expire(notice)
  expect(await office.sees('pagopa-ended')).toMatchObject({ why: 'lapsed' })
  await office.takesCardAndGoes()
})
