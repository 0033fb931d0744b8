import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { TotemBridge } from '../../contract/ipc.ts'
import type { ServiceScreen } from '../../contract/service-screen.ts'
import { DEFAULT_PIN } from '../../simulator/card/cns.ts'
import { type ConsoleWindow, openWindow } from '../support/console/window.ts'
import { type Office, openOffice } from '../support/totem/office.ts'

// A technician at a totem in service, in a real Electron: two operators have let the card work there. And operators who ask from afar.

const PAGE = fileURLToPath(new URL('../../dist/console', import.meta.url))
const TECHNICIAN = 'giovanni-ricci'
let office: Office
let grant: number

beforeAll(async () => {
  office = await openOffice({ console: PAGE })
  grant = await office.bench.makesTechnician(TECHNICIAN)
  // A totem asks when it starts, and then every quarter of an hour.
  await office.kill()
  await office.start()
})
afterAll(() => office?.close())

const heard = async () => {
  const { totem } = office.bench
  const { keptAccess } = await import('../../main/service/access.ts')
  const { lookAtGatewayKeys } = await import('../../main/lists/gateway-keys.ts')
  const keys = await lookAtGatewayKeys(totem.config)
  const told = keys.ok && (await keptAccess(totem.config.dataDir, { totem: 'TT-0001', keys: keys.value.anchor }))
  return told !== false && told !== null && told.grants.length > 0
}
const shown = async (): Promise<ServiceScreen | null> =>
  (await office.page().evaluate(() => (globalThis as unknown as { totem: TotemBridge }).totem.current(undefined)))
    .service
const seesService = (title: string) =>
  expect.poll(shown, { timeout: 45_000 }).toMatchObject({ title: expect.stringContaining(title) })
const told = (event: string) => office.journal().filter((entry) => entry.event === event)
const entersWith = async () => {
  await seesService('Accesso del tecnico')
  await expect.poll(shown).toMatchObject({ kind: 'pin' })
  await office.types(DEFAULT_PIN)
  await office.presses('pin.confirm')
  await seesService('Menu del tecnico')
}

test('the card opens the menu by its PIN: test page, out of service, back, and the report at the end', async () => {
  await expect.poll(heard, { timeout: 20_000 }).toBe(true)
  await office.bench.insertCard(TECHNICIAN)
  await office.sees('language')
  await office.touches('Italiano')
  await entersWith()
  expect(told('service.entered')).toEqual([expect.objectContaining({ fields: { grant, by: 'grant' } })])
  await office.bench.removeCard()

  await office.touches('Disco')
  await seesService('Disco')
  await office.touches('Menu')
  await office.touches('Stampante')
  const before = office.bench.printer.sheets.length
  await office.touches('Pagina di prova')
  await expect.poll(shown, { timeout: 45_000 }).toMatchObject({ tone: 'success' })
  expect(office.bench.printer.sheets.length).toBe(before + 2)
  await office.touches('Menu')

  await office.touches('Fuori servizio')
  await expect.poll(shown).toMatchObject({ lead: expect.stringContaining('FUORI SERVIZIO') })
  await office.touches('Esci')
  await expect.poll(() => office.screen()).toMatchObject({ screen: 'out-of-service', reason: 'technician' })
  // Nobody can begin, and a citizen's card is no key either.
  await office.bench.insertCard('anna-bianchi')
  await expect.poll(() => told('reader.changed').at(-1)?.fields).toMatchObject({ state: 'present' })
  expect(await shown()).toBeNull()
  expect(await office.screen()).toMatchObject({ screen: 'out-of-service' })
  await office.bench.removeCard()

  // Out of service, the technician's card needs no screen of a visit.
  await office.bench.insertCard(TECHNICIAN)
  await entersWith()
  await office.bench.removeCard()
  await office.touches('In servizio')
  await expect.poll(shown).toMatchObject({ lead: expect.stringContaining('nessuno comincia una visita') })
  await office.touches('Consegna')
  await expect.poll(shown, { timeout: 60_000 }).toMatchObject({ title: expect.stringMatching(/^Il totem è pronto/) })
  await office.touches('Metti in servizio')
  await office.sees('attract')

  const steps = told('service.step').map(({ fields }) => `${fields.step} ${fields.outcome}`)
  expect(steps).toEqual([
    'disk ok',
    'printer ok',
    'printer ok',
    'out ok',
    'back ok',
    expect.stringMatching(/^report (ready|attention)$/),
  ])
  expect(told('service.left').map(({ fields }) => fields.how)).toEqual(['done', 'handed-back'])
  expect(JSON.stringify(office.journal())).not.toMatch(/RICCI|Giovanni/i)
})

