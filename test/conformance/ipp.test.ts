import { EventEmitter, once } from 'node:events'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { PrinterStatus } from '../../contract/device.ts'
import { ippClient } from '../../native/printer/office/ipp.ts'
import type { PrinterService, PrintProgress } from '../../native/printer/printer.ts'
import { createPrinterService } from '../../native/printer/service.ts'
import { makePki } from '../../simulator/pki/make.ts'
import { type IppPrinter, startIppPrinter } from '../../simulator/printer/ipp-printer.ts'
import { certificatePdf, receipt } from '../support/paper/papers.ts'
import { PKI } from '../support/pki.ts'

/** RFC 8011 §5.3.7. */
const CANCELED = 7

let printer: IppPrinter
let service: PrinterService
let statuses: PrinterStatus[]
let progress: PrintProgress[]
const events = new EventEmitter()

function startService(uri: string, user = 'polis@test', ca?: string) {
  statuses = []
  progress = []
  service = createPrinterService({
    profile: 'a4-office',
    uri,
    ca,
    user,
    onStatus: (status) => events.emit('told', statuses.push(status)),
    onProgress: (told) => events.emit('told', progress.push(told)),
  })
}

async function until(matches: () => boolean) {
  while (!matches()) await once(events, 'told')
}
const untilStatus = (status: PrinterStatus) => until(() => statuses.at(-1) === status)
const acknowledged = () => progress.filter(({ state }) => state === 'acknowledged').map(({ page }) => page)

beforeEach(async () => {
  printer = await startIppPrinter()
  startService(printer.uri)
})
afterEach(async () => {
  await service.stop()
  await printer.stop()
})

test('a certificate reaches the printer byte for byte, and its pages count as the printer counts them', async () => {
  await untilStatus('ready')
  const pdf = await certificatePdf(3)
  await printer.beforeEachSheet('sleep 1')
  expect(await service.print('op.certificate', { kind: 'pdf', pdf }, 1)).toEqual({
    ok: true,
    value: { pages: 3, bytes: pdf.length },
  })
  expect(await printer.documents()).toEqual([pdf])
  expect((await printer.paper()).map(({ page }) => page)).toEqual([1, 2, 3])
  expect(progress.slice(0, 6).map(({ state, page, band, bands }) => [state, page, band, bands])).toEqual(
    [1, 2, 3].flatMap((page) => [
      ['rendered', page, 0, 1],
      ['sent', page, 1, 1],
    ]),
  )
  expect(acknowledged()).toEqual([1, 2, 3])
})

test('a printer that fails in the middle: its counted pages are out, the next page is void, a reprint starts there', async () => {
  await untilStatus('ready')
  const pdf = await certificatePdf(3)
  await printer.beforeEachSheet('[ $sheet = 2 ] && exit 1')
  expect(await service.print('op.certificate', { kind: 'pdf', pdf }, 1)).toEqual({
    ok: false,
    error: { kind: 'printer-fault', status: 'offline', page: 2 },
  })
  expect(acknowledged()).toEqual([1])

  await printer.beforeEachSheet('')
  expect(await service.print('op.certificate', { kind: 'pdf', pdf }, 2)).toMatchObject({ ok: true })
  expect(await printer.documents()).toEqual([pdf, pdf])
  expect((await printer.paper()).map(({ page }) => page)).toEqual([1, 2, 3])
  expect(acknowledged()).toEqual([1, 2, 3])
})

test('paper out: the job is cancelled, and no other begins before the printer has dropped it', async () => {
  await untilStatus('ready')
  const pdf = await certificatePdf(2)
  await printer.load(0)
  const fault = { kind: 'printer-fault', status: 'paperOut', page: 1 }
  expect(await service.print('op.certificate', { kind: 'pdf', pdf }, 1)).toEqual({ ok: false, error: fault })
  expect(statuses.at(-1)).toBe('paperOut')
  // Until the printer has dropped the job, a new one would only queue up behind it.
  expect(await service.print('op.certificate', { kind: 'pdf', pdf }, 1)).toEqual({ ok: false, error: fault })

  await printer.load(100)
  await untilStatus('ready')
  // This printer also prints a job that was cancelled while it waited for paper. So the ledger counts a void sheet that
  // was sent as perhaps printed, and the next one as a reprint.
  expect(await ippClient(printer, 'polis@test').job(1)).toMatchObject({ ok: true, value: { state: CANCELED } })
  expect(await service.print('op.certificate', { kind: 'pdf', pdf }, 1)).toMatchObject({ ok: true })
  expect(await printer.documents()).toHaveLength(2)
})

