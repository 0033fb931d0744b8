import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { BULK, configurationDescriptor, deviceDescriptor, INTERRUPT, inPipe, type UsbDevice } from './device.ts'

// A card reader of one slot by the CCID class (Device Class: Smart Card, revision 1.1), on the level of extended APDUs:
// libccid knows it by the ids of a real model and drives it as that model.

const CCID_CLASS = 0x0b
const HEADER = 10
const LONGEST_MESSAGE = 65_556
const [OUT, IN, INTERRUPT_IN] = [1, 2, 3]
/** Requests (§6.1). */
const [POWER_ON, POWER_OFF, SLOT_STATUS, TRANSFER, GET_PARAMETERS, RESET_PARAMETERS, SET_PARAMETERS] = [
  ...[0x62, 0x63, 0x65, 0x6f, 0x6c, 0x6d, 0x61],
]
/** Answers (§6.2). */
const [DATA_BLOCK, STATUS, PARAMETERS, ESCAPED] = [0x80, 0x81, 0x82, 0x83]
const ESCAPE = 0x6b
/** RDR_to_PC_NotifySlotChange (§6.3.1): the slot's state in bit 0, that it has changed in bit 1. */
const NOTIFY = 0x50
const [WENT, CAME] = [0x02, 0x03]
/** bmICCStatus, and bmCommandStatus with its error (§6.2.6). */
const [ACTIVE, INACTIVE, ABSENT, FAILED] = [0, 1, 2, 0x40]
const [MUTE, UNKNOWN_COMMAND] = [0xfe, 0x00]
/**
 * dwFeatures: extended APDUs; voltage, clock, rate and parameters by the reader itself, as soon as a card is in.
 */
const FEATURES = 0x000400be
/** Of T=1 as after an answer to reset without offers (§6.2.3). */
const T1_PARAMETERS = Buffer.from([0x11, 0x10, 0x00, 0x4d, 0x00, 0xfe, 0x00])
/** Frames of one byte between slot and card (simulator/card/reader/ifd.c has the same). */
const CARD = { off: 0x00, on: 0x01, reset: 0x02, atr: 0x04 }

export interface CardReader {
  device: UsbDevice
  /** TCP port of 127.0.0.1 at which the slot waits for a card (simulator/card/insert.ts). */
  port: number
  stop(): Promise<void>
}

interface Answer {
  kind: number
  body?: Uint8Array
  error?: number
  /** The last byte of its header. */
  tail?: number
}

/** Bit4id's vendor id: readers that Italy's cards are read with. */
const VENDOR = 0x25dd

export async function cardReader(busId: string, product: number, name: string): Promise<CardReader> {
  const [answers, changes] = [inPipe(), inPipe()]
  const slot = await cardSlot((came) => changes.give(Buffer.from([NOTIFY, came ? CAME : WENT]), true))
  let message = Buffer.alloc(0)
  /** One command at a time. */
  let working = Promise.resolve()

  async function execute(kind: number, data: Uint8Array): Promise<Answer> {
    const { card } = slot
    switch (kind) {
      case SLOT_STATUS:
        return { kind: STATUS }
      case GET_PARAMETERS:
      case RESET_PARAMETERS:
        return { kind: PARAMETERS, body: T1_PARAMETERS, tail: 1 }
      case SET_PARAMETERS:
        // Five bytes are those of T=0.
        return { kind: PARAMETERS, body: data, tail: data.length === 5 ? 0 : 1 }
      case POWER_ON: {
        const atr = await card?.powerOn()
        return atr && atr.length > 0 ? { kind: DATA_BLOCK, body: atr } : { kind: DATA_BLOCK, error: MUTE }
      }
      case POWER_OFF:
        card?.powerOff()
        return { kind: STATUS }
      case TRANSFER: {
        const answer = card?.active ? await card.transmit(data) : null
        return answer ? { kind: DATA_BLOCK, body: answer } : { kind: DATA_BLOCK, error: MUTE }
      }
      case ESCAPE:
        return { kind: ESCAPED, error: UNKNOWN_COMMAND }
      default:
        return { kind: STATUS, error: UNKNOWN_COMMAND }
    }
  }

  async function work(command: Buffer): Promise<void> {
    const [kind = 0, slotNumber = 0, sequence = 0] = [command[0], command[5], command[6]]
    const { kind: answered, body = new Uint8Array(), error, tail = 0 } = await execute(kind, command.subarray(HEADER))
    const state = slot.card === null ? ABSENT : slot.card.active ? ACTIVE : INACTIVE
    const head = Buffer.alloc(HEADER)
    head.writeUInt8(answered, 0)
    head.writeUInt32LE(body.length, 1)
    head.set([slotNumber, sequence, state | (error === undefined ? 0 : FAILED), error ?? 0, tail], 5)
    answers.give(Buffer.concat([head, body]))
  }

  const strings = ['BIT4ID', name]
  const device: UsbDevice = {
    ...{ busId, vendor: VENDOR, product, class: CCID_CLASS, strings },
    device: deviceDescriptor(VENDOR, product, strings),
    configuration: configurationDescriptor({
      class: CCID_CLASS,
      own: classDescriptor(),
      endpoints: [
        { address: OUT, kind: BULK, bytes: 64, interval: 0 },
        { address: 0x80 | IN, kind: BULK, bytes: 64, interval: 0 },
        { address: 0x80 | INTERRUPT_IN, kind: INTERRUPT, bytes: 8, interval: 24 },
      ],
    }),
    control: () => null,
    in: new Map([
      [IN, answers],
      [INTERRUPT_IN, changes],
    ]),
    async out(_endpoint, data) {
      // A message may come in several transfers.
      message = Buffer.concat([message, data])
      while (message.length >= HEADER && message.length >= HEADER + message.readUInt32LE(1)) {
        const command = message.subarray(0, HEADER + message.readUInt32LE(1))
        message = message.subarray(command.length)
        working = working.then(() => work(command))
      }
    },
    attached() {
      message = Buffer.alloc(0)
      if (slot.card) changes.give(Buffer.from([NOTIFY, CAME]), true)
    },
  }
  return { device, port: slot.port, stop: slot.stop }
}

