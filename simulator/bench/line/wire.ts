import { Transform } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'

/** How bad the wire is now; read anew for each segment. */
export interface Condition {
  /** One way, in ms. */
  latencyMs: number
  /** Bytes a second that it takes, each way; infinite: all at once. */
  bandwidth: number
  /** Share of segments that do not arrive, 0 to under 1; of their retransmissions the same share. */
  loss: number
  random(): number
}

/** One direction of the wire, shared by all its connections: who sends waits until the line is free. */
export interface Lane {
  freeAt: number
}

// What fits into an Ethernet frame beside the headers of IPv4 and TCP.
const SEGMENT_BYTES = 1_460
// RFC 6298, with Linux' floor: a retransmission waits for the round trip and something, and each next one twice as long.
const LEAST_RETRANSMISSION_MS = 200
const ROUND_TRIPS = 1.5
const LONGEST_DOUBLING = 5

/** When a segment that is handed over now has arrived, and the lane carries the next one. In ms of `performance.now`. */
function passage(bytes: number, lane: Lane, { latencyMs, bandwidth, loss, random }: Condition) {
  const onTheWireMs = (1_000 * bytes) / bandwidth
  let sentAt = Math.max(performance.now(), lane.freeAt) + onTheWireMs
  lane.freeAt = sentAt
  const timeoutMs = Math.max(LEAST_RETRANSMISSION_MS, ROUND_TRIPS * 2 * latencyMs)
  for (let again = 0; random() < loss; again++) {
    sentAt += timeoutMs * 2 ** Math.min(again, LONGEST_DOUBLING) + onTheWireMs
    // It takes its room a second time.
    lane.freeAt += onTheWireMs
  }
  return { carriedAt: lane.freeAt, arrivedAt: sentAt + latencyMs }
}

const until = (at: number) => {
  const ms = at - performance.now()
  return ms > 0 ? delay(ms) : undefined
}

/**
 * One direction of one connection, as TCP shows a bad wire: nothing is missing or out of order, it only comes late, behind
 * the segment that was lost. `held` resolves when a stalled line moves again; what is `swallowed` never arrives and nobody
 * hears of it; after `cutAfter` bytes the connection breaks. No congestion control: a real sender would be slower still after each loss.
 */
export function wire(
  lane: Lane,
  condition: Condition,
  held: () => Promise<void> | undefined,
  swallowed: () => boolean,
  cutAfter: number | null,
): Transform {
  let before: Promise<unknown> | undefined = handshake(condition)
  let arrival = 0
  let left = cutAfter ?? Number.POSITIVE_INFINITY
  const pipe = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const send = async () => {
        for (let at = 0; at < chunk.length; at += SEGMENT_BYTES) {
          const segment = chunk.subarray(at, at + SEGMENT_BYTES)
          const { carriedAt, arrivedAt } = passage(segment.length, lane, condition)
          arrival = Math.max(arrival, arrivedAt)
          deliver(segment, arrival)
          await until(carriedAt)
        }
        done()
      }
      void send()
    },
    flush(done) {
      void Promise.resolve(before).then(() => done())
    },
  })
  function deliver(segment: Buffer, at: number): void {
    before = Promise.resolve(before).then(async () => {
      await until(at)
      await held()
      if (swallowed() || pipe.destroyed) return
      const arriving = segment.subarray(0, left)
      left -= arriving.length
      if (arriving.length > 0) pipe.push(arriving)
      // In the next turn: what has arrived is read first.
      if (left === 0) setImmediate(() => pipe.destroy(new Error('cut')))
    })
  }
  return pipe
}

/** SYN and SYN-ACK, which loopback has made before the line sees the connection. */
function handshake(condition: Condition): Promise<unknown> | undefined {
  if (condition.latencyMs === 0 && condition.loss === 0) return
  const there = passage(0, { freeAt: 0 }, condition)
  const back = passage(0, { freeAt: 0 }, condition)
  return delay(there.arrivedAt - performance.now() + Math.max(0, back.arrivedAt - performance.now()))
}