test('the same person is a citizen when they say so', async () => {
  await office.bench.insertCard(TECHNICIAN)
  await office.sees('language')
  await office.touches('Italiano')
  await seesService('Accesso del tecnico')
  await expect.poll(shown).toMatchObject({ kind: 'pin' })
  await office.touches('Sono un cittadino')
  await seesService('Tolga la tessera')
  await office.bench.removeCard()
  await office.touches('Ho capito')
  await office.comesWithCard(TECHNICIAN)
  await office.takesCardAndGoes()
})

test('a mark on the disk does what the menu does, and the log tells of it', async () => {
  const mark = join(office.bench.totem.config.dataDir, 'technician')
  const before = told('service.out').length
  // The log looks at the mark each 15 s: what the menu has taken away must have been seen.
  await expect.poll(() => told('service.back').length, { timeout: 20_000 }).toBe(before)
  writeFileSync(mark, 'out of service\n')
  await expect.poll(() => office.screen(), { timeout: 20_000 }).toMatchObject({ screen: 'out-of-service' })
  await expect.poll(() => told('service.out').length).toBe(before + 1)
  rmSync(mark)
  await office.sees('attract')
})

describe('from afar', () => {
  const SOON = { timeout: 90_000 }
  let browser: ConsoleWindow
  beforeAll(async () => {
    browser = await openWindow(office.bench.gateway.consoleUrl ?? '')
  })
  afterAll(() => browser?.close())

  const logIn = async (who: RegExp) => {
    const leave = browser.page.getByRole('button', { name: 'Esci' })
    if ((await leave.count()) > 0) await leave.click()
    await browser.page.getByRole('link', { name: 'Accedi con l’account aziendale' }).click()
    await browser.page.getByRole('button', { name: who }).click()
    await browser.page.getByRole('link', { name: 'Comandi' }).waitFor()
  }
  const opensCover = async () => {
    office.bench.printer.setCover(true)
    await expect.poll(() => told('printer.changed').at(-1)?.fields, SOON).toMatchObject({ status: 'coverOpen' })
  }
  const openTotem = async () => {
    await browser.page.getByRole('link', { name: 'Flotta', exact: true }).first().click()
    await browser.page.getByRole('searchbox').fill('spello')
    await browser.page.getByText('1 di 1').waitFor()
    await browser.page.getByRole('row', { name: /TT-0001/ }).click()
    await browser.page.getByRole('heading', { name: /TT-0001/ }).waitFor()
  }
  const form = () => browser.page.getByRole('form', { name: 'Nuovo comando' })
  const orders = async (name: string, button: 'Invia' | 'Proponi') => {
    await form().getByLabel('Comando').selectOption({ label: name })
    await form().getByLabel('Motivo').fill('carta finita, ufficio senza rotoli')
    await form().getByRole('button', { name: button }).click()
  }
  const row = (name: string) => browser.page.getByRole('table', { name: 'Comandi' }).getByRole('row', { name })
  const report = () => browser.page.getByRole('region', { name: 'Rapporto di prontezza' }).textContent()
  const state = () => browser.page.locator('.bar .mark').first().textContent()

  test('an operator finds the totem by its office, sees its paper out, takes the alarm, and withdraws it', async () => {
    office.bench.printer.setPaper('out')
    await logIn(/Olga Bruni/)
    await openTotem()
    const alarm = browser.page.getByRole('row', { name: /La stampante non stampa/ })
    await alarm.waitFor(SOON)
    await alarm.getByRole('button', { name: 'Prendo in carico' }).click()
    await expect.poll(() => alarm.textContent()).toContain('o.bruni')
    // What the technician has signed on paper is here too.
    await expect.poll(report, SOON).toContain(`consegna del tecnico, permesso n. ${grant}`)
    expect(await browser.findings()).toEqual([])

    await orders('Ritira dal servizio', 'Invia')
    await row('Ritira dal servizio').waitFor()
    // A change of its printer makes the totem call at once, and not within a minute.
    office.bench.printer.setPaper('ok')
    await expect.poll(() => office.screen(), SOON).toMatchObject({ screen: 'out-of-service', reason: 'withdrawn' })
    expect(await office.page().getByText('Poste Italiane ha fermato questo totem').count()).toBeGreaterThan(0)
    await expect.poll(() => row('Ritira dal servizio').textContent(), SOON).toContain('fatto')
    await expect.poll(state, SOON).toContain('ritirato')
    expect(told('command.done').at(-1)?.fields).toMatchObject({ kind: 'withdraw' })
  })

  test('it stays so over a start; she proposes to bring it back and cannot approve it; an auditor can do neither', async () => {
    await office.kill()
    await office.start()
    await expect.poll(() => office.screen(), SOON).toMatchObject({ screen: 'out-of-service', reason: 'withdrawn' })
    await orders('Rimetti in servizio', 'Proponi')
    await row('Rimetti in servizio').waitFor()
    expect(await row('Rimetti in servizio').getByRole('button', { name: 'Approva' }).count()).toBe(0)
    expect(await browser.findings()).toEqual([])
    await logIn(/Anna Dossi/)
    await openTotem()
    await row('Rimetti in servizio').waitFor()
    expect(await form().count()).toBe(0)
    expect(await row('Rimetti in servizio').getByRole('button').count()).toBe(0)
  })

  test('a second person brings it back, and the next citizen is served', async () => {
    await logIn(/Paola Neri amministra/)
    await browser.page.keyboard.press('g')
    await browser.page.keyboard.press('c')
    await browser.page.getByRole('heading', { name: 'Comandi' }).waitFor()
    // Closing its cover makes the totem call at once; with an open one it would be tried, and stay out of service.
    await opensCover()
    await row('Rimetti in servizio').getByRole('button', { name: 'Approva' }).click()
    await row('Rimetti in servizio').getByRole('button', { name: 'Approva' }).waitFor({ state: 'detached' })
    office.bench.printer.setCover(false)
    await expect.poll(() => office.screen(), SOON).toMatchObject({ screen: 'attract' })
    await expect.poll(() => row('Rimetti in servizio').textContent(), SOON).toContain('fatto')
    expect(told('command.done').at(-1)?.fields).toMatchObject({ kind: 'restore' })
  })

  test('it sends its log, is tried for the field manager who reads the report, and says what it cannot do', async () => {
    await logIn(/Olga Bruni/)
    await openTotem()
    for (const name of ['Invia il registro', 'Riavvia la macchina', 'Nuova chiave degli esiti']) {
      await orders(name, 'Invia')
      await row(name).waitFor()
    }
    await logIn(/Carlo Testa/)
    await openTotem()
    const before = office.bench.printer.sheets.length
    await opensCover()
    await orders('Prova di funzionamento', 'Invia')
    await row('Prova di funzionamento').waitFor()
    office.bench.printer.setCover(false)
    const came = (name: string, of: string) => expect.poll(() => row(name).textContent(), SOON).toContain(of)
    await came('Prova di funzionamento', 'fatto')
    await came('Invia il registro', 'voci non inviate: 0')
    // This machine is the bench's and not ours to reboot, and no registrar has ever seen this totem's keys.
    await came('Riavvia la macchina', 'questa macchina non ha come farlo')
    await came('Nuova chiave degli esiti', 'il gateway non ha preso la chiave nuova')
    expect(office.bench.printer.sheets.length).toBe(before + 1)
    await expect.poll(report, SOON).toContain('comando dalla console')
    await browser.page.getByText(/^Tutte le \d+ prove$/).click()
    expect(await browser.page.getByRole('table', { name: 'Tutte le prove' }).getByRole('row').count()).toBeGreaterThan(
      19,
    )
    expect(await browser.findings()).toEqual([])
    await office.sees('attract')
    expect(browser.complaints).toEqual([])
  })
})
