import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { chmod, copyFile, mkdir, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { ownFolder } from '../../basics/temporary.ts'
import { freePort } from '../ports.ts'
import { readerDriver } from './reader/driver.ts'

/**
 * A person at the reader's keypad, called when it lights up. Answers the typed digits, '' for the cancel key, null for
 * nothing.
 */
export type Keypad = () => Promise<string | null>

/** A PC/SC service of our own with a virtual dual reader (`reader/ifd.c`). */
export interface Pcscd {
  /** Value of PCSCLITE_CSOCK_NAME in the environment of PC/SC clients. */
  socket: string
  /** TCP ports of 127.0.0.1 at which the slots wait for a virtual card: with contacts, without contacts. */
  ports: [contact: number, contactless: number]
  /** SIGKILL, as the service dies in the field. Cards and clients are cut off. */
  kill(): void
  /** Starts it again after `kill`, at the same socket and ports. */
  restart(): Promise<void>
  /** Stops the service until it is thawed, as a suspended machine does. */
  freeze(): void
  thaw(): void
  /** Pulls the reader's cable; a card in it is gone with it. */
  unplug(): Promise<void>
  plug(): Promise<void>
  stop(): Promise<void>
}

// pcscd has its folder compiled in: a mount namespace gives each run its own there. Only root may create one; any other
// user is root of a user namespace and puts a fresh /run in its place. The service must not outlive this process,
// however it ends, so it has a parent-death signal. It is set after the mounts, because entering a user namespace
// clears it.
const INSIDE_NAMESPACE = `
  mkdir -p /run/pcscd 2>/dev/null || { mount -t tmpfs tmpfs /run && mkdir /run/pcscd; } &&
  mount --bind "$1/run" /run/pcscd &&
  exec setpriv --pdeathsig KILL pcscd --foreground --info --config "$1/conf"`

/** Starts a private pcscd; throws when the Debian packages pcscd and gcc are missing. `keypad`: the reader has one. */
export async function startPcscd({ keypad }: { keypad?: Keypad } = {}): Promise<Pcscd> {
  const driver = await readerDriver()
  const dir = ownFolder('totem-pcscd')
  // Clients may run as another user: Electron never runs as root.
  await chmod(dir, 0o755)
  // One for each slot of the reader.
  const port = await freePort(2)
  await mkdir(join(dir, 'conf'))
  // The checkout may lie under a path that LIBPATH does not take.
  await copyFile(driver, join(dir, 'driver.so'))
  await writeFile(
    join(dir, 'conf', 'reader'),
    `FRIENDLYNAME "Virtual Dual Reader"\nDEVICENAME /dev/null:${port}:${dir}\nLIBPATH ${join(dir, 'driver.so')}\nCHANNELID 0\n`,
  )
  const keys = keypad ? await listenAtKeypad(join(dir, 'keypad'), keypad) : null
  let service = await launch(dir)
  return {
    socket: join(dir, 'run', 'pcscd.comm'),
    ports: [port, port + 1],
    kill: () => service.kill('SIGKILL'),
    restart: async () => {
      await end(service)
      service = await launch(dir)
    },
    freeze() {
      service.kill('SIGSTOP')
      while (!isStopped(service.pid ?? 0));
    },
    thaw: () => service.kill('SIGCONT'),
    unplug: () => writeFile(join(dir, 'unplugged'), ''),
    plug: () => rm(join(dir, 'unplugged')),
    stop: async () => {
      keys?.close()
      await end(service)
      await rm(dir, { recursive: true, force: true })
    },
  }
}

/** The signal stops the threads when one of them is run next; on a busy machine the others serve a command until then. */
const isStopped = (pid: number): boolean =>
  readdirSync(`/proc/${pid}/task`).every((thread) =>
    /\) T [^)]*$/.test(readFileSync(`/proc/${pid}/task/${thread}/stat`, 'latin1')),
  )

async function launch(dir: string): Promise<ChildProcess> {
  await rm(join(dir, 'run'), { recursive: true, force: true })
  await mkdir(join(dir, 'run'))
  const namespaces = process.getuid?.() === 0 ? '-m' : '-Urm'
  const service = spawn('unshare', [namespaces, 'sh', '-c', INSIDE_NAMESPACE, 'sh', dir], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const said: string[] = []
  service.stderr.on('data', (chunk: Buffer) => said.push(chunk.toString()))
  const ready = (async () => {
    for await (const line of createInterface(service.stdout)) {
      said.push(line)
      if (line.includes('daemon ready')) return true
    }
    return false
  })()
  const failed = once(service, 'error').then(([reason]) => {
    throw new Error('cannot start pcscd', { cause: reason })
  })
  if (!(await Promise.race([ready, failed]))) throw new Error(`pcscd did not start:\n${said.join('\n')}`)
  // Its log must keep flowing, or it would stop at a full pipe.
  service.stdout.resume()
  return service
}

async function end(service: ChildProcess): Promise<void> {
  if (service.exitCode !== null || service.signalCode !== null) return
  const exited = once(service, 'exit')
  service.kill('SIGKILL')
  await exited
}

async function listenAtKeypad(path: string, keypad: Keypad): Promise<Server> {
  const keys = createServer((asked) => {
    // The reader hangs up when its time is over or the card has gone.
    asked.on('error', () => {})
    void keypad().then((digits) => digits !== null && asked.end(`${digits}\n`))
  })
  keys.listen(path)
  await once(keys, 'listening')
  return keys
}