/** The class's own descriptor (§5.1). */
function classDescriptor(): Buffer {
  const bytes = Buffer.alloc(54)
  bytes.set([54, 0x21, 0x10, 0x01, 0, 0x07], 0)
  const numbers: [at: number, value: number][] = [
    // dwProtocols: T=0 and T=1; clocks in kHz, rates in bit/s.
    ...([
      [6, 3],
      [10, 4_000],
      [14, 4_000],
      [19, 10_752],
      [23, 344_086],
      [28, 254],
    ] as [number, number][]),
    ...([
      [40, FEATURES],
      [44, LONGEST_MESSAGE],
    ] as [number, number][]),
  ]
  for (const [at, value] of numbers) bytes.writeUInt32LE(value, at)
  // GET RESPONSE and envelope in the class of the command; no display, no keypad; one slot at work.
  bytes.set([0xff, 0xff, 0, 0, 0, 1], 48)
  return bytes
}

interface Card {
  readonly active: boolean
  powerOn(): Promise<Uint8Array | null>
  powerOff(): void
  /** Null: it was pulled. */
  transmit(apdu: Uint8Array): Promise<Uint8Array | null>
}

/** The slot: a card is a TCP client, and has left when it hangs up. */
async function cardSlot(changed: (came: boolean) => void) {
  let card: Card | null = null
  let inside: Socket | null = null
  const server = createServer(async (socket) => {
    socket.setNoDelay()
    socket.on('error', () => {})
    if (inside) return socket.destroy()
    inside = socket
    const now = conversation(socket)
    socket.once('close', () => {
      if (inside !== socket) return
      inside = null
      card = null
      changed(false)
    })
    now.tell(CARD.reset)
    const atr = await now.ask(Buffer.from([CARD.atr]))
    if (atr === null) return
    let active = false
    card = {
      get active() {
        return active
      },
      async powerOn() {
        now.tell(CARD.on)
        active = atr.length > 0
        return atr
      },
      powerOff() {
        now.tell(CARD.off)
        active = false
      },
      transmit: (apdu) => now.ask(apdu),
    }
    changed(true)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    get card() {
      return card
    },
    port: (server.address() as AddressInfo).port,
    async stop() {
      inside?.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

/** Frames of two bytes of length, big-endian, and as many bytes. */
function conversation(socket: Socket) {
  let pending = Buffer.alloc(0)
  let answered: ((answer: Uint8Array | null) => void) | null = null
  const settle = (answer: Uint8Array | null) => {
    const settled = answered
    answered = null
    settled?.(answer)
  }
  socket.on('data', (bytes: Buffer) => {
    pending = Buffer.concat([pending, bytes])
    if (pending.length < 2 || pending.length < 2 + pending.readUInt16BE()) return
    const answer = pending.subarray(2, 2 + pending.readUInt16BE())
    pending = pending.subarray(2 + answer.length)
    settle(answer)
  })
  socket.once('close', () => settle(null))
  const send = (frame: Uint8Array) => {
    const head = Buffer.alloc(2)
    head.writeUInt16BE(frame.length)
    socket.write(Buffer.concat([head, frame]))
  }
  return {
    tell: (what: number) => send(Buffer.from([what])),
    ask: (what: Uint8Array) =>
      new Promise<Uint8Array | null>((answer) => {
        if (socket.destroyed) return answer(null)
        answered = answer
        send(what)
      }),
  }
}
