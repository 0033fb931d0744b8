import { z } from 'zod'
import { MINUTE_MS } from '../../basics/time.ts'
import {
  type CardState,
  type DeviceEvent,
  type DeviceFailure,
  type DeviceMethod,
  type DeviceParams,
  type DeviceResult,
  deviceEvent,
  deviceMethods,
  deviceReply,
  type PrinterStatus,
} from '../../contract/device.ts'
import { err, type Result } from '../../contract/result.ts'

/** A running device process: Electron's utilityProcess in the totem, a plain Node child in tests. */
export interface DeviceProcess {
  post(message: unknown): void
  onMessage(listener: (message: unknown) => void): void
  onExit(listener: (code: number) => void): void
  /** Sends SIGKILL, because a wedged process heeds nothing less. Does nothing when it has left by itself. */
  kill(): void
}

/** The process died, or did not answer in time and was ended. */
export type DeviceGone = { kind: 'device-gone' }

export interface Devices {
  /** Starts the first device process. */
  start(): void
  listen(listener: DevicesListener): void
  call<M extends DeviceMethod>(
    method: M,
    params: DeviceParams<M>,
  ): Promise<Result<DeviceResult<M>, DeviceFailure<M> | DeviceGone>>
  /** Null until the device process has said what it sees. */
  readonly card: CardState | null
  /** The first device process is still on its way, and not late: nothing speaks against reader and printer yet. */
  readonly coming: boolean
  readonly printer: PrinterStatus
  /** False after five deaths in ten minutes: the totem shows what is out of order and goes on trying. */
  readonly available: boolean
  /** Ends the device process, to be started anew: an operator asks for it. */
  restart(): void
  stop(): void
}

export interface DevicesOptions {
  spawn(): DeviceProcess
  now?: () => number
}

/** Hears everything that the device process says, and what becomes of it. */
export interface DevicesListener {
  onEvent(event: DeviceEvent): void
  /** `reason`: what the process itself said, or what the supervisor ended it for; `exit` when neither did. */
  onDied(died: { code: number; reason: string; waitMs: number }): void
  onStarted(restarts: number): void
}

// The totem cures a wedged reader or printer by ending the process, so every call has a time-out. Printing goes by the
// printer's own time-outs inside the device process: 200 pages at 3 s a page.
const TIME_OUT_MS: Record<DeviceMethod, number> = {
  'card.read': 50_000,
  // The device process waits for a card that has left the field and begins anew, up to 43 s by its own limits.
  'card.login': 50_000,
  'card.travel-document': 50_000,
  'card.wait': 10_000,
  'printer.print': 600_000,
  'printer.status': 10_000,
  // By its own limits: 10 s to open and 10 s to draw, and as long for a page that is drawn before it.
  'pdf.raster': 60_000,
  'pdf.text': 60_000,
  'memory.forget': 10_000,
  'memory.fill': 10_000,
}
/** The person types on the reader's own keypad, which gives up by itself long before. */
const KEYPAD_TIME_OUT_MS = 120_000
/** A first process that has said nothing by then is in trouble. */
export const FIRST_WORDS_MS = 5_000
/** The code that waitpid gives for a process ended by SIGKILL. */
const KILLED = 9
const DEATHS_WINDOW_MS = 10 * MINUTE_MS
const DEATHS_LIMIT = 5

/**
 * Wait before the n-th start in a row (n from 1): 1, 2, 4 … 60 s. A process that lived a minute starts the count anew.
 */
export const restartDelayMs = (deathsInARow: number): number => Math.min(MINUTE_MS, 1000 * 2 ** (deathsInARow - 1))