test('a printer that loses power in the middle is absent, and ready once it is back; nothing is sent twice', async () => {
  await untilStatus('ready')
  const pdf = await certificatePdf(2)
  await printer.beforeEachSheet('[ $sheet = 2 ] && sleep 600')
  const printing = service.print('op.certificate', { kind: 'pdf', pdf }, 1)
  await until(() => acknowledged().length === 1)
  await printer.kill()
  expect(await printing).toEqual({ ok: false, error: { kind: 'printer-fault', status: 'absent', page: 2 } })

  await printer.beforeEachSheet('')
  await printer.restart()
  await untilStatus('ready')
  expect(await printer.documents()).toHaveLength(1)
})

test('no printer at that address: absent, and a printer that appears is noticed', async () => {
  await untilStatus('ready')
  await printer.kill()
  await untilStatus('absent')
  const pdf = await certificatePdf(1)
  expect(await service.print('op.certificate', { kind: 'pdf', pdf }, 1)).toEqual({
    ok: false,
    error: { kind: 'printer-fault', status: 'absent', page: 1 },
  })
  expect(progress).toEqual([])
  await printer.restart()
  await untilStatus('ready')
})

// ippeveprinter takes one job at a time, so the cases are separate tests.
test.each([
  ['polis@test', 'what an earlier run of the totem has left in the printer is called back', 'canceled'],
  ['impiegata', 'somebody else’s job in the printer is left alone', 'waiting'],
] as const)('of %s: %s', async (user, _, then) => {
  await untilStatus('ready')
  await service.stop()
  const jobs = ippClient(printer, user)
  const left = await jobs.create('lettera', null)
  if (!left.ok) throw new Error('no job')

  startService(printer.uri)
  await untilStatus('ready')
  const { value } = (await jobs.job(left.value)) as { value: { state: number } }
  expect(value.state < CANCELED ? 'waiting' : 'canceled').toBe(then)
})

test('a printer that takes no PDF is offline, and nothing is sent to it', async () => {
  await service.stop()
  await printer.stop()
  printer = await startIppPrinter({ formats: 'image/pwg-raster' })
  startService(printer.uri)
  await untilStatus('offline')
  const printed = await service.print('op.certificate', { kind: 'pdf', pdf: await certificatePdf(1) }, 1)
  expect(printed).toEqual({ ok: false, error: { kind: 'printer-fault', status: 'offline', page: 1 } })
})

const pki = (name: string) => join(PKI, name)

test('ipps: a printer that the configured authority vouches for prints, and no other gets a document', async () => {
  await service.stop()
  await printer.stop()
  await makePki(PKI)
  printer = await startIppPrinter({ tls: { certificate: pki('gateway.cert.pem'), key: pki('gateway.key.pem') } })
  const { uri } = printer
  const failures = { 'totem-ca.pem': 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'no-such.pem': 'ca-unreadable' }
  for (const [ca, why] of Object.entries(failures)) {
    const asked = await ippClient({ uri, ca: pki(ca) }, 'polis@test').printer()
    expect(asked).toEqual({ ok: false, error: { kind: 'refused', why } })
  }
  // No authority on Node's own list issued this certificate.
  startService(uri)
  await untilStatus('offline')
  await service.stop()

  startService(uri, 'polis@test', pki('gateway-ca.pem'))
  await untilStatus('ready')
  const pdf = await certificatePdf(1)
  expect(await service.print('op.certificate', { kind: 'pdf', pdf }, 1)).toMatchObject({ ok: true })
  expect(await printer.documents()).toEqual([pdf])
})

test('a file that is no PDF, and lines for a receipt head, are refused before the printer is asked', async () => {
  const refused = { ok: false, error: { kind: 'pdf-refused', reason: 'broken' } }
  expect(await service.print('op.receipt', { kind: 'receipt', document: receipt }, 1)).toEqual(refused)
  expect(await service.print('op.certificate', { kind: 'pdf', pdf: Buffer.from('nonsense') }, 1)).toEqual(refused)
  expect(await service.print('op.certificate', { kind: 'pdf', pdf: await certificatePdf(1) }, 2)).toEqual(refused)
  expect(await printer.documents()).toEqual([])
})

test('one job at a time', async () => {
  await untilStatus('ready')
  const pdf = await certificatePdf(1)
  const first = service.print('op.certificate', { kind: 'pdf', pdf }, 1)
  expect(await service.print('op.certificate', { kind: 'pdf', pdf }, 1)).toEqual({
    ok: false,
    error: { kind: 'printer-busy' },
  })
  expect(await first).toMatchObject({ ok: true })
})
