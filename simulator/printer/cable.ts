import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Duplex } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { ownFolder } from '../../basics/temporary.ts'

/** The mechanism's end of a printer's cable: 64 bytes a report arrive (a number and 63 bytes), 63 are sent. */
export type Cable = Duplex

/** What the printer hangs on. */
export interface Bed {
  /** Environment of the processes that see the printer; empty where a kernel shows it to all. */
  env: Record<string, string>
  cable: Cable
  /** Resolves when the device is gone, or there again. */
  unplug(): Promise<void>
  plug(): Promise<void>
  stop(): Promise<void>
}

/** /dev/hidraw0 for the processes that have `env`. Needs umockdev and its Python binding (Debian packages). */
export async function umockdevBed(vendor: number, product: number): Promise<Bed> {
  const folder = ownFolder('totem-printer')
  const socketPath = join(folder, 'cable')
  const server = createServer().listen(socketPath)
  await once(server, 'listening')
  const bed = spawn(
    '/usr/bin/python3',
    [fileURLToPath(new URL('hid_bed.py', import.meta.url)), socketPath, hex(vendor), hex(product)],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  )
  // A bed that has ended shows by its missing answers.
  bed.stdin.on('error', () => undefined)
  const gone = once(bed, 'exit')
  const lines = createInterface({ input: bed.stdout })[Symbol.asyncIterator]()
  async function answerOfBed(): Promise<string> {
    const { done, value } = await lines.next()
    if (done) {
      server.close()
      throw new Error(
        'the bed of the virtual printer has left: are umockdev, python3-gi and gir1.2-umockdev-1.0 installed?',
      )
    }
    return value
  }
  async function say(command: 'plug' | 'unplug') {
    bed.stdin.write(`${command}\n`)
    await answerOfBed()
  }
  const connected = once(server, 'connection') as Promise<[Socket]>
  const { env } = JSON.parse(await answerOfBed()) as { env: Record<string, string> }
  const [cable] = await connected
  cable.on('error', () => undefined)
  return {
    env,
    cable,
    unplug: () => say('unplug'),
    plug: () => say('plug'),
    async stop() {
      bed.stdin.end()
      await gone
      cable.destroy()
      server.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

const hex = (id: number) => id.toString(16).padStart(4, '0')
