import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { benchUser } from '../../../simulator/bench/user.ts'
import type { Leak } from './disk-image.ts'

/** Folders that everybody may write to: a crash dump, a shared memory segment or a half-written file may lie there. */
const PUBLIC = ['/tmp', '/var/tmp', '/dev/shm', '/var/spool']

const SOON_MS = 1_000

/** What test/support/disk/disk-looker.ts is asked for. */
export interface Look {
  id: number
  places: { folders: string[]; ownedBy?: number | undefined }[]
}

/**
 * A process of its own, for all offices of a run: a search takes seconds in which nothing else runs there, and the virtual
 * printer and reader live in this one. What two offices have alike (Electron's own files) is searched once.
 */
let looker: ChildProcess | null = null
let asked = 0

function lookAt(places: Look['places']): Promise<Leak[]> {
  if (!looker?.connected) {
    looker = fork(fileURLToPath(new URL('./disk-looker.ts', import.meta.url)), { execArgv: [] })
    // Every look has its own; none keeps a test's process alive.
    looker.setMaxListeners(0)
    looker.unref()
    looker.channel?.unref()
  }
  const child = looker
  const id = ++asked
  return new Promise((resolve, reject) => {
    child.channel?.ref()
    const done = () => {
      child.off('message', answered)
      child.off('exit', died)
      if (child.listenerCount('message') === 0) child.channel?.unref()
    }
    const answered = (answer: { id: number; leaks: Leak[] }) => {
      if (answer.id !== id) return
      done()
      resolve(answer.leaks)
    }
    const died = (code: number | null) => {
      done()
      reject(new Error(`the search of the disk ended with ${code}`))
    }
    child.on('message', answered)
    child.on('exit', died)
    child.send({ id, places } satisfies Look)
  })
}

/**
 * The disk of a bench's totem as somebody finds it who takes it away at this moment: its whole folder (databases, Electron's
 * profile with its caches and crash dumps, home), and what its user has left in the public places.
 */
export function watchDisk(totemFolder: string) {
  const found = new Map<string, Leak>()
  const failures: unknown[] = []
  let looks = 0
  let underWay = 0
  let soon: NodeJS.Timeout | null = null
  let last: Promise<void> = Promise.resolve()

  function look(): Promise<void> {
    if (soon) clearTimeout(soon)
    soon = null
    looks++
    underWay++
    const user = benchUser()
    last = lookAt([
      { folders: [totemFolder] },
      // Without a user of its own everything of whoever runs the tests would lie there.
      ...(user ? [{ folders: PUBLIC, ownedBy: user.uid }] : []),
    ])
      .then((leaks) => {
        for (const leak of leaks) found.set(`${leak.file} ${leak.what} ${leak.how}`, leak)
      })
      .catch((reason) => void failures.push(reason))
      .finally(() => underWay--)
    return last
  }

  return {
    /** Ends when all has been read: what lies there now is found though it be gone a moment later. */
    look,
    /** At a random moment of the next second; as often as it is called meanwhile or during a look, once. */
    lookSoon(): void {
      if (underWay === 0) soon ??= setTimeout(look, Math.random() * SOON_MS).unref()
    },
    /** Throws when anything personal lay on the disk at any of the moments. */
    async clean(): Promise<void> {
      await last
      if (failures.length > 0) throw new AggregateError(failures, 'the disk was not searched')
      const lines = [...found.values()].map(
        ({ file, what, how, offset }) => `${what} in ${file} (${how}, at ${offset})`,
      )
      if (lines.length > 0) throw new Error(`personal data on the totem's disk (${looks} looks):\n${lines.join('\n')}`)
    },
  }
}
