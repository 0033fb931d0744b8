import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { PKI } from '../../test/support/pki.ts'
import { virtualCard } from '../card/card.ts'
import { insertCard } from '../card/insert.ts'
import { type Cables, startCables } from './cables.ts'

// A host's side of USB/IP, written from the kernel's description of the protocol. `npm run guest` has Linux's own.

const [SUBMIT, UNLINK] = [1, 2]
const [EPIPE, ECONNRESET] = [32, 104]

let cables: Cables
let socket: Socket
beforeEach(async () => {
  cables = await startCables({ vendor: 0x0dd4, product: 0x0237 })
})
afterEach(async () => {
  socket?.destroy()
  await cables.stop()
})

async function host() {
  socket = connect(cables.port, '127.0.0.1').on('error', () => undefined)
  await once(socket, 'connect')
  const chunks = socket[Symbol.asyncIterator]()
  let pending = Buffer.alloc(0)
  async function take(bytes: number): Promise<Buffer> {
    while (pending.length < bytes) {
      const { done, value } = await chunks.next()
      if (done) throw new Error('pulled')
      pending = Buffer.concat([pending, value])
    }
    const taken = pending.subarray(0, bytes)
    pending = pending.subarray(bytes)
    return taken
  }
  let seq = 0
  function send(fields: number[], setup = Buffer.alloc(8), data: Uint8Array = new Uint8Array()) {
    const head = Buffer.alloc(48)
    for (const [at, value] of fields.entries()) head.writeUInt32BE(value, at * 4)
    setup.copy(head, 40)
    socket.write(Buffer.concat([head, data]))
  }
  return {
    async list() {
      socket.write(Buffer.from('0111800500000000', 'hex'))
      const head = await take(12)
      const devices = []
      for (let left = head.readUInt32BE(8); left > 0; left--) {
        const one = await take(316)
        const ids =
          one.readUInt16BE(300).toString(16).padStart(4, '0') + one.readUInt16BE(302).toString(16).padStart(4, '0')
        devices.push({ busId: one.subarray(256, 288).toString().replace(/\0+$/, ''), ids, class: one[312] })
      }
      return devices
    },
    async attach(busId: string) {
      const asked = Buffer.alloc(40)
      asked.write('0111800300000000', 0, 'hex')
      asked.write(busId, 8)
      socket.write(asked)
      const status = (await take(8)).readUInt32BE(4)
      if (status === 0) await take(312)
      return status
    },
    /** Begins a transfer; its number. */
    submit(endpoint: number, how: { in?: number; out?: Uint8Array; setup?: Buffer<ArrayBuffer> }): number {
      seq += 1
      const length = how.in ?? how.out?.length ?? 0
      send([SUBMIT, seq, 0, how.in === undefined ? 0 : 1, endpoint, 0, length], how.setup, how.out)
      return seq
    },
    unlink(id: number): void {
      seq += 1
      send([UNLINK, seq, 0, 0, 0, id])
    },
    /** The next answer; `isIn`: of a transfer that brings data. */
    async answer(isIn: boolean) {
      const head = await take(48)
      const [kind, id, status, actual] = [
        head.readUInt32BE(0),
        head.readUInt32BE(4),
        head.readInt32BE(20),
        head.readUInt32BE(24),
      ]
      return {
        kind,
        id,
        status,
        actual,
        data: isIn && status === 0 && kind === 3 ? await take(actual) : Buffer.alloc(0),
      }
    },
  }
}

const setup = (type: number, request: number, value: number, length: number) => {
  const bytes = Buffer.from([type, request, 0, 0, 0, 0, 0, 0])
  bytes.writeUInt16LE(value, 2)
  bytes.writeUInt16LE(length, 6)
  return bytes
}

