import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'

// Debian keeps the server's programs out of PATH.
const BIN = '/usr/lib/postgresql/15/bin'
// PostgreSQL refuses to run as root.
const ORDINARY = userInfo().uid === 0 ? ['--reuid=postgres', '--regid=postgres', '--clear-groups'] : []

/** Two PostgreSQL 15, the second a synchronous standby of the first, behind one fixed address. */
export interface PostgresPair {
  /** The same address, whichever of them answers. */
  url: string
  /** Fast shutdown and restart of the one that answers. */
  restart(): Promise<void>
  /** SIGKILL to the primary and all of its processes; the standby is promoted and answers from then on. */
  failOver(): Promise<void>
  stop(): Promise<void>
}

export async function startPostgresPair(): Promise<PostgresPair> {
  const dir = mkdtempSync(join(tmpdir(), 'totem-postgres-pair-'))
  if (ORDINARY.length > 0) execFileSync('chown', ['postgres:postgres', dir])
  const run = (program: string, ...args: string[]) =>
    execFileSync('setpriv', [...ORDINARY, join(BIN, program), ...args], { cwd: dir, stdio: 'pipe' })

  const primary = node(dir, 'primary')
  run('initdb', '-D', primary.data, '-U', 'totem', '-A', 'trust', '-E', 'UTF8', '--no-sync')
  await primary.start()
  const standby = node(dir, 'standby')
  const from = `host=${primary.socket} user=totem application_name=standby`
  run('pg_basebackup', '-D', standby.data, '-d', from, '-R', '-X', 'stream', '--checkpoint=fast', '--no-sync')
  await standby.start()
  // Set on the primary alone: a promoted standby waits for no other.
  await primary.ask("alter system set synchronous_standby_names = 'standby'")
  await primary.ask('select pg_reload_conf()')
  await until(async () => {
    const [row] = await primary.ask('select sync_state from pg_stat_replication')
    return row?.sync_state === 'sync'
  })

  let answering = primary
  const address = await fixedAddress(() => answering.socketFile)
  return {
    url: `postgresql://totem@127.0.0.1:${address.port}/postgres`,
    async restart() {
      await answering.stop('SIGINT')
      await answering.start()
    },
    async failOver() {
      await primary.killAll()
      run('pg_ctl', 'promote', '-D', standby.data, '-w')
      answering = standby
      // Open connections die, as when an address moves to another machine.
      address.cut()
    },
    async stop() {
      await address.stop()
      await Promise.all([primary.stop('SIGINT'), standby.stop('SIGINT')])
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

function node(dir: string, name: string) {
  const data = join(dir, name)
  const socket = join(dir, `${name}-socket`)
  execFileSync('mkdir', ['-m', '777', socket])
  let server: ReturnType<typeof spawn> | null = null
  return {
    data,
    socket,
    socketFile: join(socket, '.s.PGSQL.5432'),
    async start() {
      const settings = ['listen_addresses=', 'synchronous_commit=remote_apply', 'fsync=on']
      const options = settings.flatMap((setting) => ['-c', setting])
      // Shuts the server down even when the test is killed.
      const child = spawn(
        'setpriv',
        [...ORDINARY, '--pdeathsig=INT', join(BIN, 'postgres'), '-D', data, '-k', socket, ...options],
        { cwd: dir, stdio: ['ignore', 'ignore', 'pipe'] },
      )
      server = child
      await new Promise<void>((resolve, reject) => {
        createInterface(child.stderr).on('line', (line) => {
          if (/ready to accept (read-only )?connections/.test(line)) resolve()
        })
        child.once('exit', (code) => reject(new Error(`postgres ended with ${code}`)))
      })
    },
    async stop(signal: NodeJS.Signals) {
      if (!server || server.exitCode !== null || server.signalCode !== null) return
      const gone = once(server, 'exit')
      server.kill(signal)
      await gone
    },
    /** Kills the children too, since they would write on for a moment after their parent's death. */
    async killAll() {
      const pid = server?.pid
      if (!pid) throw new Error('no server')
      const children = execFileSync('ps', ['-o', 'pid=', '--ppid', String(pid)])
        .toString()
        .split('\n')
      await this.stop('SIGKILL')
      for (const child of children.map(Number)) if (child > 0) kill(child)
    },
    async ask(text: string): Promise<Record<string, unknown>[]> {
      const client = new pg.Client({ host: socket, user: 'totem', database: 'postgres' })
      await client.connect()
      try {
        return (await client.query(text)).rows
      } finally {
        await client.end()
      }
    },
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

/** An address that stays while what answers behind it changes. */
async function fixedAddress(target: () => string) {
  const open = new Set<Socket>()
  const server = createServer((caller) => {
    const callee = connect(target())
    for (const [one, other] of [
      [caller, callee],
      [callee, caller],
    ] as const) {
      open.add(one)
      one.pipe(other)
      // When one end closes, the other end is closed at once.
      one.on('error', () => other.destroy())
      one.on('close', () => {
        open.delete(one)
        other.destroy()
      })
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const cut = () => {
    for (const socket of open) socket.destroy()
  }
  return {
    port: (server.address() as AddressInfo).port,
    cut,
    stop: () =>
      new Promise<void>((resolve) => {
        cut()
        server.close(() => resolve())
      }),
  }
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await delay(50)
}
