/** Eight bytes that begin a control transfer (USB 2.0 §9.3). */
export interface Setup {
  requestType: number
  request: number
  value: number
  length: number
}

/** A transfer that waits at an IN endpoint for something to be told. */
export interface Waiting {
  id: number
  length: number
  reply(data: Uint8Array): void
}

/** An IN endpoint: what the device has to say meets the transfers that wait for it, in order. */
export interface InPipe {
  /** `newestOnly`: what was not fetched yet is out of date. */
  give(message: Uint8Array, newestOnly?: boolean): void
  wait(transfer: Waiting): void
  /** The host takes a transfer back; false: it was answered before. */
  takeBack(id: number): boolean
  /** The host has left. */
  clear(): void
}

export function inPipe(): InPipe {
  let waiting: Waiting[] = []
  let messages: Uint8Array[] = []
  const move = () => {
    while (waiting.length > 0 && messages.length > 0) {
      const [transfer] = waiting.splice(0, 1)
      const [message = new Uint8Array()] = messages
      const length = transfer?.length ?? 0
      // A message that is longer than the transfer goes on in the next one.
      if (message.length > length) messages[0] = message.subarray(length)
      else messages.shift()
      transfer?.reply(message.subarray(0, length))
    }
  }
  return {
    give(message, newestOnly = false) {
      if (newestOnly) messages = []
      messages.push(message)
      move()
    },
    wait(transfer) {
      waiting.push(transfer)
      move()
    },
    takeBack(id) {
      const before = waiting.length
      waiting = waiting.filter((transfer) => transfer.id !== id)
      return waiting.length < before
    },
    clear() {
      waiting = []
      messages = []
    },
  }
}

/** A device with one configuration of one interface. */
export interface UsbDevice {
  /** As `usbip attach --busid` names it. */
  busId: string
  vendor: number
  product: number
  /** bInterfaceClass. */
  class: number
  device: Uint8Array
  configuration: Uint8Array
  /** From number 1 on. */
  strings: readonly string[]
  /** A request of its class, or for a descriptor of its class; null: it stalls. */
  control(setup: Setup): Uint8Array | null
  /** By number, without the bit of direction. */
  in: ReadonlyMap<number, InPipe>
  /** Resolves when the device has taken it; until then the endpoint answers NAK. */
  out(endpoint: number, data: Uint8Array): Promise<void>
  /** A host has attached it. */
  attached(): void
}

const [DEVICE, CONFIGURATION, STRING, INTERFACE, ENDPOINT] = [1, 2, 3, 4, 5]
export const [BULK, INTERRUPT] = [2, 3]
const GET_STATUS = 0
const GET_DESCRIPTOR = 6
const STANDARD_IN = 0x80
const ENGLISH = 0x0409

/** A device descriptor (USB 2.0 §9.6.1): class and protocol are the interface's. */
export function deviceDescriptor(vendor: number, product: number, strings: readonly string[]): Buffer {
  const bytes = Buffer.alloc(18)
  bytes.writeUInt8(18, 0)
  bytes.writeUInt8(DEVICE, 1)
  bytes.writeUInt16LE(0x0200, 2)
  bytes.writeUInt8(64, 7)
  bytes.writeUInt16LE(vendor, 8)
  bytes.writeUInt16LE(product, 10)
  bytes.writeUInt16LE(0x0100, 12)
  // Maker, product, serial number.
  for (const at of [1, 2, 3]) bytes.writeUInt8(at <= strings.length ? at : 0, 13 + at)
  bytes.writeUInt8(1, 17)
  return bytes
}

/** Its only configuration (§9.6.3), with the interface, what its class adds, and the endpoints. */
export function configurationDescriptor(of: {
  class: number
  own: Uint8Array
  endpoints: { address: number; kind: number; bytes: number; interval: number }[]
}): Buffer {
  const endpoints = of.endpoints.map(({ address, kind, bytes, interval }) =>
    Buffer.from([7, ENDPOINT, address, kind, bytes & 0xff, bytes >> 8, interval]),
  )
  const face = Buffer.from([9, INTERFACE, 0, 0, endpoints.length, of.class, 0, 0, 0])
  const rest = Buffer.concat([face, of.own, ...endpoints])
  // Powered by itself: 0xC0.
  const head = Buffer.from([9, CONFIGURATION, 0, 0, 1, 1, 0, 0xc0, 50])
  head.writeUInt16LE(head.length + rest.length, 2)
  return Buffer.concat([head, rest])
}

/** What every device answers at endpoint 0 (§9.4); null: it stalls. */
export function answerControl(device: UsbDevice, setup: Setup): Uint8Array | null {
  const { requestType, request, value, length } = setup
  const isIn = (requestType & STANDARD_IN) !== 0
  if (requestType === STANDARD_IN && request === GET_DESCRIPTOR) {
    const found = descriptor(device, value >> 8, value & 0xff)
    return found?.subarray(0, length) ?? null
  }
  const own = device.control(setup)
  if (own) return own.subarray(0, length)
  if (requestType === STANDARD_IN && request === GET_STATUS) return Buffer.from([1, 0]).subarray(0, length)
  // SET_CONFIGURATION, SET_INTERFACE, CLEAR_FEATURE: there is one of each.
  return isIn ? null : new Uint8Array()
}

function descriptor(device: UsbDevice, kind: number, number: number): Uint8Array | null {
  if (kind === DEVICE) return device.device
  if (kind === CONFIGURATION) return device.configuration
  if (kind !== STRING) return null
  const text = number === 0 ? Buffer.from([ENGLISH & 0xff, ENGLISH >> 8]) : utf16(device.strings[number - 1])
  return text && Buffer.concat([Buffer.from([text.length + 2, STRING]), text])
}

const utf16 = (text: string | undefined): Buffer | null => (text === undefined ? null : Buffer.from(text, 'utf16le'))
