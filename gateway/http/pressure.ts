import { randomInt } from 'node:crypto'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { type Caller, callerText } from '../../contract/caller.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Turned away while the gateway has too much to do. Never set where a citizen looks at the screen. */
    patient?: boolean
    /** For a `patient` route: this caller's long bodies would find no room behind it, and are not read. */
    isFull?(caller: Caller): boolean
  }
}

/** For a route whose question can wait: a backlog, a log, a heartbeat. */
export const PATIENT = { patient: true }

/** One process holds so many bodies of up to 5.5 MB in memory, with what becomes of them. */
const MOST_AT_ONCE = 32
/** Each patient request takes one of the ten connections at a time: so many waiting are a second's work. */
const MOST_WAITING = 40
/** A citizen must be answered within a second or two, which is several turns of the loop. */
const SLOW_LOOP_MS = 250
const LOOK_EVERY_MS = 500
/** A body of one or two requests, whose citizens may stand there: it finds room beside the backlogs of others. */
const SHORT_BYTES = 16 * 1024
/**
 * Seconds until a caller that was turned away may come back. Ten are nothing to a backlog. Many callers that were
 * turned away at once spread over a longer time: of N, some 2√N come back in each second, enough to use all room and
 * too few to fill it by coming.
 */
const RETRY_S = { least: 10, most: 120 }
/** How many of the last looks count, and the seconds that each caller turned away in them adds. */
const SHED_LOOKS = 20
const RETRY_S_PER_CALLER = 0.05
/**
 * Most requests of one caller at once, of any kind: far more than a totem has lines, and few enough to leave places for
 * others.
 */
const MOST_OF_ONE = 24

export interface Pressure {
  /** How many wait for a connection to the database. */
  waiting(): number
  stopping: AbortSignal
  onShed(): void
}

/**
 * Turns requests away before their body is read, and says when to come again. 429: a `patient` request while the
 * process has too much under way or there is no room for what it brings, or any request of a caller that alone has too
 * much under way. 503: everything, once
 * `stopping` is aborted. The door must set `request.caller` first.
 */
export function relievePressure(server: FastifyInstance, { waiting, stopping, onShed }: Pressure): void {
  const delay = monitorEventLoopDelay({ resolution: 20 })
  delay.enable()
  let loopIsSlow = false
  const shedNow = new Set<string>()
  const shed: number[] = []
  const timer = setInterval(() => {
    loopIsSlow = delay.percentile(50) / 1e6 > SLOW_LOOP_MS
    delay.reset()
    if (shed.push(shedNow.size) > SHED_LOOKS) shed.shift()
    shedNow.clear()
  }, LOOK_EVERY_MS)
  const retryWithinS = () => {
    const callers = shed.reduce((sum, each) => sum + each, shedNow.size)
    return Math.min(Math.max(Math.round(RETRY_S_PER_CALLER * callers), RETRY_S.least), RETRY_S.most)
  }
  timer.unref()
  server.addHook('onClose', async () => {
    clearInterval(timer)
    delay.disable()
  })

  /** Requests under way: those that can wait, and all of each caller. */
  let patient = 0
  const ofOne = new Map<string, number>()
  function count(name: string, { routeOptions }: FastifyRequest, change: 1 | -1): void {
    if (routeOptions.config.patient) patient += change
    const own = (ofOne.get(name) ?? 0) + change
    if (own > 0) ofOne.set(name, own)
    else ofOne.delete(name)
  }
  server.addHook('onRequest', async (request, reply) => {
    if (stopping.aborted) return reply.code(503).header('connection', 'close').send()
    const isShort = Number(request.headers['content-length'] ?? Number.POSITIVE_INFINITY) <= SHORT_BYTES
    const isFull = patient >= MOST_AT_ONCE || waiting() > MOST_WAITING || loopIsSlow
    const { config } = request.routeOptions
    const waits = config.patient && isFull && !(isShort && patient < 2 * MOST_AT_ONCE)
    const { caller } = request
    const isInVain = !isShort && caller !== null && config.isFull?.(caller)
    const name = nameOf(caller)
    if (waits || isInVain || (ofOne.get(name) ?? 0) >= MOST_OF_ONE) {
      onShed()
      shedNow.add(name)
      return reply.code(429).send()
    }
    count(name, request, 1)
    reply.raw.once('close', () => count(name, request, -1))
  })
  server.addHook('onSend', async (_request, reply, payload) => {
    // A 503 passes in seconds (another process answers, or the database failed over), and citizens wait for outcomes.
    const withinS = reply.statusCode === 503 ? RETRY_S.least : reply.statusCode === 429 && retryWithinS()
    if (withinS) reply.header('retry-after', randomInt(1, withinS + 1))
    return payload
  })
}

/** Requests that the door did not name count as one caller. */
const nameOf = (caller: Caller | null): string => (caller ? callerText(caller) : '')
