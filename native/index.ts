import { parseArgs } from 'node:util'
import { printerProfile } from '../contract/config.ts'
import { createCardService } from './card/service.ts'
import { parentPort, serve } from './host.ts'
import { createPrinterService } from './printer/service.ts'

// The device process: card and printer, apart from everything else. It may crash or leave; its supervisor restarts it.

const { values } = parseArgs({ options: { printer: { type: 'string', default: 'a4-kiosk' } } })

const card = createCardService({
  onState: (state) => host.tell({ event: 'card', card: state }),
  // Not process.exit: with a wedged reader Node would wait for the stuck native call for ever.
  onBroken: () => process.kill(process.pid, 'SIGKILL'),
})
const printer = createPrinterService({
  profile: printerProfile.parse(values.printer),
  onStatus: (status) => host.tell({ event: 'printer', status }),
  onProgress: (progress) => host.tell(progress),
})

const host = serve(parentPort(), {
  'card.read': () => card.read(),
  'card.login': ({ pin, challenge }) => card.login(pin, challenge),
  'printer.print': ({ job, sheet, fromPage }) => printer.print(job, sheet, fromPage),
  'printer.status': async () => ({ ok: true, value: { status: await printer.status() } }),
  'pdf.raster': ({ pdf, page, width }) => printer.raster(pdf, page, width),
})
host.tell({ event: 'ready', versions: { node: process.versions.node } })
