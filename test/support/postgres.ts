import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

// Debian keeps the server's programs out of PATH.
const BIN = '/usr/lib/postgresql/15/bin'

export interface Postgres {
  url: string
  stop(): Promise<void>
}

/** A throw-away PostgreSQL 15 in a folder of its own, reached by Unix socket only. It refuses to run as root. */
export async function startPostgres(): Promise<Postgres> {
  const dir = mkdtempSync(join(tmpdir(), 'totem-postgres-'))
  const owner = userInfo().uid === 0 ? ordinaryUser() : {}
  if (owner.uid !== undefined && owner.gid !== undefined) chownSync(dir, owner.uid, owner.gid)
  const data = join(dir, 'data')
  execFileSync(join(BIN, 'initdb'), ['-D', data, '-U', 'totem', '-A', 'trust', '-E', 'UTF8', '--no-sync'], {
    ...owner,
    cwd: dir,
    stdio: 'pipe',
  })
  // A test's database need not survive a power cut.
  const server = spawn(join(BIN, 'postgres'), ['-D', data, '-k', dir, '-c', 'listen_addresses=', '-c', 'fsync=off'], {
    ...owner,
    cwd: dir,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const exited = once(server, 'exit')
  const killed = () => server.kill('SIGKILL')
  process.once('exit', killed)
  await new Promise<void>((resolve, reject) => {
    createInterface(server.stderr).on('line', (line) => {
      if (line.includes('ready to accept connections')) resolve()
    })
    server.once('exit', (code) => reject(new Error(`postgres ended with ${code}`)))
  })
  return {
    url: `postgresql://totem@/postgres?host=${dir}`,
    stop: async () => {
      // Fast shutdown: clients are turned out.
      server.kill('SIGINT')
      await exited
      process.off('exit', killed)
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

function ordinaryUser(): { uid?: number; gid?: number } {
  const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }))
  return { uid: id('-u'), gid: id('-g') }
}
