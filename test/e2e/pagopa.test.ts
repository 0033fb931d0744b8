import { execFileSync } from 'node:child_process'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTelephone, type Telephone } from '../support/phone/telephone.ts'
import { type Office, openOffice } from '../support/totem/office.ts'

// A certificate for a private party, its bollo paid by pagoPA while the totem waits, and at a second visit.
let office: Office
let telephone: Telephone
const forBank = { type: '8', purpose: 'privateParty', byNotice: true } as const

beforeAll(async () => {
  ;[office, telephone] = await Promise.all([
    openOffice({ timings: { idleMs: 20_000, warningMs: 5_000 } }),
    openTelephone(),
  ])
})
afterAll(() => Promise.all([telephone?.close(), office?.close()]))

async function comesToNotice(who: string) {
  await office.comesWithCard(who)
  await office.entersPin()
  return office.walksTo('pagopa', forBank)
}

/** What a camera reads from the glass. */
const camera = async () => {
  const input = await office.page().screenshot({ animations: 'disabled' })
  return execFileSync('zbarimg', ['-q', '--raw', 'png:-'], { input }).toString().trim().split('\n')
}

test('a camera reads both codes, a browser pays at Checkout, and the certificate comes; a second sum goes back', async () => {
  const { notice } = await comesToNotice('anna-bianchi')
  const codes = await camera()
  expect(codes).toContain(`PAGOPA|002|${notice}|99999000013|1600`)
  const checkout = codes.find((code) => code.startsWith('https:')) ?? ''
  const { page } = telephone
  await page.goto(checkout)
  await page.getByText(`Avviso ${notice}`).waitFor()
  expect((await office.sees('pagopa')).notice).toBe(notice)
  await page.getByRole('button', { name: 'Paga' }).click()
  await page.getByText('Pagamento eseguito').waitFor()
  office.bench.pagopa.pay({ nav: notice })
  expect(await office.sees('done')).toMatchObject({ outcome: 'printed', document: 'certificate' })
  expect(await office.operations()).toMatchObject([{ state: 'issued' }])
  await office.takesCardAndGoes()
  // Who opens the same page once more pays nothing.
  await page.goto(checkout)
  await page.getByRole('button', { name: 'Paga' }).click()
  await page.getByText('già stato pagato').waitFor()

  await office.comesWithCard('anna-bianchi')
  await office.entersPin()
  expect(await office.sees('menu')).toMatchObject({ payments: 1 })
  await office.answers('menu', { service: 'pagopa' })
  expect(await office.sees('pagopa-refund')).toMatchObject({ why: 'paid-twice', cents: 1600, notice })
  await office.takesCardAndGoes()
})

test('a notice expires: nothing is charged, and a new one waits, is paid elsewhere and prints at the next visit', async () => {
  const { notice: first } = await comesToNotice('elena-ferrari')
  office.bench.pagopa.expire(first)
  expect(await office.sees('pagopa-ended')).toMatchObject({ why: 'lapsed' })
  await office.presses('pagopa.again')
  const { notice } = await office.sees('pagopa')
  expect(notice).not.toBe(first)
  await office.takesCardAndGoes()
  office.bench.pagopa.pay({ nav: notice, receipt: 'pull-only' })
  await office.comesWithCard('elena-ferrari')
  await office.entersPin()
  expect(await office.sees('menu')).toMatchObject({ payments: 1 })
  await office.answers('menu', { service: 'pagopa' })
  expect(await office.sees('done')).toMatchObject({ outcome: 'printed', document: 'certificate' })
  await office.takesCardAndGoes()
})
