import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { provisionTotem } from '../../simulator/bench/totem.ts'
import { openTelephone, type Telephone } from '../support/phone/telephone.ts'
import { type Office, openOffice } from '../support/totem/office.ts'

// A certificate for a private party, its bollo and the comune's diritti paid by pagoPA while the totem waits, and at a second
// visit, at another totem of the same gateway.
let office: Office
let telephone: Telephone
/** Where everybody here lives: its comune asks for diritti beside the bollo. */
const SPELLO = '054050'
const DIRITTI = { withBollo: 52, withoutBollo: 26 }
const forBank = { type: '8', purpose: 'privateParty', byNotice: true } as const

beforeAll(async () => {
  ;[office, telephone] = await Promise.all([
    openOffice({ timings: { idleMs: 60_000, warningMs: 5_000 }, certificates: { dirittiOf: { [SPELLO]: DIRITTI } } }),
    openTelephone(),
  ])
})
afterAll(() => Promise.all([telephone?.close(), office?.close()]))

async function comesToNotice(who: string) {
  await office.comesWithCard(who)
  await office.entersPin()
  // One sum, with what the comune gets of it.
  await office.walksTo('private-party', forBank)
  await office.answers('private-party', forBank)
  expect((await office.sees('sheet')).bollo).toMatchObject({ settled: 'pagopa', cents: 1652, diritti: 52 })
  expect(await office.page().locator('main').textContent()).toMatch(/16,52.*0,52/s)
  return office.walksTo('pagopa', forBank)
}

/** Another totem stands in the place of this one: its own name, keys and disk. */
async function movesTo(totem: string) {
  const { pki, totem: before } = office.bench
  const { gateway, bench, sound, timings } = before.config
  const { config, sound: silent } = await provisionTotem({
    ...{ folder: join(before.folder, totem), totem, pki, timings, dockUrl: null },
    ...{ gatewayPort: Number(new URL(gateway.url).port), deviceEnv: bench?.deviceEnv ?? {} },
  })
  silent.close()
  office.provision({ ...config, bench, sound })
  await office.kill()
  await office.start()
}

/** What a camera reads from the glass. */
const camera = async () => {
  const input = await office.page().screenshot({ animations: 'disabled' })
  return execFileSync('zbarimg', ['-q', '--raw', 'png:-'], { input }).toString().trim().split('\n')
}

test('a camera reads both codes, a browser pays at Checkout, and the certificate comes; a second sum goes back', async () => {
  const { notice, cents } = await comesToNotice('anna-bianchi')
  expect(cents).toBe(1652)
  const codes = await camera()
  expect(codes).toContain(`PAGOPA|002|${notice}|99999000013|1652`)
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
  expect(await office.sees('pagopa-refund')).toMatchObject({ why: 'paid-twice', cents: 1652, notice })
  await office.takesCardAndGoes()
})

test('a notice expires: nothing is charged, and a new one waits, is paid elsewhere and prints at another totem', async () => {
  const { notice: first } = await comesToNotice('elena-ferrari')
  office.bench.pagopa.expire(first)
  expect(await office.sees('pagopa-ended')).toMatchObject({ why: 'lapsed' })
  await office.presses('pagopa.again')
  const { notice } = await office.sees('pagopa')
  expect(notice).not.toBe(first)
  await office.takesCardAndGoes()
  office.bench.pagopa.pay({ nav: notice, receipt: 'pull-only' })

  await movesTo('TT-0002')
  await office.comesWithCard('elena-ferrari')
  await office.entersPin()
  expect(await office.sees('menu')).toMatchObject({ payments: 1 })
  await office.answers('menu', { service: 'pagopa' })
  expect(await office.sees('done')).toMatchObject({ outcome: 'printed', document: 'certificate' })
  await office.takesCardAndGoes()
})
