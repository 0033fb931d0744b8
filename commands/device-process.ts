import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { TotemConfig } from '../contract/config.ts'
import type { DeviceProcess } from '../main/devices/index.ts'

const DEVICE_PROGRAM = fileURLToPath(new URL('../native/index.ts', import.meta.url))

/** Starts the device process as the totem does, but under Node. */
export function forkDevice({ printer, cie, bench }: TotemConfig): DeviceProcess {
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
    onExit: (listener) => void child.on('exit', (code) => listener(code ?? 0)),
    kill: () => void child.kill('SIGKILL'),
  }
}
