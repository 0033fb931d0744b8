import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { answerControl, type UsbDevice } from './device.ts'

// USB over IP as Linux speaks it (Documentation/usb/usbip_protocol.rst): this side plays the devices, and a kernel with
// vhci-hcd takes them for real. Numbers are big-endian; a setup packet stays as it is on the bus.

const VERSION = 0x0111
const [ASK_LIST, ASK_IMPORT, LIST, IMPORT] = [0x8005, 0x8003, 0x0005, 0x0003]
const [SUBMIT, UNLINK, SUBMITTED, UNLINKED] = [1, 2, 3, 4]
const [GOOD, NO_DEVICE] = [0, 1]
const HEAD = 48
const BUS_ID = 32
const FULL_SPEED = 2
const NOT_ISOCHRONOUS = 0xffffffff
/** Of Linux. */
const [EPIPE, ECONNRESET] = [32, 104]

export interface UsbipHost {
  port: number
  /** Pulls the cable of a device; `plug` lets a host attach it again. */
  unplug(busId: string): void
  plug(busId: string): void
  stop(): Promise<void>
}

/** Offers these devices on loopback. In the guest: `usbip --tcp-port PORT attach --remote HOST --busid ID`. */
export async function startUsbip(devices: readonly UsbDevice[], port = 0): Promise<UsbipHost> {
  const plugged = new Map(devices.map((device) => [device.busId, device]))
  const cables = new Map<string, Socket>()
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.setNoDelay()
    socket.on('error', () => {})
    socket.once('close', () => sockets.delete(socket))
    void converse(
      socket,
      () => [...plugged.values()],
      (device) => {
        // A host that was killed has not said good-bye.
        cables.get(device.busId)?.destroy()
        cables.set(device.busId, socket)
      },
    ).catch(() => socket.destroy())
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const unplug = (busId: string) => {
    plugged.delete(busId)
    cables.get(busId)?.destroy()
    cables.delete(busId)
  }
  return {
    port: (server.address() as AddressInfo).port,
    unplug,
    plug(busId) {
      const device = devices.find((one) => one.busId === busId)
      if (device) plugged.set(busId, device)
    },
    async stop() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

type Take = (bytes: number) => Promise<Buffer>

/** One connection: lists, then one imported device until the cable is pulled. */
async function converse(socket: Socket, present: () => UsbDevice[], imported: (device: UsbDevice) => void) {
  const take = reader(socket)
  for (;;) {
    const asked = (await take(8)).readUInt16BE(2)
    if (asked === ASK_LIST) {
      socket.write(Buffer.concat([answer(LIST, GOOD), number(present().length), ...present().map(listed)]))
      continue
    }
    if (asked !== ASK_IMPORT) throw new Error(`usbip: request ${asked}`)
    const id = (await take(BUS_ID)).toString('latin1').replace(/\0.*$/s, '')
    const device = present().find(({ busId }) => busId === id)
    if (!device) {
      socket.write(answer(IMPORT, NO_DEVICE))
      continue
    }
    imported(device)
    for (const pipe of device.in.values()) pipe.clear()
    socket.write(Buffer.concat([answer(IMPORT, GOOD), record(device)]))
    device.attached()
    try {
      return await transfers(socket, take, device)
    } finally {
      for (const pipe of device.in.values()) pipe.clear()
    }
  }
}

async function transfers(socket: Socket, take: Take, device: UsbDevice): Promise<never> {
  /** OUT transfers that the device has not taken yet. */
  const pending = new Set<number>()
  const done = (id: number, status: number, actual: number, data: Uint8Array = new Uint8Array()) => {
    const head = Buffer.alloc(HEAD)
    head.writeUInt32BE(SUBMITTED, 0)
    head.writeUInt32BE(id, 4)
    head.writeInt32BE(status, 20)
    head.writeUInt32BE(actual, 24)
    head.writeUInt32BE(NOT_ISOCHRONOUS, 32)
    if (!socket.destroyed) socket.write(Buffer.concat([head, data]))
  }
  for (;;) {
    const head = await take(HEAD)
    const [command, id, isIn, endpoint] = [0, 4, 12, 16].map((at) => head.readUInt32BE(at)) as [
      ...[number, number, number, number],
    ]
    if (command === UNLINK) {
      const taken = head.readUInt32BE(20)
      const found = pending.delete(taken) || [...device.in.values()].some((pipe) => pipe.takeBack(taken))
      const reply = Buffer.alloc(HEAD)
      reply.writeUInt32BE(UNLINKED, 0)
      reply.writeUInt32BE(id, 4)
      reply.writeInt32BE(found ? -ECONNRESET : 0, 20)
      socket.write(reply)
      continue
    }
    if (command !== SUBMIT) throw new Error(`usbip: command ${command}`)
    const length = head.readUInt32BE(24)
    const data = isIn ? new Uint8Array() : await take(length)
    if (endpoint === 0) {
      const setup = head.subarray(40, HEAD)
      const said = answerControl(device, {
        requestType: setup.readUInt8(0),
        request: setup.readUInt8(1),
        value: setup.readUInt16LE(2),
        length: setup.readUInt16LE(6),
      })
      if (said === null) done(id, -EPIPE, 0)
      else done(id, 0, isIn ? said.length : length, isIn ? said : undefined)
    } else if (isIn) {
      const pipe = device.in.get(endpoint)
      if (pipe) pipe.wait({ id, length, reply: (message) => done(id, 0, message.length, message) })
      else done(id, -EPIPE, 0)
    } else {
      pending.add(id)
      void device.out(endpoint, data).then(() => {
        if (pending.delete(id)) done(id, 0, length)
      })
    }
  }
}

/** Takes exact numbers of bytes from a stream, and throws at its end. */
function reader(socket: Socket): Take {
  const chunks = socket[Symbol.asyncIterator]()
  let pending = Buffer.alloc(0)
  return async (bytes) => {
    while (pending.length < bytes) {
      const { done, value } = await chunks.next()
      if (done) throw new Error('the cable was pulled')
      pending = Buffer.concat([pending, value as Buffer])
    }
    const taken = pending.subarray(0, bytes)
    pending = pending.subarray(bytes)
    return taken
  }
}

const number = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

function answer(code: number, status: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeUInt16BE(VERSION, 0)
  bytes.writeUInt16BE(code, 2)
  bytes.writeUInt32BE(status, 4)
  return bytes
}

/** A device as lists and imports describe it. */
function record({ busId, vendor, product }: UsbDevice): Buffer {
  const [bus = 1, place = 1] = busId.split('-').map(Number)
  const bytes = Buffer.alloc(312)
  bytes.write(`/sys/virtual/usb${bus}/${busId}`, 0, 'latin1')
  bytes.write(busId, 256, 'latin1')
  bytes.writeUInt32BE(bus, 288)
  bytes.writeUInt32BE(place + 1, 292)
  bytes.writeUInt32BE(FULL_SPEED, 296)
  bytes.writeUInt16BE(vendor, 300)
  bytes.writeUInt16BE(product, 302)
  bytes.writeUInt16BE(0x0100, 304)
  // The configuration in force, of how many, with how many interfaces.
  bytes.set([1, 1, 1], 309)
  return bytes
}

const listed = (device: UsbDevice): Buffer => Buffer.concat([record(device), Buffer.from([device.class, 0, 0, 0])])