describe('the cables', () => {
  test('list a printer and two readers that libccid knows', async () => {
    expect(await (await host()).list()).toEqual([
      { busId: '1-1', ids: '0dd40237', class: 3 },
      { busId: '2-1', ids: '25dd3111', class: 11 },
      { busId: '2-2', ids: '25dd3211', class: 11 },
    ])
  })

  test('a device that is not there, or was pulled, is refused; one that is pulled hangs up', async () => {
    const machine = await host()
    expect(await machine.attach('9-9')).toBe(1)
    await cables.printer.unplug()
    expect(await machine.attach('1-1')).toBe(1)
    await cables.printer.plug()
    expect(await machine.attach('1-1')).toBe(0)
    const gone = once(socket, 'close')
    await cables.printer.unplug()
    socket.resume()
    await gone
  })

  test('descriptors are as long as they say, and what a device does not know stalls', async () => {
    const machine = await host()
    await machine.attach('2-1')
    const ask = async (value: number, length: number) => {
      machine.submit(0, { in: length, setup: setup(0x80, 6, value, length) })
      return machine.answer(true)
    }
    expect((await ask(0x0100, 64)).data.toString('hex')).toBe('1201000200000040dd251131000101020001')
    const configuration = (await ask(0x0200, 255)).data
    expect(configuration.readUInt16LE(2)).toBe(configuration.length)
    expect((await ask(0x0200, 9)).data).toEqual(configuration.subarray(0, 9))
    expect((await ask(0x0302, 255)).data.subarray(2).toString('utf16le')).toBe('miniLector-EVO')
    expect((await ask(0x0600, 10)).status).toBe(-EPIPE)
  })
})

describe('the printer', () => {
  test('takes reports as hidraw writes them, and answers in its own', async () => {
    const machine = await host()
    await machine.attach('1-1')
    const arrived = once(cables.printer.cable, 'data')
    machine.submit(1, { out: Buffer.from([0x1b, 0x40]) })
    const [report] = (await arrived) as [Buffer]
    expect(report).toHaveLength(64)
    expect(report.subarray(0, 4).toString('hex')).toBe('001b4000')
    expect(await machine.answer(false)).toMatchObject({ status: 0, actual: 2 })
    machine.submit(1, { in: 64 })
    cables.printer.cable.write(Buffer.alloc(63, 7))
    expect((await machine.answer(true)).data).toEqual(Buffer.alloc(63, 7))
  })

  test('that takes nothing lets the host wait, who may take the transfer back', async () => {
    const machine = await host()
    await machine.attach('1-1')
    const taken = machine.submit(1, { out: Buffer.alloc(63) })
    machine.unlink(taken)
    expect(await machine.answer(false)).toMatchObject({ kind: 4, status: -ECONNRESET })
    // It reads again: what was taken back is not answered for.
    cables.printer.cable.resume()
    const next = machine.submit(1, { out: Buffer.alloc(63) })
    expect(await machine.answer(false)).toMatchObject({ kind: 3, id: next, status: 0 })
  })
})

describe('a reader', () => {
  /** A CCID message of the host's, and its answer. */
  async function command(machine: Awaited<ReturnType<typeof host>>, kind: number, body: Uint8Array = new Uint8Array()) {
    const head = Buffer.from([kind, 0, 0, 0, 0, 0, 7, 0, 0, 0])
    head.writeUInt32LE(body.length, 1)
    machine.submit(1, { out: Buffer.concat([head, body]) })
    await machine.answer(false)
    machine.submit(2, { in: 65_556 })
    const { data } = await machine.answer(true)
    return { kind: data[0], sequence: data[6], status: data[7], error: data[8], body: data.subarray(10) }
  }

  test('without a card says so; a card that comes and goes is told at once, powered, and asked', async () => {
    const machine = await host()
    await machine.attach('2-2')
    expect(await command(machine, 0x65)).toMatchObject({ kind: 0x81, sequence: 7, status: 2 })
    expect(await command(machine, 0x62)).toMatchObject({ kind: 0x80, status: 0x42, error: 0xfe })
    machine.submit(3, { in: 8 })
    const card = virtualCard('cie', 'anna-bianchi', PKI)
    const inserted = await insertCard(card, cables.slots[1])
    expect((await machine.answer(true)).data.toString('hex')).toBe('5003')
    expect(await command(machine, 0x65)).toMatchObject({ status: 1 })
    expect(await command(machine, 0x6f, Buffer.from('00a4040000', 'hex'))).toMatchObject({ status: 0x41 })
    const powered = await command(machine, 0x62)
    expect(powered.body).toEqual(Buffer.from(card.atr ?? []))
    // SELECT of the master file.
    const answer = await command(machine, 0x6f, Buffer.from('00a4000c023f00', 'hex'))
    expect(answer.status).toBe(0)
    expect(answer.body.length).toBeGreaterThanOrEqual(2)
    expect(await command(machine, 0x63)).toMatchObject({ kind: 0x81, status: 1 })
    machine.submit(3, { in: 8 })
    await inserted.remove()
    expect((await machine.answer(true)).data.toString('hex')).toBe('5002')
    // A command that CCID has and this reader does not.
    expect(await command(machine, 0x72)).toMatchObject({ status: 0x42, error: 0 })
  })
})