/** Keeps one device process alive and speaks its contract. */
export function superviseDevices({ spawn, now = Date.now }: DevicesOptions): Devices {
  const waiting = new Map<number, { method: DeviceMethod; settle(reply: unknown): void; timer: NodeJS.Timeout }>()
  let told: DevicesListener | null = null
  let process: DeviceProcess | null = null
  /** What this process said before it left. */
  let lastWords: string | null = null
  let restart: NodeJS.Timeout | null = null
  let stopped = false
  let nextId = 1
  let startedAt = 0
  let starts = 0
  let inARow = 0
  let deaths: number[] = []
  let card: CardState | null = null
  let printer: PrinterStatus = 'absent'

  function begin() {
    startedAt = now()
    const child = spawn()
    process = child
    lastWords = null
    child.onMessage((message) => receive(child, message))
    child.onExit((code) => died(child, code))
  }

  /**
   * An ended process counts as dead at once: one that hangs in a driver takes the signal late, and its exit may never
   * be reported.
   */
  function end(child: DeviceProcess, reason: string) {
    child.kill()
    died(child, KILLED, reason)
  }

  function died(child: DeviceProcess, code: number, reason = lastWords ?? 'exit') {
    if (process !== child) return
    process = null
    for (const call of waiting.values()) call.settle(err({ kind: 'device-gone' }))
    if (stopped) return
    inARow = now() - startedAt > MINUTE_MS ? 1 : inARow + 1
    deaths = [...deaths.filter((at) => now() - at < DEATHS_WINDOW_MS), now()]
    const waitMs = restartDelayMs(inARow)
    restart = setTimeout(begin, waitMs)
    told?.onDied({ code, reason, waitMs })
    tell({ event: 'card', card: { state: 'no-reader' } })
    card = null
    tell({ event: 'printer', status: 'absent' })
  }

  function receive(child: DeviceProcess, message: unknown) {
    if (process !== child) return
    const reply = deviceReply.safeParse(message)
    if (reply.success) {
      waiting.get(reply.data.id)?.settle(reply.data.reply)
      return
    }
    const event = deviceEvent.safeParse(message)
    // The message is not in the contract: a mismatched or broken process must not be trusted with a card.
    if (!event.success) end(child, 'message-malformed')
    else tell(event.data)
  }

  function tell(event: DeviceEvent) {
    if (event.event === 'card') card = event.card
    if (event.event === 'printer') printer = event.status
    if (event.event === 'broken') lastWords = event.reason
    if (event.event === 'ready') {
      told?.onStarted(starts)
      starts += 1
    }
    told?.onEvent(event)
  }

  /** A call that waits for the lost card has its whole time again. */
  function cardCallsBeginAnew() {
    for (const { method, timer } of waiting.values()) if (method.startsWith('card.')) timer.refresh()
  }

  return {
    start: begin,
    listen(listener) {
      told = listener
    },
    call<M extends DeviceMethod>(method: M, params: DeviceParams<M>) {
      type Answer = Result<DeviceResult<M>, DeviceFailure<M> | DeviceGone>
      const child = process
      if (!child) return Promise.resolve<Answer>(err({ kind: 'device-gone' }))
      return new Promise<Answer>((resolve) => {
        const id = nextId++
        const settle = (reply: unknown) => {
          clearTimeout(timer)
          waiting.delete(id)
          const parsed = parseReply(method, reply)
          if (!parsed.success) end(child, 'reply-malformed')
          else if (method === 'card.wait') cardCallsBeginAnew()
          resolve((parsed.success ? parsed.data : err({ kind: 'device-gone' })) as Answer)
        }
        const timer = setTimeout(() => end(child, `${method}-timeout`), timeOutMs(method, params))
        waiting.set(id, { method, settle, timer })
        child.post({ id, method, params })
      })
    },
    get card() {
      return card
    },
    get coming() {
      return card === null && inARow === 0 && (startedAt === 0 || now() - startedAt < FIRST_WORDS_MS)
    },
    get printer() {
      return printer
    },
    get available() {
      return deaths.filter((at) => now() - at < DEATHS_WINDOW_MS).length < DEATHS_LIMIT
    },
    restart() {
      if (process) end(process, 'asked-from-afar')
    },
    stop() {
      stopped = true
      if (restart) clearTimeout(restart)
      if (process) end(process, 'stopped')
    },
  }
}

const timeOutMs = <M extends DeviceMethod>(method: M, params: DeviceParams<M>): number =>
  'pin' in params && params.pin === null ? KEYPAD_TIME_OUT_MS : TIME_OUT_MS[method]

function parseReply(method: DeviceMethod, reply: unknown) {
  const { result, failure } = deviceMethods[method]
  const gone = z.strictObject({ kind: z.literal('device-gone') })
  return z
    .union([
      z.strictObject({ ok: z.literal(true), value: result }),
      z.strictObject({ ok: z.literal(false), error: z.union([failure, gone]) }),
    ])
    .safeParse(reply)
}
