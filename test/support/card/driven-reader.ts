import { fork } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { CardFailure, CardReadout, CardState, LoginProof, TravelDocument } from '../../../contract/device.ts'
import type { Result } from '../../../contract/result.ts'
import type { HostCall } from './card-host.ts'
import type { OtherProgram } from './other-program.ts'

const HOST = fileURLToPath(new URL('card-host.ts', import.meta.url))
const OTHER_PROGRAM = fileURLToPath(new URL('other-program.ts', import.meta.url))

type HostMessage = { card: CardState } | { broken: string } | { id: number; reply: unknown; pin?: Uint8Array | null }

export interface DrivenReader {
  read(): Promise<Result<CardReadout, CardFailure>>
  /** Null: the PIN is typed on the reader's keypad. */
  login(pin: string | null, challenge: Uint8Array): Promise<Result<LoginProof, CardFailure>>
  travelDocument(can: string): Promise<Result<TravelDocument, CardFailure>>
  /** Asks for more time to put a lost card back; false: none is lost. */
  wait(): Promise<boolean>
  /** Waits until the reader reports this state. */
  until(state: CardState['state']): Promise<void>
  untilTold(wanted: (state: CardState | undefined) => boolean): Promise<void>
  /** Everything that the driver has reported about the reader, in order. */
  told: readonly CardState[]
  /** Stops the process until `thaw`; it learns of events meanwhile late, and all at once. */
  freeze(): void
  thaw(): void
  /** The host's copy of the last PIN, after its use. */
  lastPin(): Uint8Array | null | undefined
  broken: Promise<string>
  pid: number
  stop(): Promise<void>
}

/** The real driver on the PC/SC service at `socket`, in a process of its own. */
export function driveReader(socket: string): DrivenReader {
  const host = fork(HOST, [], {
    // A small heap, so that garbage that V8 has not collected yet does not look like a leak.
    execArgv: ['--max-old-space-size=64', '--max-semi-space-size=2'],
    serialization: 'advanced',
    env: { ...process.env, PCSCLITE_CSOCK_NAME: socket },
  })
  const heard = new EventEmitter()
  const waiting = new Map<number, (reply: unknown) => void>()
  const told: CardState[] = []
  let lastPin: Uint8Array | null | undefined
  let lastId = 0
  const broken = once(heard, 'broken').then(([reason]) => String(reason))
  host.on('message', (message: HostMessage) => {
    if ('card' in message) {
      told.push(message.card)
      heard.emit('card')
    } else if ('broken' in message) {
      heard.emit('broken', message.broken)
    } else {
      lastPin = message.pin
      waiting.get(message.id)?.(message.reply)
    }
  })
  const call = <T>(params: Omit<HostCall, 'id'>) =>
    new Promise<T>((resolve) => {
      lastId += 1
      waiting.set(lastId, (reply) => resolve(reply as T))
      host.send({ id: lastId, ...params })
    })
  const untilTold = async (wanted: (state: CardState | undefined) => boolean) => {
    while (!wanted(told.at(-1))) await once(heard, 'card')
  }
  return {
    read: () => call({}),
    login: (pin, challenge) => call({ login: { pin: pin === null ? null : Buffer.from(pin), challenge } }),
    travelDocument: (can) => call({ can }),
    wait: () => call({ wait: true }),
    until: (wanted) => untilTold((state) => state?.state === wanted),
    untilTold,
    told,
    freeze: () => host.kill('SIGSTOP'),
    thaw: () => host.kill('SIGCONT'),
    lastPin: () => lastPin,
    broken,
    pid: host.pid ?? 0,
    async stop() {
      if (host.exitCode !== null || host.signalCode !== null) return
      const exited = once(host, 'exit')
      host.kill('SIGKILL')
      await exited
    },
  }
}

/** Another PC/SC program on the same service, with the card in one of the slots. */
export async function otherProgram(
  socket: string,
  what: Exclude<OtherProgram, { does: 'let-go' }>,
): Promise<{ letGo(): Promise<void>; stop(): Promise<void> }> {
  const program = fork(OTHER_PROGRAM, [], { execArgv: [], env: { ...process.env, PCSCLITE_CSOCK_NAME: socket } })
  const tell = async (message: OtherProgram) => {
    program.send(message)
    await once(program, 'message')
  }
  await tell(what)
  return {
    letGo: () => tell({ does: 'let-go' }),
    async stop() {
      const exited = once(program, 'exit')
      program.kill('SIGKILL')
      await exited
    },
  }
}
