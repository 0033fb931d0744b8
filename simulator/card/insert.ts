import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { VirtualCard } from './virtual-card.ts'

const RELAY = fileURLToPath(new URL('vpcd_relay.py', import.meta.url))

export interface InsertOptions {
  /** The card is pulled instead of answering its n-th APDU since it was put in (from 1). */
  pullAtApdu?: number
  /** Time the card takes over each APDU. */
  slowMs?: number
}

export interface InsertedCard {
  remove(): Promise<void>
  /** Resolves when the card is out of the reader, whoever took it out (also when pcscd dies). */
  removed: Promise<void>
}

// pcscd looks at a virtual reader every 400 ms. A card that came sooner after another would be taken for it, which no
// hand is quick enough for.
const SLOT_EMPTY_MS = 1_000
/** When each port's slot became empty. */
const emptySince = new Map<number, number>()

/** What the reader says to the card besides APDUs: messages of one byte (vpcd, cards.md §10.2). */
const POWER_OFF = 0x00
const POWER_ON = 0x01
const RESET = 0x02
const GET_ATR = 0x04

// vpcd asks for the ATR to see whether a card is there, and again once it has given power. An empty answer would stall
// pcscd for good; one that is longer than any ATR (33 bytes) is refused, which is what a card without an ATR looks like.
const PRESENCE = Uint8Array.of(0x3b, 0x00)
const NO_ATR = new Uint8Array(34)

/**
 * Puts a virtual card into the reader that waits at `port` (`Pcscd.ports`); resolves when the reader has turned to it.
 * Rejects when no reader waits there.
 */
export async function insertCard(
  card: VirtualCard,
  port: number,
  { pullAtApdu, slowMs = 0 }: InsertOptions = {},
): Promise<InsertedCard> {
  await delay(Math.max(0, (emptySince.get(port) ?? 0) + SLOT_EMPTY_MS - Date.now()))
  const relay = spawn('python3', [RELAY, String(port)], { stdio: ['pipe', 'pipe', 'inherit'] })
  const removed = once(relay, 'exit').then(() => {
    emptySince.set(port, Date.now())
  })
  // It may be gone while an answer is under way: a pulled card.
  relay.stdin.on('error', () => {})
  card.reset()

  const run = async (noticed: () => void) => {
    let apdus = 0
    let powered = false
    for await (const message of messages(relay.stdout)) {
      noticed()
      if (message.length !== 1) {
        apdus += 1
        if (apdus === pullAtApdu) break
        if (slowMs > 0) await delay(slowMs)
        relay.stdin.write(frame(card.transmit(message)))
      } else if (message[0] === GET_ATR) {
        relay.stdin.write(frame(card.atr ?? (powered ? NO_ATR : PRESENCE)))
        powered = false
      } else if (message[0] === POWER_OFF || message[0] === POWER_ON || message[0] === RESET) {
        powered = message[0] !== POWER_OFF
        card.reset()
      }
    }
    relay.kill('SIGKILL')
  }
  await Promise.race([
    new Promise<void>((noticed, failed) => run(noticed).catch(failed)),
    removed.then(() => {
      throw new Error(`no reader at port ${port}`)
    }),
  ])
  return {
    removed,
    remove: async () => {
      relay.kill('SIGKILL')
      await removed
    },
  }
}

/** Messages are a length in two bytes, big-endian, and as many bytes. */
async function* messages(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let pending = Buffer.alloc(0)
  for await (const chunk of stream) {
    pending = Buffer.concat([pending, chunk])
    while (pending.length >= 2 && pending.length >= 2 + pending.readUInt16BE()) {
      const end = 2 + pending.readUInt16BE()
      yield pending.subarray(2, end)
      pending = pending.subarray(end)
    }
  }
}

function frame(payload: Uint8Array): Uint8Array {
  const framed = Buffer.alloc(2 + payload.length)
  framed.writeUInt16BE(payload.length)
  framed.set(payload, 2)
  return framed
}
