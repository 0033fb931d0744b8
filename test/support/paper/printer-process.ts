// The printer service alone in a process of its own, because LD_PRELOAD and the bed's folder may apply only there.

import { flushCompileCache } from 'node:module'
import type { ProfileName } from '../../../native/printer/head/profiles.ts'
import type { PrinterService } from '../../../native/printer/printer.ts'
import { createPrinterService } from '../../../native/printer/service.ts'

// A test kills it; what it has read is kept for the next one (vitest.config.ts).
flushCompileCache()

const tell = (message: unknown) => void process.send?.(message)
const service: PrinterService = createPrinterService({
  profile: process.argv[2] as ProfileName,
  ...(process.argv[3] ? { heldOutMs: Number(process.argv[3]) } : {}),
  onStatus: (status) => tell({ status }),
  onProgress: (progress) => tell({ progress }),
})

// Bytes held now, and the peak (getrusage answers in kilobytes).
const memory = () => ({ now: process.memoryUsage().rss, peak: process.resourceUsage().maxRSS * 1024 })

process.on(
  'message',
  async ({ id, method, args }: { id: number; method: keyof PrinterService | 'memory'; args: unknown[] }) => {
    const call = (method === 'memory' ? memory : service[method]) as (...args: unknown[]) => unknown
    tell({ id, value: await call(...args) })
    if (method === 'stop') process.disconnect()
  },
)
process.on('disconnect', () => process.exit(0))
