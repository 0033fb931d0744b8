import { benchUser } from '../../simulator/bench/user.ts'
import { createDiskSearcher, type Leak } from './disk-image.ts'

/** Folders that everybody may write to: a crash dump, a shared memory segment or a half-written file may lie there. */
const PUBLIC = ['/tmp', '/var/tmp', '/dev/shm', '/var/spool']

const SOON_MS = 1_000

/** One for all offices of a run: what two of them have alike (Electron's own files) is searched once. */
const searcher = createDiskSearcher()

/**
 * The disk of a bench's totem as somebody finds it who takes it away at this moment: its whole folder (databases, Electron's
 * profile with its caches and crash dumps, home), and what its user has left in the public places.
 */
export function watchDisk(totemFolder: string) {
  const found = new Map<string, Leak>()
  let looks = 0
  let soon: NodeJS.Timeout | null = null

  function look(): void {
    if (soon) clearTimeout(soon)
    soon = null
    looks++
    const user = benchUser()
    const leaks = [
      ...searcher.search([totemFolder]),
      // Without a user of its own everything of whoever runs the tests would lie there.
      ...(user ? searcher.search(PUBLIC, { ownedBy: user.uid }) : []),
    ]
    for (const leak of leaks) found.set(`${leak.file} ${leak.what} ${leak.how}`, leak)
  }

  return {
    look,
    /** At a random moment of the next second; as often as it is called meanwhile, once. */
    lookSoon(): void {
      soon ??= setTimeout(look, Math.random() * SOON_MS).unref()
    },
    /** Throws when anything personal lay on the disk at any of the moments. */
    clean(): void {
      const lines = [...found.values()].map(
        ({ file, what, how, offset }) => `${what} in ${file} (${how}, at ${offset})`,
      )
      if (lines.length > 0) throw new Error(`personal data on the totem's disk (${looks} looks):\n${lines.join('\n')}`)
    },
  }
}
