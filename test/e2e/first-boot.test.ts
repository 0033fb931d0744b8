import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { totemConfigIn } from '../../contract/config.ts'
import type { TotemBridge } from '../../contract/ipc.ts'
import type { ServiceScreen } from '../../contract/service-screen.ts'
import { giveToBenchUser } from '../../simulator/bench/user.ts'
import { visitorAt } from '../../simulator/visitor/visitor.ts'
import { TotemClient } from '../support/gateway/totem-client.ts'
import { type ElectronTotem, electronTotem } from '../support/totem/electron-totem.ts'

// A bare machine: no totem.json, and an image that knows the gateway's door. From the first screen to a totem in service.

let machine: ElectronTotem
let code: string
beforeAll(async () => {
  machine = await electronTotem(inject('stage'), { enrols: true })
  const { bench } = machine
  const { config, configFile } = bench.totem
  rmSync(configFile)
  const image = join(dirname(configFile), 'enrolment.json')
  const { registrar } = bench.gateway
  if (!registrar) throw new Error('the gateway enrols nobody')
  const { dataDir, panel, gateway } = config
  const own = { dataDir, tcti: null, deviceEnv: config.bench?.deviceEnv ?? {} }
  writeFileSync(image, JSON.stringify({ url: registrar.door, ca: gateway.ca, panel, bench: own }))
  giveToBenchUser(image)
  const operator = new TotemClient(registrar.operators, null)
  const office = { name: 'Ufficio postale di Foligno', comune: 'Foligno', province: 'PG' }
  const orders = [{ totem: 'FB-0001', office, printer: { profile: 'a4-kiosk' }, softwareKey: true }]
  const { body } = await operator.post('/v1/operator/orders', { orders }, { authorization: registrar.authorization })
  await operator.close()
  code = body.orders[0].code
})
afterAll(() => machine?.close())

const person = () => visitorAt(machine.app())
const shown = async (): Promise<ServiceScreen | null> =>
  (
    await person()
      .page()
      .evaluate(() => (globalThis as unknown as { totem: TotemBridge }).totem.current(undefined))
  ).service
const sees = (title: string) => expect.poll(shown, { timeout: 60_000 }).toMatchObject({ title })

test('the code of an order, id and office confirmed, the report: then it is in service', async () => {
  await machine.start()
  await sees('Messa in servizio')
  await expect
    .poll(shown, { timeout: 30_000 })
    .toMatchObject({ rows: expect.arrayContaining([{ label: 'Gateway', outcome: 'ok', detail: 'risponde' }]) })
  await person().touches('Codice dell')
  await sees('Codice dell’ordine')

  // Mistyped: told at once, and nothing can be confirmed.
  const plain = code.replaceAll('-', '')
  const wrong = `${plain.slice(0, -1)}${plain.endsWith('0') ? '1' : '0'}`
  await person().types(wrong)
  await expect.poll(() => person().page().locator('.code-wrong').textContent()).toContain('scritto male')
  expect(await person().page().getByRole('button', { name: 'Conferma' }).isDisabled()).toBe(true)
  await person().touches('Cancella')
  await person().types(plain.slice(-1))
  await person().touches('Conferma')

  await sees('È il totem giusto?')
  expect(await shown()).toMatchObject({
    rows: expect.arrayContaining([
      { label: 'Totem', detail: 'FB-0001', outcome: null },
      { label: 'Ufficio', detail: 'Ufficio postale di Foligno (PG)', outcome: null },
    ]),
  })
  await person().touches('Sì')
  await expect.poll(shown, { timeout: 90_000 }).toMatchObject({ main: { id: 'start' } })
  const gone = new Promise<number | null>((resolve) => machine.app().process().once('exit', resolve))
  // The program leaves under the finger.
  await person()
    .touches('Avvia il totem')
    .catch(() => undefined)
  expect(await gone).toBe(70)

  // systemd starts it again, as what it is now.
  await machine.start()
  await person().sees('attract')
  const config = totemConfigIn(readFileSync(machine.bench.totem.configFile, 'utf8'))
  expect(config).toMatchObject({ ok: true, value: { totem: 'FB-0001', service: { secret: expect.any(String) } } })
})
