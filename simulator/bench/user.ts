import { execFileSync } from 'node:child_process'
import { chownSync, readFileSync } from 'node:fs'

/**
 * The user that runs Electron on a bench. Chromium's sandbox refuses root and is never switched off, so root hands over
 * to a system user of its own. Any other user runs Electron directly.
 */
const NAME = 'totem-bench'

export interface BenchUser {
  uid: number
  gid: number
}

/** Null: this process is not root and keeps its user. */
export function benchUser(): BenchUser | null {
  if (process.getuid?.() !== 0) return null
  const user = lookUp()
  if (!user) throw new Error(`no user ${NAME}: run the set-up (npm start or npm test)`)
  return user
}

/** The command line that runs `command` as the bench's user. The command dies with its parent, however that ends. */
export function asBenchUser(command: string, args: readonly string[]): [command: string, args: string[]] {
  const user = benchUser()
  // setpriv and not runuser: it becomes the command (one process, one pid). It sets the death signal after the change
  // of user, which would clear it.
  const who = user ? ['--reuid', `${user.uid}`, '--regid', `${user.gid}`, '--clear-groups'] : []
  return ['setpriv', [...who, '--pdeathsig', 'KILL', '--', command, ...args]]
}

/** Gives files to the bench's user. */
export function giveToBenchUser(...paths: string[]): void {
  const user = benchUser()
  if (user) for (const path of paths) chownSync(path, user.uid, user.gid)
}

function lookUp(): BenchUser | null {
  const entry = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .find(([name]) => name === NAME)
  return entry ? { uid: Number(entry[2]), gid: Number(entry[3]) } : null
}

// `node simulator/bench/user.ts`, for the set-up: makes the user if needed and prints who runs Electron.
if (import.meta.main) {
  if (process.getuid?.() === 0 && !lookUp()) {
    const home = ['--no-create-home', '--home-dir', '/nonexistent', '--shell', '/usr/sbin/nologin']
    execFileSync('useradd', ['--system', ...home, NAME], { stdio: ['ignore', 'inherit', 'inherit'] })
  }
  console.log(benchUser() ? `Electron runs as ${NAME}` : 'Electron runs as you')
}
