import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Line, startLine } from './line.ts'

let echo: Server
let line: Line

// Not `once(socket, 'close')`: that rejects at the ECONNRESET which is expected here.
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
  // What another connection of the same line would have done meanwhile is held as well.
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
