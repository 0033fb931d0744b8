import { Transform } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'

/** State of the wire, read anew for each segment. */
export interface Condition {
  /** Delay one way, in ms. */
  latencyMs: number
  /** Bytes a second each way; infinite: all at once. */
  bandwidth: number
  /** Share of segments that do not arrive, 0 to under 1; the same share of their retransmissions is lost. */
  loss: number
  random(): number
}

/** One direction of the wire, shared by all its connections: a sender waits until the lane is free. */
export interface Lane {
  freeAt: number
}

// Payload of an Ethernet frame beside the headers of IPv4 and TCP.
const SEGMENT_BYTES = 1_460
// RFC 6298, with Linux' floor: a retransmission waits for the round trip and a margin, and each next one twice as long.
const LEAST_RETRANSMISSION_MS = 200
const ROUND_TRIPS = 1.5
const LONGEST_DOUBLING = 5

/** When a segment sent now arrives, and when the lane takes the next one. In ms of `performance.now`. */
function passage(bytes: number, lane: Lane, { latencyMs, bandwidth, loss, random }: Condition) {
  const onTheWireMs = (1_000 * bytes) / bandwidth
  let sentAt = Math.max(performance.now(), lane.freeAt) + onTheWireMs
  lane.freeAt = sentAt
  const timeoutMs = Math.max(LEAST_RETRANSMISSION_MS, ROUND_TRIPS * 2 * latencyMs)
  for (let again = 0; random() < loss; again++) {
    sentAt += timeoutMs * 2 ** Math.min(again, LONGEST_DOUBLING) + onTheWireMs
    // A lost segment takes its room a second time.
    lane.freeAt += onTheWireMs
  }
  return { carriedAt: lane.freeAt, arrivedAt: sentAt + latencyMs }
}

const until = (at: number) => {
  const ms = at - performance.now()
  return ms > 0 ? delay(ms) : undefined
}

/**
 * One direction of one connection, as TCP shows a bad wire. Nothing is missing or out of order; data only comes late,
 * behind the lost segment. `held` resolves when a stalled line moves again. Swallowed data never arrives, without a
 * notice. After `cutAfter` bytes the connection breaks. There is no congestion control: a real sender would be slower
 * still after each loss.
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
      // In the next turn, so that data that has arrived is read first.
      if (left === 0) setImmediate(() => pipe.destroy(new Error('cut')))
    })
  }
  return pipe
}

/** SYN and SYN-ACK, which loopback has exchanged before the line sees the connection. */
function handshake(condition: Condition): Promise<unknown> | undefined {
  if (condition.latencyMs === 0 && condition.loss === 0) return
  const there = passage(0, { freeAt: 0 }, condition)
  const back = passage(0, { freeAt: 0 }, condition)
  return delay(there.arrivedAt - performance.now() + Math.max(0, back.arrivedAt - performance.now()))
}
