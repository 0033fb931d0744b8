import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { devicesAsync, HIDAsync } from 'node-hid'
import { outputReportBytes } from './report-descriptor.ts'

/** The few calls of a HID library that a printer needs. They reject when the device is gone. */
export interface HidDevice {
  /** Writes one report, id byte first. */
  write(report: Uint8Array): Promise<void>
  /** Received bytes, or null when none came within `timeoutMs`. */
  read(timeoutMs: number): Promise<Uint8Array | null>
  close(): Promise<void>
}

export interface HidBus {
  /** Opens the first device of these ids; null when there is none or it may not be opened. */
  open(vendorId: number, productId: number): Promise<(HidDevice & { reportBytes: number }) | null>
}

/** One packet of a full-speed interrupt endpoint. Used when the system does not give the descriptor. */
const DEFAULT_REPORT_BYTES = 64

/**
 * node-hid over hidraw. It gets no `data` listener, because writing while its read thread runs crashes it (node-hid
 * issues 538, 540, 566).
 */
export const hidraw: HidBus = {
  async open(vendorId, productId) {
    try {
      // With hidraw this reads sysfs alone; it does not wake devices.
      const [found] = await devicesAsync(vendorId, productId)
      if (!found?.path) return null
      const device = await HIDAsync.open(found.path)
      return {
        reportBytes: await reportBytes(found.path),
        async write(report) {
          await device.write(Buffer.from(report))
        },
        async read(timeoutMs) {
          const data = await device.read(timeoutMs)
          return data && data.length > 0 ? data : null
        },
        close: () => device.close(),
      }
    } catch {
      return null
    }
  },
}

/** node-hid does not give the report descriptor; the kernel does. */
async function reportBytes(path: string): Promise<number> {
  try {
    const descriptor = await readFile(`/sys/class/hidraw/${basename(path)}/device/report_descriptor`)
    return outputReportBytes(descriptor) ?? DEFAULT_REPORT_BYTES
  } catch {
    return DEFAULT_REPORT_BYTES
  }
}
