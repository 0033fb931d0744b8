import { spawn } from 'node:child_process'
import { closedProgram } from '../../basics/program.ts'

/** systemd-notify waits until systemd has read the message; a machine that is this busy says it the next time. */
const SAY_MS = 10_000

export interface Supervisor {
  /** The first view is on the screen. From now on a program that is not well is ended and started anew. */
  start(): void
  stop(): void
}

export interface SupervisorOptions {
  /** True when a citizen could use the totem now, as far as the program itself goes. */
  well(): Promise<boolean>
  env?: NodeJS.ProcessEnv
}

/**
 * Tells systemd (sd_notify(3)) that the totem is ready, and that it still is: systemd itself sees a process that runs,
 * whatever stands on the screen. Node has no Unix datagrams, so that systemd's own program speaks for this one. Says
 * nothing where no unit asks for it (a bench).
 */
export function createSupervisor({ well, env = process.env }: SupervisorOptions): Supervisor {
  const { NOTIFY_SOCKET: socket, WATCHDOG_USEC: patience } = env
  let timer: NodeJS.Timeout | null = null
  let asking = false

  function say(...words: string[]): void {
    if (!socket) return
    spawn(...closedProgram('systemd-notify', words), {
      env: { PATH: '/usr/bin:/bin', NOTIFY_SOCKET: socket },
      cwd: '/',
      stdio: 'ignore',
      timeout: SAY_MS,
    }).on('error', () => undefined)
  }

  async function beat(): Promise<void> {
    // An answer that does not come must not be asked for again and again.
    if (asking) return
    asking = true
    if (await well().catch(() => false)) say('WATCHDOG=1')
    asking = false
  }

  return {
    start() {
      say('--ready')
      // Thrice within systemd's patience: one answer may come late.
      if (socket && patience) timer = setInterval(() => void beat(), Number(patience) / 1000 / 3)
    },
    stop() {
      if (timer) clearInterval(timer)
      say('STOPPING=1')
    },
  }
}
