import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { TotemBridge } from '../../contract/ipc.ts'
import type { ServiceScreen } from '../../contract/service-screen.ts'
import { DEFAULT_PIN } from '../../simulator/card/cns.ts'
import { type Office, openOffice } from '../support/totem/office.ts'

// A technician at a totem in service, in a real Electron: two operators have let the card work there.

const TECHNICIAN = 'giovanni-ricci'
let office: Office
let grant: number

beforeAll(async () => {
  office = await openOffice()
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
  writeFileSync(mark, 'out of service\n')
  await expect.poll(() => office.screen(), { timeout: 20_000 }).toMatchObject({ screen: 'out-of-service' })
  await expect.poll(() => told('service.out').length).toBe(before + 1)
})
