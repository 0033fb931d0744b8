import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Office, openOffice } from '../support/totem/office.ts'

// Any part may die: the totem goes on by itself, and a recorded request takes effect once.
let office: Office
const journal = (event: string) => office.journal().filter((entry) => entry.event === event)
const issued = async () => (await office.operations()).filter(({ state }) => state === 'issued')

beforeAll(async () => {
  office = await openOffice()
})
afterAll(() => office?.close())

test('renderer-crash twice in a row: the visit goes on where it was, in a new renderer', async () => {
  await office.comesWithCard('anna-bianchi')
  await office.entersPin()
  await office.sees('menu')
  for (const crash of [1, 2]) {
    const dead = office.page()
    const [window] = await Promise.all([office.app().waitForEvent('window'), office.bench.killRenderer(office.pid())])
    expect(window).not.toBe(dead)
    await expect.poll(() => journal('renderer.died').length).toBe(crash)
    await office.sees('menu')
  }
  await office.asksFor()
  await office.touches('Indietro')
  await office.sees('purpose')
  await office.takesCardAndGoes()
})

test('device-process-killed at the PIN: the process is back, and the totem reads the card again', async () => {
  await office.comesWithCard('anna-bianchi')
  const starts = journal('device.started').length
  expect(office.bench.killDevice(office.pid())).toBe(true)
  expect(await office.sees('refused')).toMatchObject({ reason: 'reader-unavailable' })
  await expect.poll(() => journal('device.started').length, { timeout: 20_000 }).toBe(starts + 1)
  // The card stays in the reader, so the totem reads it again by itself.
  await office.sees('pin')
  await office.entersPin()
  await office.sees('menu')
  await office.takesCardAndGoes()
})

test('device-process-killed while it checks the PIN: the person reads that the try may have counted', async () => {
  await office.comesWithCard('anna-bianchi')
  const deaths = journal('device.died').length
  office.bench.killDevice(office.pid(), 'SIGSTOP')
  await office.entersPin()
  await office.sees('pin-checking')
  office.bench.killDevice(office.pid())
  expect(await office.sees('refused')).toMatchObject({ reason: 'login-interrupted' })
  await expect.poll(() => journal('device.died').length).toBe(deaths + 1)
  // The process is back and has found the card: the words stay until the person has read them.
  await expect.poll(() => journal('reader.changed').at(-1)?.fields).toMatchObject({ state: 'present' })
  expect(await office.screen()).toMatchObject({ screen: 'refused', reason: 'login-interrupted' })
  await office.takesCardAndGoes()
})

test('device-process-killed while printing: the page is void and printed anew', async () => {
  await office.comesWithCard('anna-bianchi')
  await office.entersPin()
  await office.asksFor()
  office.bench.printer.deaf(true)
  await office.prints()
  await office.sees('printing')
  office.bench.killDevice(office.pid())
  expect(await office.sees('print-fault')).toMatchObject({ document: 'certificate', page: 1 })
  office.bench.printer.deaf(false)
  await expect.poll(() => office.screen(), { timeout: 30_000 }).toMatchObject({ resumable: true })
  await office.touches('Stampa di nuovo')
  expect(await office.sees('done')).toMatchObject({ outcome: 'printed' })
  await office.takesCardAndGoes()
  expect(await issued()).toHaveLength(1)
})

test('reader-service-killed: the screen says so, until the service is back', async () => {
  office.bench.pcscd.kill()
  expect(await office.sees('out-of-service')).toMatchObject({ screen: 'out-of-service', reason: 'reader-unavailable' })
  await office.bench.pcscd.restart()
  await office.sees('attract')
  await office.comesWithCard('anna-bianchi')
  await office.bench.removeCard()
  await office.touches('Esci')
  await office.sees('attract')
})

test('a gateway whose ANPR answers nonsense: kept pending, delivered once when ANPR is well', async () => {
  const before = (await issued()).length
  await office.comesWithCard('giovanni-ricci')
  await office.entersPin()
  await office.asksFor()
  office.bench.anpr.setFault({ kind: 'garbage' })
  await office.prints()
  expect(await office.sees('done')).toMatchObject({ outcome: 'queued' })
  await office.takesCardAndGoes()
  office.bench.anpr.setFault({ kind: 'none' })
  await expect.poll(async () => (await issued()).length, { timeout: 90_000 }).toBe(before + 1)
})

test('kill -9 between queueing and sync: after the restart the request is delivered once', async () => {
  const before = (await issued()).length
  office.bench.line.cut()
  await expect.poll(() => office.screen()).toMatchObject({ online: false })
  await office.comesWithCard('nicolo-dangelo')
  await office.entersPin()
  await office.asksFor()
  await office.touches('Registra la richiesta')
  // A request is recorded before anything else is done with it, so the very next moment must do.
  await expect.poll(() => journal('request.queued').length).toBeGreaterThan(0)
  await office.kill()
  await office.bench.removeCard()
  office.bench.line.up()
  await office.start()
  await expect.poll(async () => (await issued()).length, { timeout: 60_000 }).toBe(before + 1)
  await office.comesWithCard('nicolo-dangelo')
  await office.entersPin()
  expect((await office.sees('collect')).waiting).toHaveLength(1)
  await office.touches('Stampa ora')
  await office.sees('done')
  await office.takesCardAndGoes()
  expect(await issued()).toHaveLength(before + 1)
})

test('storage-full is shown before anything is asked, and queued requests still go out', async () => {
  const before = (await issued()).length
  office.bench.line.cut()
  await expect.poll(() => office.screen()).toMatchObject({ online: false })
  await office.comesWithCard('mario-rossi')
  await office.entersPin()
  await office.asksFor()
  await office.touches('Registra la richiesta')
  await office.sees('done')
  await office.kill()
  await office.bench.removeCard()

  // More bytes than any disk has free.
  office.provision({ minFreeBytes: 2 ** 60 })
  await office.start()
  expect(await office.screen()).toMatchObject({ screen: 'out-of-service', reason: 'storage-full' })
  expect(await office.page().getByRole('button', { name: 'Inizia' }).count()).toBe(0)
  await office.bench.insertCard('mario-rossi')
  await expect.poll(() => journal('storage.low').length).toBeGreaterThan(0)
  expect(await office.screen()).toMatchObject({ screen: 'out-of-service' })
  office.bench.line.up()
  await expect.poll(async () => (await issued()).length).toBe(before + 1)

  await office.kill()
  await office.bench.removeCard()
  office.provision({})
  await office.start()
  await office.comesWithCard('mario-rossi')
  await office.entersPin()
  expect((await office.sees('collect')).waiting).toHaveLength(1)
  await office.takesCardAndGoes()
})
