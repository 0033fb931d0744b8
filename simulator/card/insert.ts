import { connect } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import type { VirtualCard } from './virtual-card.ts'

export interface InsertOptions {
  /** The card is pulled instead of answering its n-th APDU since it was put in (from 1). */
  pullAtApdu?: number
  /** The card executes this APDU and is pulled before it can answer. */
  pullAfter?(apdu: Uint8Array): boolean
  /** Time that the card takes for each APDU. */
  slowMs?: number
}

export interface InsertedCard {
  remove(): Promise<void>
  /** Resolves when the card is out of the reader, by whatever cause (also when pcscd dies). */
  removed: Promise<void>
}

/** The reader's messages to the card besides APDUs: one byte each (vpcd's protocol, reader/ifd.c). */
const POWER_OFF = 0x00
const POWER_ON = 0x01
const RESET = 0x02
const GET_ATR = 0x04

/**
 * Puts a virtual card into the slot that waits at `port` (`Pcscd.ports`); resolves when the reader has noticed it.
 * Rejects when no reader waits there. A slot takes the next card when the one before has left.
 */
export async function insertCard(
  card: VirtualCard,
  port: number,
  { pullAtApdu, pullAfter, slowMs = 0 }: InsertOptions = {},
): Promise<InsertedCard> {
  const reader = connect({ port, host: '127.0.0.1', noDelay: true })
  // The connection may end while an answer is under way: the card was pulled.
  reader.on('error', () => {})
  const removed = new Promise<void>((resolve) => reader.once('close', () => resolve()))
  card.reset()

  const run = async (noticed: () => void) => {
    let apdus = 0
    for await (const message of messages(reader)) {
      noticed()
      if (message.length !== 1) {
        apdus += 1
        if (apdus === pullAtApdu) break
        if (slowMs > 0) await delay(slowMs)
        const answer = card.transmit(message)
        if (pullAfter?.(message)) break
        reader.write(frame(answer))
      } else if (message[0] === GET_ATR) {
        reader.write(frame(card.atr ?? new Uint8Array()))
      } else if (message[0] === POWER_OFF || message[0] === POWER_ON || message[0] === RESET) {
        card.reset()
      }
    }
    reader.destroy()
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
      reader.destroy()
      await removed
    },
  }
}

/** A message is a length in two bytes, big-endian, and as many bytes. */
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
