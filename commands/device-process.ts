import { fork } from 'node:child_process'
import { constants } from 'node:os'
import { fileURLToPath } from 'node:url'
import type { TotemConfig } from '../contract/config.ts'
import type { DeviceProcess } from '../main/devices/index.ts'
import { PACKAGED } from './packaged.ts'

/** How this command line starts the device process: in a package by Electron, which is no Node there. */
export async function deviceStarter(config: TotemConfig): Promise<() => DeviceProcess> {
  if (!PACKAGED) return () => forkDevice(config)
  const { spawnDeviceProcess } = await import('../main/shell/device-process.ts')
  const { whenReady } = await import('../main/shell/app.ts')
  await whenReady()
  const { printer, cie } = config
  return () => spawnDeviceProcess({ printer, externalKey: cie?.externalKey ?? null, benchEnv: null })
}

const DEVICE_PROGRAM = fileURLToPath(new URL('../native/index.ts', import.meta.url))

/** Starts the device process as the totem does, but under Node. */
function forkDevice({ printer, cie, bench }: TotemConfig): DeviceProcess {
  const args = ['--printer', printer.profile]
  if (printer.profile === 'a4-office') {
    args.push('--printer-uri', printer.uri)
    if (printer.ca !== undefined) args.push('--printer-ca', printer.ca)
  }
  if (cie) args.push('--external-key', cie.externalKey)
  if (bench) args.push('--test-trust')
  const child = fork(DEVICE_PROGRAM, args, {
    env: { ...process.env, ...bench?.deviceEnv },
    serialization: 'advanced',
    // Its own output is not the command's answer.
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  return {
    post: (message) => void child.send(message as object),
    onMessage: (listener) => void child.on('message', listener),
    // A signal as a shell tells it.
    onExit: (listener) =>
      void child.on('exit', (code, signal) => listener(code ?? 128 + (signal ? constants.signals[signal] : 0))),
    kill: () => void child.kill('SIGKILL'),
  }
}
