import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout as delay } from 'node:timers/promises'

export type LineState = 'up' | 'down' | 'stalled'

/** The wire between the totem and its gateway, with the ways in which a small town's line fails. */
export interface Line {
  readonly port: number
  readonly state: LineState
  up(): void
  /** New connections are refused; those that live go on living. */
  down(): void
  /** As when an excavator finds the cable: every connection is reset now, and the line is down. */
  cut(): void
  /** Nothing is refused and nothing comes through, in either direction, until `up` or `cut`. */
  stall(): void
  /** Added to each piece of traffic, each way. */
  latency(ms: number): void
  stop(): Promise<void>
}

/** A TCP line on loopback to `target` (a port; it may change when the gateway is restarted). */
export async function startLine(target: () => number): Promise<Line> {
  let state: LineState = 'up'
  let latencyMs = 0
  /** Pieces of traffic that wait for a stalled line to move again. */
  let held: (() => void)[] = []
  const sockets = new Set<Socket>()

  const change = (next: LineState) => {
    state = next
    if (next === 'stalled') return
    for (const go of held) go()
    held = []
  }
  const wire = () =>
    new Transform({
      transform(chunk, _encoding, done) {
        const passed = async () => {
          if (state === 'stalled') await new Promise<void>((go) => held.push(go))
          if (latencyMs > 0) await delay(latencyMs)
          done(null, chunk)
        }
        void passed()
      },
    })
  const reset = () => {
    for (const socket of sockets) socket.resetAndDestroy()
  }
  const keep = (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    // A reset is this line's business, not an error of the bench.
    socket.on('error', () => {})
  }

  const server = createServer((totem) => {
    keep(totem)
    if (state === 'down') return totem.resetAndDestroy()
    const gateway = connect(target(), '127.0.0.1')
    keep(gateway)
    const drop = () => {
      totem.resetAndDestroy()
      gateway.resetAndDestroy()
    }
    pipeline(totem, wire(), gateway).catch(drop)
    pipeline(gateway, wire(), totem).catch(drop)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')

  return {
    port: (server.address() as AddressInfo).port,
    get state() {
      return state
    },
    up: () => change('up'),
    down: () => change('down'),
    cut() {
      change('down')
      reset()
    },
    stall: () => change('stalled'),
    latency(ms) {
      latencyMs = ms
    },
    async stop() {
      change('down')
      reset()
      server.close()
      await once(server, 'close')
    },
  }
}
