// The printer service alone in a process of its own: only there may LD_PRELOAD and the bed's folder be in force.

import type { ProfileName } from '../../native/printer/profiles.ts'
import { createPrinterService, type PrinterService } from '../../native/printer/service.ts'

const tell = (message: unknown) => void process.send?.(message)
const service: PrinterService = createPrinterService({
  profile: process.argv[2] as ProfileName,
  onStatus: (status) => tell({ status }),
  onProgress: (progress) => tell({ progress }),
})

process.on('message', async ({ id, method, args }: { id: number; method: keyof PrinterService; args: unknown[] }) => {
  const call = service[method] as (...args: unknown[]) => Promise<unknown>
  tell({ id, value: await call(...args) })
  if (method === 'stop') process.disconnect()
})
process.on('disconnect', () => process.exit(0))
