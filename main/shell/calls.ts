import { type IpcMainInvokeEvent, ipcMain } from 'electron'
import { CALL_CHANNEL, type IpcMethod, ipcMethodNames } from '../../contract/bridge.ts'
import { type IpcParams, type IpcResult, ipcMethods } from '../../contract/ipc.ts'
import { ORIGIN } from './origin.ts'

export type CallHandlers = { [M in IpcMethod]: (argument: IpcParams<M>) => IpcResult<M> | Promise<IpcResult<M>> }
type RefusalReason = 'origin' | 'frame' | 'method' | 'arguments'

export interface CallOptions {
  /** Only the window of the citizen who stands there may speak. */
  isCurrent(sender: IpcMainInvokeEvent['sender']): boolean
  handlers: CallHandlers
  onRefused(reason: RefusalReason, method: string): void
}

/** The one door for the renderer's calls: origin, frame, name and argument are checked before anything happens. */
export function registerCalls({ isCurrent, handlers, onRefused }: CallOptions): void {
  ipcMain.handle(CALL_CHANNEL, (event, method: unknown, argument: unknown) => {
    const refuse = (reason: RefusalReason): never => {
      // SECURITY: it may be a PIN (invariant 3).
      if (argument instanceof Uint8Array) argument.fill(0)
      onRefused(reason, typeof method === 'string' && /^\w{1,32}$/.test(method) ? method : 'unnamed')
      throw new Error(`refused: ${reason}`)
    }
    // SECURITY: checklist 17. A frame that is gone, blank or of another origin is nobody.
    const frame = event.senderFrame
    if (!frame?.url.startsWith(ORIGIN)) return refuse('origin')
    if (frame.parent !== null || !isCurrent(event.sender)) return refuse('frame')
    if (!isMethod(method)) return refuse('method')
    const parsed = ipcMethods[method].params.safeParse(argument)
    if (!parsed.success) return refuse('arguments')
    return (handlers[method] as (argument: unknown) => unknown)(parsed.data)
  })
}

const isMethod = (method: unknown): method is IpcMethod => ipcMethodNames.includes(method as IpcMethod)
