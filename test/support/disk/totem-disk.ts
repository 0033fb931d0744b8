import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { benchUser } from '../../../simulator/bench/user.ts'
import type { Leak } from './disk-image.ts'

/** Folders that everybody may write to, and where a crash dump, shared memory or a half-written file may lie. */
const PUBLIC = ['/tmp', '/var/tmp', '/dev/shm', '/var/spool']

/**
 * What tests themselves write, perhaps beside another office: main's memory as a test reads it (test/support/totem/memory.ts), and
 * what the headset has heard (simulator/bench/sound.ts), whose samples spell a number where they climb by one.
 */
const OF_TESTS = /\/(totem-\d+-\d+\.heapsnapshot|sound\/heard\.raw)$/

const SOON_MS = 1_000

/** A question to test/support/disk/disk-looker.ts. */
export interface Look {
  id: number
  places: { folders: string[]; ownedBy?: number | undefined }[]
}

/**
 * One process for all offices of a run. A search blocks its process for seconds, and the virtual printer and reader
 * live in this one. Files that two offices share (Electron's own) are searched once.
 */
let looker: ChildProcess | null = null
let asked = 0

function lookAt(places: Look['places']): Promise<Leak[]> {
  if (!looker?.connected) {
    looker = fork(fileURLToPath(new URL('./disk-looker.ts', import.meta.url)), { execArgv: [] })
    // Each look listens for its own answer; none keeps the test's process alive.
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
 * Watches the disk of a bench's totem as a thief would find it at any moment: its whole folder (databases, Electron's
 * profile with caches and crash dumps, home), and its user's files in public places.
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
      // Without a user of its own, the files there would be those of the person who runs the tests.
      ...(user ? [{ folders: PUBLIC, ownedBy: user.uid }] : []),
    ])
      .then((leaks) => {
        for (const leak of leaks.filter(({ file }) => !OF_TESTS.test(file)))
          found.set(`${leak.file} ${leak.what} ${leak.how}`, leak)
      })
      .catch((reason) => void failures.push(reason))
      .finally(() => underWay--)
    return last
  }

  return {
    /** Ends when all has been read: finds what lies there now, even if it is gone a moment later. */
    look,
    /** Looks at a random moment of the next second; further calls meanwhile or during a look add nothing. */
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
