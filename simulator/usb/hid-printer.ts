import { duplexPair } from 'node:stream'
import type { Cable } from '../printer/cable.ts'
import { configurationDescriptor, deviceDescriptor, INTERRUPT, inPipe, type UsbDevice } from './device.ts'

const HID_CLASS = 3
/** One vendor-defined collection: reports of 63 bytes both ways, without a number (HID 1.11 §6.2.2). */
const REPORT_DESCRIPTOR = Buffer.from(
  '0600ff0901a1010902150026ff007508953f810209031500' + '26ff007508953f9102c0',
  'hex',
)
const REPORT = 63
const [OF_HID, OF_REPORT] = [0x21, 0x22]
const STRINGS = ['Virtual', 'Thermal Printer', 'VP0001']
const [INTERFACE_IN, GET_DESCRIPTOR] = [0x81, 6]

/** Class descriptor: HID 1.11, no country, one descriptor of reports. */
const HID = Buffer.from([9, OF_HID, 0x11, 0x01, 0, 1, OF_REPORT, REPORT_DESCRIPTOR.length, 0])

/** The USB end of a thermal printer with a HID interface, and its cable to the mechanism. */
export function hidPrinter(busId: string, vendor: number, product: number): { device: UsbDevice; cable: Cable } {
  // As little as a stream can hold: USB has no buffer of its own, a printer that reads nothing must be felt at once.
  const [inside, outside] = duplexPair({ highWaterMark: REPORT + 1 })
  const status = inPipe()
  inside.on('data', (bytes: Buffer) => {
    for (let at = 0; at < bytes.length; at += REPORT) status.give(bytes.subarray(at, at + REPORT))
  })
  const device: UsbDevice = {
    ...{ busId, vendor, product, class: HID_CLASS, strings: STRINGS },
    device: deviceDescriptor(vendor, product, STRINGS),
    configuration: configurationDescriptor({
      class: HID_CLASS,
      own: HID,
      endpoints: [
        { address: 0x81, kind: INTERRUPT, bytes: 64, interval: 1 },
        { address: 0x01, kind: INTERRUPT, bytes: 64, interval: 1 },
      ],
    }),
    control({ requestType, request, value }) {
      if (requestType !== INTERFACE_IN || request !== GET_DESCRIPTOR) return null
      return { [OF_HID]: HID, [OF_REPORT]: REPORT_DESCRIPTOR }[value >> 8] ?? null
    },
    in: new Map([[1, status]]),
    // The mechanism is used to a report's number before it, 0 for none, as hidraw has it.
    out: (_endpoint, data) =>
      new Promise((taken) => {
        const report = Buffer.alloc(1 + REPORT)
        report.set(data.subarray(0, REPORT), 1)
        inside.write(report, () => taken())
      }),
    attached: () => undefined,
  }
  return { device, cable: outside }
}
