import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Line, startLine } from './line.ts'

let echo: Server
let line: Line

// Not `once(socket, 'close')`: it rejects at the ECONNRESET that is expected here.
const closing = (socket: Socket): Promise<void> => new Promise((resolve) => socket.once('close', () => resolve()))

beforeEach(async () => {
  echo = createServer((socket) => socket.on('error', () => {}).pipe(socket))
  echo.listen(0, '127.0.0.1')
  await once(echo, 'listening')
  const { port } = echo.address() as AddressInfo
  line = await startLine(() => port)
})
afterEach(async () => {
  await line.stop()
  echo.close()
})

async function dial(): Promise<Socket> {
  const socket = call()
  await once(socket, 'connect')
  return socket
}

function call(): Socket {
  return connect(line.port, '127.0.0.1').on('error', () => {})
}

async function asks(socket: Socket, text: string): Promise<string> {
  socket.write(text)
  const [answer] = (await once(socket, 'data')) as [Buffer]
  return answer.toString()
}

async function arrived(socket: Socket, bytes: number): Promise<Buffer> {
  const heard: Buffer[] = []
  for (let length = 0; length < bytes; ) {
    const [data] = (await once(socket, 'data')) as [Buffer]
    heard.push(data)
    length += data.length
  }
  return Buffer.concat(heard)
}

/** Every third segment is lost once. */
function alternating(): () => number {
  let turn = 0
  return () => (turn++ % 3 === 1 ? 0 : 0.9)
}

test('a line that is up carries both ways', async () => {
  const socket = await dial()
  expect(await asks(socket, 'buongiorno')).toBe('buongiorno')
  socket.destroy()
})

test('a line that is down refuses new calls and leaves those in progress', async () => {
  const talking = await dial()
  await asks(talking, 'before')
  line.down()
  await closing(call())
  expect(await asks(talking, 'still here')).toBe('still here')
  line.up()
  expect(await asks(await dial(), 'again')).toBe('again')
})

test('a cut line resets what is in progress at once', async () => {
  const talking = await dial()
  await asks(talking, 'before')
  const closed = closing(talking)
  line.cut()
  await closed
  expect(line.state).toBe('down')
})

test('a stalled line holds every byte until it moves again', async () => {
  const socket = await dial()
  await asks(socket, 'before')
  line.stall()
  const answer = asks(socket, 'patience')
  // The traffic of another connection on the same line is held too.
  const other = await dial()
  const otherAnswer = asks(other, 'me too')
  line.up()
  expect(await answer).toBe('patience')
  expect(await otherAnswer).toBe('me too')
})

test('a gateway that is not there looks like a line that is down', async () => {
  echo.close()
  await once(echo, 'close')
  await closing(call())
})

test('a narrow line takes as long as its bandwidth says', async () => {
  const socket = await dial()
  line.bandwidth(20_000)
  const began = performance.now()
  socket.write(Buffer.alloc(4_000))
  await arrived(socket, 4_000)
  // There and back, each way at 20 KB a second.
  expect(performance.now() - began).toBeGreaterThanOrEqual(200)
})

test('what is lost comes late, and nothing of it is missing, twice or out of order', async () => {
  const lossy = await startLine(() => (echo.address() as AddressInfo).port, alternating())
  lossy.loss(0.3)
  const socket = connect(lossy.port, '127.0.0.1').on('error', () => {})
  const sent = Buffer.from(Array.from({ length: 40_000 }, (_, index) => index % 251))
  const began = performance.now()
  socket.write(sent)
  expect(await arrived(socket, sent.length)).toEqual(sent)
  expect(performance.now() - began).toBeGreaterThanOrEqual(200)
  await lossy.stop()
})

test('a half-open line swallows one direction and tells nobody', async () => {
  const socket = await dial()
  await asks(socket, 'before')
  line.deafTo('gateway')
  const heard: Buffer[] = []
  socket.on('data', (data) => heard.push(data))
  socket.write('are you there')
  // The same echo, over a connection of its own, is certainly back by then.
  line.deafTo(null)
  expect(await asks(await dial(), 'and here')).toBe('and here')
  expect([heard.length, socket.destroyed]).toEqual([0, false])
  socket.destroy()
})

test.each([1, 2, 5])('a line cut after %i bytes has carried just those', async (bytes) => {
  line.cutAfter(bytes, 'gateway')
  const socket = call()
  const heard: Buffer[] = []
  socket.on('data', (data) => heard.push(data))
  socket.write('buongiorno')
  await closing(socket)
  expect(Buffer.concat(heard).toString()).toBe('buongiorno'.slice(0, bytes))
  expect(await asks(await dial(), 'again')).toBe('again')
})
