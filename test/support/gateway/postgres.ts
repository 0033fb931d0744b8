import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import pg from 'pg'
import { ownFolder } from '../../../basics/temporary.ts'

// Debian keeps the server's programs out of PATH.
const BIN = '/usr/lib/postgresql/15/bin'

export interface Postgres {
  url: string
  /** URL of a new, empty database on the same server. */
  database(): Promise<string>
  stop(): Promise<void>
}

/**
 * A throw-away PostgreSQL 15 in a folder of its own, reached by Unix socket only. `durable`: a commit is on the disk,
 * as in production; else it need not survive a power cut.
 */
export async function startPostgres({ durable = false } = {}): Promise<Postgres> {
  const dir = ownFolder('totem-postgres')
  // It refuses to run as root.
  const ordinary = userInfo().uid === 0 ? ['--reuid=postgres', '--regid=postgres', '--clear-groups'] : []
  if (ordinary.length > 0) execFileSync('chown', ['postgres:postgres', dir])
  const data = join(dir, 'data')
  const initialise = [join(BIN, 'initdb'), '-D', data, '-U', 'totem', '-A', 'trust', '-E', 'UTF8', '--no-sync']
  execFileSync('setpriv', [...ordinary, ...initialise], { cwd: dir, stdio: 'pipe' })
  // Shuts down also when the test that started it is killed.
  const serve = [
    join(BIN, 'postgres'),
    '-D',
    data,
    '-k',
    dir,
    '-c',
    'listen_addresses=',
    '-c',
    `fsync=${durable ? 'on' : 'off'}`,
  ]
  const server = spawn('setpriv', [...ordinary, '--pdeathsig=INT', ...serve], {
    cwd: dir,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const exited = once(server, 'exit')
  await new Promise<void>((resolve, reject) => {
    createInterface(server.stderr).on('line', (line) => {
      if (line.includes('ready to accept connections')) resolve()
    })
    server.once('exit', (code) => reject(new Error(`postgres ended with ${code}`)))
  })
  const url = `postgresql://totem@/postgres?host=${dir}`
  let databases = 0
  return {
    url,
    async database() {
      const name = `d${++databases}`
      const client = new pg.Client(url)
      await client.connect()
      await client.query(`create database ${name}`)
      await client.end()
      return `postgresql://totem@/${name}?host=${dir}`
    },
    stop: async () => {
      // Fast shutdown: clients are turned out.
      server.kill('SIGINT')
      await exited
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

/** As an administrator lets the console in (gateway/OPERATIONS.md); answers its own address of the database. */
export async function letConsoleIn(url: string): Promise<string> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query('create role totem_console login; grant usage on schema public to totem_console')
  await client.end()
  return url.replace('//totem@', '//totem_console@')
}
