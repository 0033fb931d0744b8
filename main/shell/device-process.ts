import { join } from 'node:path'
import { utilityProcess } from 'electron'
import type { DeviceProcess } from '../devices/index.ts'

/** All that a device process needs of our environment; a loader's or library's variable could bring in another card or printer (invariant 9). */
const PASSED_ON = ['PATH', 'HOME', 'LANG', 'LC_ALL', 'TZ']

/** Starts the device process as Electron's utilityProcess; `env` names a bench's virtual hardware (development only). */
export function spawnDeviceProcess(printerProfile: string, env: Record<string, string> | null): DeviceProcess {
  const clean = Object.fromEntries(
    Object.entries(process.env).filter(
      (entry): entry is [string, string] => entry[1] !== undefined && PASSED_ON.includes(entry[0]),
    ),
  )
  const child = utilityProcess.fork(join(__dirname, '..', 'native', 'index.cjs'), ['--printer', printerProfile], {
    serviceName: 'totem-device',
    env: __DEVELOPMENT__ ? { ...clean, ...env } : clean,
    stdio: __DEVELOPMENT__ ? 'inherit' : 'ignore',
  })
  return {
    post: (message) => child.postMessage(message),
    onMessage: (listener) => child.on('message', listener),
    onExit: (listener) => child.on('exit', listener),
    kill() {
      try {
        // Electron's own kill is SIGTERM only. No pid: it has left, or never came.
        if (child.pid !== undefined) process.kill(child.pid, 'SIGKILL')
      } catch {
        // It has left, and its exit is about to be told.
      }
    },
  }
}
