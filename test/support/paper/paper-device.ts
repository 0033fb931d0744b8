import { flushCompileCache } from 'node:module'
import { forgetGarbage } from '../../../basics/memory.ts'
import type { Result } from '../../../contract/result.ts'
import { parentPort, serve } from '../../../native/host.ts'
import type { ProfileName } from '../../../native/printer/head/profiles.ts'
import { wordsOf } from '../../../native/printer/image/pdf.ts'
import { createPrinterService } from '../../../native/printer/service.ts'

// A test kills it; what it has read is kept for the next one (vitest.config.ts).
flushCompileCache()

// The device process without its card half, for paper-bench.ts: a bench with a printer and nothing else.

const printer = createPrinterService({
  profile: process.argv[2] as ProfileName,
  onStatus: (status) => host.tell({ event: 'printer', status }),
  onProgress: (progress) => host.tell(progress),
})
const noReader = async (): Promise<Result<never, { kind: 'reader-unavailable' }>> => ({
  ok: false,
  error: { kind: 'reader-unavailable' },
})
const host = serve(parentPort(), {
  'card.read': noReader,
  'card.login': noReader,
  'card.travel-document': noReader,
  'card.wait': async () => ({ ok: true, value: { lost: false } }),
  'printer.print': ({ job, sheet, fromPage }) => printer.print(job, sheet, fromPage),
  'printer.status': async () => ({ ok: true, value: { status: await printer.status() } }),
  async 'memory.forget'() {
    forgetGarbage()
    return { ok: true, value: {} }
  },
  'pdf.text': ({ pdf }) => wordsOf(pdf),
  'memory.fill': async ({ zeros }) => ({ ok: true, value: { zeros } }),
  'pdf.raster': ({ pdf, page, width }) => printer.raster(pdf, page, width),
})
host.tell({ event: 'ready', versions: { node: process.versions.node }, cie: 'not-configured' })
