import { type IpcMainInvokeEvent, ipcMain } from 'electron'
import { CALL_CHANNEL, type IpcMethod, ipcMethodNames } from '../../contract/bridge.ts'
import { type IpcParams, type IpcResult, ipcMethods } from '../../contract/ipc.ts'
import { answer } from '../../contract/journeys/index.ts'
import { ORIGIN } from './origin.ts'

export type CallHandlers = { [M in IpcMethod]: (argument: IpcParams<M>) => IpcResult<M> | Promise<IpcResult<M>> }
type RefusalReason = 'origin' | 'frame' | 'method' | 'arguments'

export interface CallOptions {
  /** Only the window of the citizen who stands there may speak. */
  isCurrent(sender: IpcMainInvokeEvent['sender']): boolean
  handlers: CallHandlers
  /** `method`: a name of the contract, or `unnamed`. Another name may be anything, also a person's. */
  onRefused(reason: RefusalReason, method: string): void
}

/** The one door for the renderer's calls: origin, frame, name and argument are checked before anything happens. */
export function registerCalls({ isCurrent, handlers, onRefused }: CallOptions): void {
  ipcMain.handle(CALL_CHANNEL, (event, method: unknown, argument: unknown) => {
    const refuse = (reason: RefusalReason, named: unknown = method): never => {
      wipe(argument)
      onRefused(reason, isMethod(named) || isAnswerType(named) ? named : 'unnamed')
      throw new Error(`refused: ${reason}`)
    }
    // SECURITY: Electron's security checklist, item 17. A frame that is gone, blank or of another origin is nobody.
    const frame = event.senderFrame
    if (!frame?.url.startsWith(ORIGIN)) return refuse('origin')
    if (frame.parent !== null) return refuse('frame')
    // The page of the visit before draws its end while the next page loads: what it would say is nobody's, and no alarm.
    if (!isCurrent(event.sender)) return method === 'speech' ? undefined : refuse('frame')
    if (!isMethod(method)) return refuse('method')
    const type = method === 'answer' ? typeOf(argument) : null
    if (type !== null && !isAnswerType(type)) return refuse('method', type)
    const parsed = ipcMethods[method].params.safeParse(argument)
    if (!parsed.success) return refuse('arguments', type ?? method)
    return (handlers[method] as (argument: unknown) => unknown)(parsed.data)
  })
}

const answerTypes = new Set<unknown>(answer.options.map(({ shape }) => shape.type.value))
const isAnswerType = (type: unknown): type is string => answerTypes.has(type)
/** An answer is journalled by its type, as a method is by its name. Null: it has none. */
function typeOf(argument: unknown): string | null {
  const type = typeof argument === 'object' && argument !== null ? Reflect.get(argument, 'type') : null
  return typeof type === 'string' ? type : null
}

/** SECURITY: what is refused may hold a PIN (invariant 3), at any depth and in any kind of buffer. */
function wipe(argument: unknown): void {
  // No recursion: an argument may be deeper than the stack, or hold itself.
  const waiting = [argument]
  const seen = new Set<unknown>()
  while (waiting.length > 0) {
    const one = waiting.pop()
    if (typeof one !== 'object' || one === null || seen.has(one)) continue
    seen.add(one)
    if (one instanceof ArrayBuffer) new Uint8Array(one).fill(0)
    else if (ArrayBuffer.isView(one)) waiting.push(one.buffer)
    else {
      if (one instanceof Map || one instanceof Set) for (const entry of one.entries()) waiting.push(entry)
      // The cause of an error is not enumerable, and comes with it all the same.
      if (one instanceof Error) waiting.push(one.cause)
      for (const value of Object.values(one)) waiting.push(value)
    }
  }
}

const isMethod = (method: unknown): method is IpcMethod => ipcMethodNames.includes(method as IpcMethod)
