import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'

export interface SoftwareTpm {
  /** Address of the TPM for tpm2-tools. */
  tcti: string
  /** A sleeping TPM answers nothing; `stop` needs it awake. */
  sleep(): void
  wake(): void
  stop(): Promise<void>
}

/** A machine's TPM 2.0 (swtpm). Its state lies in `kept`, where it survives, or in a folder that ends with the TPM. */
export async function startTpm(kept?: string): Promise<SoftwareTpm> {
  const folder = kept ?? mkdtempSync(join(tmpdir(), 'totem-swtpm-'))
  mkdirSync(folder, { recursive: true })
  const socket = join(folder, 'tpm.sock')
  rmSync(socket, { force: true })
  const child = spawn(
    'setpriv',
    [
      // The TPM ends with the test, even if the test is killed.
      ...['--pdeathsig', 'KILL', '--', 'swtpm'],
      ...['socket', '--tpm2', '--tpmstate', `dir=${folder}`, '--flags', 'not-need-init,startup-clear'],
      ...['--server', `type=unixio,path=${socket}`, '--ctrl', `type=unixio,path=${socket}.ctrl`],
    ],
    { stdio: 'ignore' },
  )
  const ended = once(child, 'exit')
  await Promise.race([answers(socket), ended.then(([code]) => Promise.reject(new Error(`swtpm ended: ${code}`)))])
  return {
    tcti: `swtpm:path=${socket}`,
    sleep: () => child.kill('SIGSTOP'),
    wake: () => child.kill('SIGCONT'),
    async stop() {
      child.kill('SIGTERM')
      await ended
      if (kept === undefined) rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function answers(socket: string): Promise<void> {
  for (;;) {
    const connection = connect(socket)
    try {
      await once(connection, 'connect')
      return
    } catch {
      await wait(10)
    } finally {
      connection.destroy()
    }
  }
}
