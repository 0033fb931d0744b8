import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { pipeline } from 'node:stream/promises'
import { type Condition, wire } from './line/wire.ts'

export type LineState = 'up' | 'down' | 'stalled'
export type Side = 'totem' | 'gateway'

/** The wire between the totem and its gateway, with the ways in which a small town's line fails. */
export interface Line {
  readonly port: number
  readonly state: LineState
  up(): void
  /** Refuses new connections; open ones go on. */
  down(): void
  /** As when an excavator cuts the cable: resets every connection now and takes the line down. */
  cut(): void
  /** Refuses nothing and lets nothing through, in either direction, until `up` or `cut`. */
  stall(): void
  /** Delay of each piece of traffic, each way. */
  latency(ms: number): void
  /** Bytes a second, each way; null: as fast as this machine. */
  bandwidth(bytesPerSecond: number | null): void
  /** Share of segments that are lost, 0 to under 1. Each waits for its retransmission, and all behind it wait too. */
  loss(share: number): void
  /**
   * As when a NAT forgets a connection: data that `from` sends is lost without a notice, on the present connections and
   * on new ones, until null is given. Data from the other side arrives.
   */
  deafTo(from: Side | null): void
  /** Resets the next connection once so many bytes have come from `from`: they arrive, and the next byte does not. */
  cutAfter(bytes: number, from: Side): void
  stop(): Promise<void>
}

interface Connection {
  totem: Socket
  gateway: Socket
  swallowed: Record<Side, boolean>
}

/** A TCP line on loopback to `target`, a port that may change when the gateway restarts. `random`: in [0, 1). */
export async function startLine(target: () => number, random: () => number = Math.random): Promise<Line> {
  let state: LineState = 'up'
  const condition: Condition = { latencyMs: 0, bandwidth: Number.POSITIVE_INFINITY, loss: 0, random }
  /** Pieces of traffic that wait for a stalled line to move again. */
  let held: (() => void)[] = []
  let deaf: Side | null = null
  let nextCut: { bytes: number; from: Side } | null = null
  const connections = new Set<Connection>()
  const sockets = new Set<Socket>()
  const lanes = { totem: { freeAt: 0 }, gateway: { freeAt: 0 } }

  const change = (next: LineState) => {
    state = next
    if (next === 'stalled') return
    for (const go of held) go()
    held = []
  }
  const whileStalled = () => (state === 'stalled' ? new Promise<void>((go) => held.push(go)) : undefined)
  const reset = () => {
    for (const socket of sockets) socket.resetAndDestroy()
  }
  const keep = (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    // A reset belongs to this line, and is no error of the bench.
    socket.on('error', () => {})
  }

  const server = createServer((totem) => {
    keep(totem)
    if (state === 'down') return totem.resetAndDestroy()
    const gateway = connect(target(), '127.0.0.1')
    keep(gateway)
    const connection = { totem, gateway, swallowed: { totem: deaf === 'totem', gateway: deaf === 'gateway' } }
    connections.add(connection)
    const drop = () => {
      connections.delete(connection)
      totem.resetAndDestroy()
      gateway.resetAndDestroy()
    }
    const cut = nextCut
    nextCut = null
    const carry = (from: Side) =>
      wire(
        lanes[from],
        condition,
        whileStalled,
        () => connection.swallowed[from],
        cut?.from === from ? cut.bytes : null,
      )
    pipeline(totem, carry('totem'), gateway).catch(drop)
    pipeline(gateway, carry('gateway'), totem).then(() => connections.delete(connection), drop)
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
      condition.latencyMs = ms
    },
    bandwidth(bytesPerSecond) {
      condition.bandwidth = bytesPerSecond ?? Number.POSITIVE_INFINITY
    },
    loss(share) {
      condition.loss = share
    },
    deafTo(from) {
      deaf = from
      if (from) for (const { swallowed } of connections) swallowed[from] = true
    },
    cutAfter(bytes, from) {
      nextCut = { bytes, from }
    },
    async stop() {
      change('down')
      reset()
      server.close()
      await once(server, 'close')
    },
  }
}
