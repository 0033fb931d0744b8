import { join } from 'node:path'
import { utilityProcess } from 'electron'
import type { DeviceProcess } from '../devices/index.ts'

/** Loader and library variables that would let another card or printer stand in for the real one (invariant 9). */
const BENCH_VARIABLES = ['LD_PRELOAD', 'LD_LIBRARY_PATH', 'PCSCLITE_CSOCK_NAME', 'UMOCKDEV_DIR', 'NODE_OPTIONS']

/** Starts the device process as Electron's utilityProcess; `env` names a bench's virtual hardware (development only). */
export function spawnDeviceProcess(printerProfile: string, env: Record<string, string> | null): DeviceProcess {
  const clean = Object.fromEntries(
    Object.entries(process.env).filter(
      (entry): entry is [string, string] => entry[1] !== undefined && !BENCH_VARIABLES.includes(entry[0]),
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
    kill: () => child.kill(),
  }
}
