import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { verificationPage } from '../../simulator/bench/gateway.ts'
import { makePki } from '../../simulator/pki/make.ts'
import { type Centre, openCentre } from '../support/gateway/centre.ts'
import { PKI } from '../support/pki.ts'

// On one machine every address of 127.0.0.0/8 is another caller.
const [ATTACKER, HONEST] = ['127.0.0.66', '127.0.0.7']
const pem = (name: string) => readFileSync(join(PKI, name), 'utf8')
const connections = { most: 40, perAddress: 10 }

let centre: Centre
const doors = () => ({
  totem: centre.gateway.url,
  operator: centre.gateway.operatorUrl,
  public: centre.gateway.publicUrl ?? '',
})
beforeAll(async () => {
  await makePki(PKI)
  const address = { host: '127.0.0.1', port: 0, connections }
  centre = await openCentre(null, {
    listen: address,
    operator: { ...address, tokens: join(PKI, 'operators') },
    public: {
      ...address,
      tls: { key: join(PKI, 'gateway.key.pem'), certificate: join(PKI, 'gateway.cert.pem') },
      page: await verificationPage(PKI),
      keysSigner: join(PKI, 'verification-keys.pub.jwk.json'),
    },
  })
})
afterAll(() => centre?.stop())

/** Opens TCP and says nothing. */
async function mute(url: string, localAddress: string): Promise<Socket> {
  const socket = connect({ port: Number(new URL(url).port), host: '127.0.0.1', localAddress })
  socket.on('error', () => undefined)
  await once(socket, 'connect')
  return socket
}
const isClosed = (socket: Socket) => socket.closed || socket.readableEnded || socket.destroyed
const closed = async (socket: Socket): Promise<void> => {
  socket.resume()
  if (!isClosed(socket)) await once(socket, 'close')
}

/** What a caller gets who speaks: the first line of the answer, or null when the door turns them away. */
function ask(url: string, localAddress: string): Promise<{ line: string | null; socket: TLSSocket }> {
  const own = url === doors().totem ? { cert: pem('totems/TT-0001.cert.pem'), key: pem('totems/TT-0001.key.pem') } : {}
  const socket = connectTls({
    ...{ port: Number(new URL(url).port), host: '127.0.0.1', localAddress },
    ...{ ca: pem('gateway-ca.pem'), servername: 'localhost', ...own },
  })
  return new Promise((resolve) => {
    socket.once('secureConnect', () => socket.write('GET /v1/status HTTP/1.1\r\nhost: localhost\r\n\r\n'))
    socket.once('data', (data) => resolve({ line: data.toString().split('\r\n')[0] ?? '', socket }))
    socket.once('error', () => undefined)
    socket.once('close', () => resolve({ line: null, socket }))
  })
}

describe.each(['totem', 'operator', 'public'] as const)("at the %s's door", (door) => {
  test('connections that never shake hands: ten of an address, and each of them for ten seconds', async () => {
    const url = doors()[door]
    const sockets = await Promise.all(Array.from({ length: 60 }, () => mute(url, ATTACKER)))
    // Those over the bound are closed without a word; the others hold on until they have had their time.
    const turnedAway = new Set<Socket>()
    for (const socket of sockets) socket.once('close', () => turnedAway.add(socket)).resume()
    await expect.poll(() => turnedAway.size).toBeGreaterThanOrEqual(50)
    expect(turnedAway.size).toBe(50)
    // The address is full, and another one is served.
    expect((await ask(url, ATTACKER)).line).toBeNull()
    const { line, socket } = await ask(url, HONEST)
    expect(line).toMatch(/^HTTP\/1\.1 /)
    socket.destroy()
    await Promise.all(sockets.map(closed))
    const again = await ask(url, ATTACKER)
    expect(again.line).toMatch(/^HTTP\/1\.1 /)
    again.socket.destroy()
  })
  test('from many addresses: the door has so many connections in all', async () => {
    const url = doors()[door]
    const sockets: Socket[] = []
    for (let address = 100; address < 106; address++)
      sockets.push(...(await Promise.all(Array.from({ length: 10 }, () => mute(url, `127.0.0.${address}`)))))
    const turnedAway = new Set<Socket>()
    for (const socket of sockets) socket.once('close', () => turnedAway.add(socket)).resume()
    await expect.poll(() => turnedAway.size).toBeGreaterThanOrEqual(20)
    expect(turnedAway.size).toBe(20)
    for (const socket of sockets) socket.destroy()
    await expect.poll(async () => (await ask(url, HONEST)).line).toMatch(/^HTTP\/1\.1 /)
  })
})
