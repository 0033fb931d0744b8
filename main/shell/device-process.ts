import { join } from 'node:path'
import { utilityProcess } from 'electron'
import type { PrinterConfig } from '../../contract/config.ts'
import type { DeviceProcess } from '../devices/index.ts'

/**
 * The device process gets no other variable of our environment: one for a loader or library could bring in another card
 * or printer (invariant 9).
 */
const PASSED_ON = ['PATH', 'HOME', 'LANG', 'LC_ALL', 'TZ']

/** The settings that the device process gets at its start. */
interface DeviceSetup {
  printer: PrinterConfig
  /** File of the CIE's external-authentication key; null: CNS only. */
  externalKey: string | null
  /** A bench's virtual hardware (development only), whose cards are of a test CA. */
  benchEnv: Record<string, string> | null
}

/** Starts the device process as Electron's utilityProcess. */
export function spawnDeviceProcess({ printer, externalKey, benchEnv }: DeviceSetup): DeviceProcess {
  const clean = Object.fromEntries(
    Object.entries(process.env).filter(
      (entry): entry is [string, string] => entry[1] !== undefined && PASSED_ON.includes(entry[0]),
    ),
  )
  const args = ['--printer', printer.profile]
  if (printer.profile === 'a4-office') {
    args.push('--printer-uri', printer.uri)
    if (printer.ca !== undefined) args.push('--printer-ca', printer.ca)
  }
  if (externalKey !== null) args.push('--external-key', externalKey)
  if (__TEST_TRUST__ || (__DEVELOPMENT__ && benchEnv)) args.push('--test-trust')
  const child = utilityProcess.fork(join(__dirname, '..', 'native', 'index.cjs'), args, {
    serviceName: 'totem-device',
    env: __DEVELOPMENT__ ? { ...clean, ...benchEnv } : clean,
    stdio: __DEVELOPMENT__ ? 'inherit' : 'ignore',
  })
  return {
    post: (message) => child.postMessage(message),
    onMessage: (listener) => child.on('message', listener),
    onExit: (listener) => child.on('exit', listener),
    kill() {
      try {
        // Electron's own kill sends SIGTERM only. Without a pid the process has left, or never came.
        if (child.pid !== undefined) process.kill(child.pid, 'SIGKILL')
      } catch {
        // The process has left, and its exit is about to be reported.
      }
    },
  }
}
