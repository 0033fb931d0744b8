import { parseArgs } from 'node:util'
import { forgetGarbage } from '../basics/memory.ts'
import { printerConfig } from '../contract/config.ts'
import { err } from '../contract/result.ts'
import { loadExternalKey } from './card/cie/index.ts'
import { createCardService } from './card/service.ts'
import { parentPort, serve } from './host.ts'
import { forgetDocuments, wordsOf } from './printer/image/pdf.ts'
import { createPrinterService } from './printer/service.ts'

// The device process: card and printer, apart from everything else. It may crash or end; its supervisor restarts it.

/** A packaged totem takes no test key. From the sources, in a technician's command or a test, the name is not set. */
const BENCH_OPTIONS =
  typeof __DEVELOPMENT__ === 'undefined' || __DEVELOPMENT__ || __TEST_TRUST__
    ? { 'test-trust': { type: 'boolean' } as const }
    : {}
const LAST_WORDS_MS = 100

const { values } = parseArgs({
  options: {
    printer: { type: 'string', default: 'a4-kiosk' },
    'printer-uri': { type: 'string' },
    'printer-ca': { type: 'string' },
    'external-key': { type: 'string' },
    ...BENCH_OPTIONS,
  },
})

const file = values['external-key']
const cie = file === undefined ? null : loadExternalKey(file, { testTrust: values['test-trust'] === true })
const host = serve(parentPort(), {
  async 'card.read'() {
    const readout = await card.read()
    // Without that key nobody can log in with a CIE. The person should hear it now and not after the PIN.
    return readout.ok && readout.value.card === 'cie' && cie?.state !== 'ready'
      ? err({ kind: 'cie-unavailable' })
      : readout
  },
  'card.login': ({ pin, challenge }) => card.login(pin, challenge),
  'card.travel-document': ({ can }) => card.travelDocument(can),
  'card.wait': async () => ({ ok: true, value: { lost: card.wait() } }),
  'printer.print': ({ job, sheet, fromPage }) => printer.print(job, sheet, fromPage),
  'printer.status': async () => ({ ok: true, value: { status: await printer.status() } }),
  async 'memory.forget'() {
    await forgetDocuments()
    forgetGarbage()
    return { ok: true, value: {} }
  },
  'pdf.text': ({ pdf }) => wordsOf(pdf),
  'memory.fill': async ({ zeros }) => ({ ok: true, value: { zeros } }),
  'pdf.raster': ({ pdf, page, width }) => printer.raster(pdf, page, width),
})
// Before the services start, because they have news at once: `ready` is the first message.
host.tell({ event: 'ready', versions: { node: process.versions.node }, cie: cie?.state ?? 'not-configured' })

const card = createCardService({
  externalKey: cie?.state === 'ready' ? cie.key : null,
  onState: (state) => host.tell({ event: 'card', card: state }),
  onBroken(reason) {
    host.tell({ event: 'broken', reason })
    // Not process.exit: with a wedged reader Node would wait for the stuck native call for ever. The message needs a
    // moment to leave.
    setTimeout(() => process.kill(process.pid, 'SIGKILL'), LAST_WORDS_MS)
  },
})
const printer = createPrinterService({
  ...printerConfig.parse({
    profile: values.printer,
    ...(values['printer-uri'] !== undefined && { uri: values['printer-uri'] }),
    ...(values['printer-ca'] !== undefined && { ca: values['printer-ca'] }),
  }),
  onStatus: (status) => host.tell({ event: 'printer', status }),
  onProgress: (progress) => host.tell(progress),
})
