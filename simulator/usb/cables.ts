import type { Bed } from '../printer/cable.ts'
import { type CardReader, cardReader } from './card-reader.ts'
import { hidPrinter } from './hid-printer.ts'
import { startUsbip, type UsbipHost } from './usbip.ts'

/** Two readers and a printer on the cables of a machine whose kernel has vhci-hcd: a guest, or this one. */
export interface Cables {
  /** TCP port of 127.0.0.1 for `usbip attach`, and what hangs there. */
  port: number
  busIds: readonly string[]
  /** TCP ports of 127.0.0.1 at which the slots wait for a virtual card: with contacts, without contacts. */
  slots: [contact: number, contactless: number]
  printer: Bed
  stop(): Promise<void>
}

/** bit4id's miniLector EVO for contacts and miniLector AIR EVO without them, as libccid lists them. */
const [EVO, AIR_EVO] = [0x3111, 0x3211]

export async function startCables(printerIds: { vendor: number; product: number }): Promise<Cables> {
  const contact = await cardReader('2-1', EVO, 'miniLector-EVO')
  const contactless = await cardReader('2-2', AIR_EVO, 'miniLector AIR EVO')
  const { device, cable } = hidPrinter('1-1', printerIds.vendor, printerIds.product)
  const devices = [device, contact.device, contactless.device]
  const host: UsbipHost = await startUsbip(devices)
  const readers: CardReader[] = [contact, contactless]
  return {
    port: host.port,
    busIds: devices.map(({ busId }) => busId),
    slots: [contact.port, contactless.port],
    printer: {
      env: {},
      cable,
      unplug: async () => host.unplug(device.busId),
      plug: async () => host.plug(device.busId),
      stop: async () => void cable.destroy(),
    },
    async stop() {
      await host.stop()
      for (const reader of readers) await reader.stop()
    },
  }
}
