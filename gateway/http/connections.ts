import type { Socket } from 'node:net'
import type { Server, TLSSocket } from 'node:tls'
import type { FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import { MINUTE_MS } from '../../basics/time.ts'
import type { Connections } from '../settings/config.ts'

/** For the options of a door's server: a caller that has not shaken hands by then is gone. */
export const HANDSHAKE = { handshakeTimeout: 10_000 }

/**
 * Bounds a door's connections: all of them, those of one address, and those of one caller whose certificate TLS has
 * checked (`callerOf` names it). A connection over a bound is closed before it costs a handshake, or right after it
 * where only the handshake says whose it is. The log counts them once a minute.
 */
export function boundConnections(
  server: FastifyInstance,
  { most, perAddress }: Connections,
  log: Logger,
  { perCaller, callerOf }: { perCaller: number; callerOf(socket: TLSSocket): string } = {
    perCaller: Number.POSITIVE_INFINITY,
    callerOf: () => '',
  },
): void {
  const listener = server.server as unknown as Server
  const turnedAway = { door: 0, address: 0, caller: 0 }
  const timer = setInterval(() => {
    for (const [bound, connections] of Object.entries(turnedAway))
      if (connections > 0) log.warn({ kind: 'connections-refused', bound, connections })
    Object.assign(turnedAway, { door: 0, address: 0, caller: 0 })
  }, MINUTE_MS)
  timer.unref()
  server.addHook('onClose', async () => clearInterval(timer))

  listener.maxConnections = most
  listener.on('drop', () => turnedAway.door++)
  const addresses = counter()
  listener.on('connection', (socket: Socket) => {
    const address = socket.remoteAddress ?? ''
    const end = addresses.add(address)
    socket.once('close', end)
    if (perAddress === null || addresses.of(address) <= perAddress) return
    turnedAway.address++
    socket.destroy()
  })
  const callers = counter()
  listener.on('secureConnection', (socket: TLSSocket) => {
    const caller = callerOf(socket)
    socket.once('close', callers.add(caller))
    if (callers.of(caller) <= perCaller) return
    turnedAway.caller++
    socket.destroy()
  })
}

/** Counts what is there now, by name. */
function counter() {
  const counts = new Map<string, number>()
  const of = (name: string) => counts.get(name) ?? 0
  return {
    of,
    add(name: string): () => void {
      counts.set(name, of(name) + 1)
      return () => {
        if (of(name) > 1) counts.set(name, of(name) - 1)
        else counts.delete(name)
      }
    },
  }
}
