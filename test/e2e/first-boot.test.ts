import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { totemConfigIn } from '../../contract/config.ts'
import type { TotemBridge } from '../../contract/ipc.ts'
import type { ServiceScreen } from '../../contract/service-screen.ts'
import { machineId } from '../../main/enrolment/tpm-machine.ts'
import { makeBare } from '../../simulator/bench/bare.ts'
import { Browser } from '../../simulator/issuer/browser.ts'
import { visitorAt } from '../../simulator/visitor/visitor.ts'
import { type SoftwareTpm, startTpm } from '../support/keys/swtpm.ts'
import { PKI } from '../support/pki.ts'
import { type ElectronTotem, electronTotem } from '../support/totem/electron-totem.ts'

// A bare machine with a TPM: no totem.json, and an image that knows the gateway's door. From the first screen to a totem in
// service, whose keys lie in the TPM's care.

const PAGE = fileURLToPath(new URL('../../dist/console', import.meta.url))
let machine: ElectronTotem
let code: string
let folder: string
let tpm: SoftwareTpm
beforeAll(async () => {
  machine = await electronTotem(inject('stage'), { enrols: true, console: PAGE })
  // The totem runs as another user than this test, as its TPM's group would let it in.
  folder = mkdtempSync(join(tmpdir(), 'totem-tpm-'))
  tpm = await startTpm(folder)
  chmodSync(folder, 0o755)
  for (const socket of ['tpm.sock', 'tpm.sock.ctrl']) chmodSync(join(folder, socket), 0o666)
  const id = await machineId(tpm.tcti)
  if (!id.ok) throw new Error(id.error.kind)
  code = await makeBare(machine.bench, { tpm: { tcti: tpm.tcti, machine: id.value } })
})
afterAll(async () => {
  await machine?.close()
  await tpm?.stop()
  rmSync(folder, { recursive: true, force: true })
})

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
  expect(config).toMatchObject({
    ok: true,
    value: { totem: 'FB-0001', service: { secret: expect.any(String) }, keyProtection: { kind: 'tpm' } },
  })
})

test('an operator sees what its first trial has found, and gives it a new key for outcomes from afar', async ({
  onTestFinished,
}) => {
  const { gateway, printer, totem } = machine.bench
  const operator = new Browser(gateway.consoleUrl ?? '', PKI)
  onTestFinished(() => operator.close())
  await operator.logIn('operatore')
  const SOON = { timeout: 90_000, interval: 500 }
  await expect
    .poll(async () => (await operator.get('/totems/FB-0001')).body.readiness, SOON)
    .toMatchObject({ by: 'first-boot', grant: null })
  const config = totemConfigIn(readFileSync(totem.configFile, 'utf8'))
  const keys = () => (config.ok ? readdirSync(config.value.outcomeKeys).length : 0)
  expect(keys()).toBe(1)
  const ordered = await operator.post('/commands', {
    ...{ kind: 'rotate-keys', totems: ['FB-0001'], reason: 'prova della rotazione' },
  })
  expect(ordered.status).toBe(200)
  // A totem calls at once when its printer has changed.
  printer.setCover(true)
  setTimeout(() => printer.setCover(false), 6_000)
  await expect
    .poll(async () => (await operator.get('/commands?totem=FB-0001')).body.orders[0]?.commands[0], SOON)
    .toMatchObject({ state: 'done', refusal: null })
  expect(keys()).toBe(2)
})
