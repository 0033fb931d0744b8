import { z } from 'zod'
import {
  type DeviceEvent,
  type DeviceFailure,
  type DeviceMethod,
  type DeviceParams,
  type DeviceResult,
  deviceCall,
  deviceMethods,
} from '../contract/device.ts'
import type { Result } from '../contract/result.ts'

/** The parent's end of the wire: Electron's parentPort or a Node child's IPC channel. Both clone bytes unchanged. */
export interface HostPort {
  post(message: unknown): void
  onMessage(listener: (message: unknown) => void): void
}

export type DeviceHandlers = {
  [M in DeviceMethod]: (params: DeviceParams<M>) => Promise<Result<DeviceResult<M>, DeviceFailure<M>>>
}

/** Port of the parent of this process, Electron or Node; throws when no supervisor started it. */
export function parentPort(): HostPort {
  // Set in an Electron utilityProcess; Node's own types do not know it.
  const electron = (process as unknown as { parentPort?: Electron }).parentPort
  if (electron) {
    return {
      post: (message) => electron.postMessage(message),
      onMessage: (listener) => electron.on('message', (event) => listener(event.data)),
    }
  }
  const send = process.send?.bind(process)
  if (!send) throw new Error('the device process must be started by its supervisor')
  // The supervisor has gone, and nobody would ever release the card or the printer.
  process.on('disconnect', () => process.exit(0))
  return { post: (message) => send(message), onMessage: (listener) => process.on('message', listener) }
}
interface Electron {
  postMessage(message: unknown): void
  on(event: 'message', listener: (event: { data: unknown }) => void): void
}

/** Answers calls by the contract. A message that does not parse is a bug of the supervisor, and ends the process. */
export function serve(port: HostPort, handlers: DeviceHandlers): { tell(event: DeviceEvent): void } {
  port.onMessage((message) => {
    const { id, method, params } = deviceCall.parse(message)
    const name = z.enum(Object.keys(deviceMethods) as [DeviceMethod, ...DeviceMethod[]]).parse(method)
    void answer(name, params).then((reply) => port.post({ id, reply }))
  })
  async function answer<M extends DeviceMethod>(method: M, params: unknown) {
    const parsed = deviceMethods[method].params.parse(params) as DeviceParams<M>
    return (handlers[method] as DeviceHandlers[M])(parsed)
  }
  return { tell: (event) => port.post(event) }
}
