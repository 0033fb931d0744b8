import { closeSync, openSync, readFileSync, readSync } from 'node:fs'

/** Which of these words stand in the writable memory of a process, shared memory too, as Latin-1 or as UTF-16. */
export function inMemory(pid: number, words: readonly string[]): Map<string, number> {
  const needles = words.flatMap((word) =>
    (['latin1', 'utf16le'] as const).map((as) => [word, Buffer.from(word, as)] as const),
  )
  const found = new Map<string, number>()
  const memory = openSync(`/proc/${pid}/mem`, 'r')
  for (const line of readFileSync(`/proc/${pid}/maps`, 'utf8').split('\n')) {
    const [, from = '', to = ''] = /^([0-9a-f]+)-([0-9a-f]+) rw/.exec(line) ?? []
    if (from === '' || line.endsWith('[vvar]')) continue
    const start = Number.parseInt(from, 16)
    const area = Buffer.alloc(Number.parseInt(to, 16) - start)
    let read = 0
    try {
      read = readSync(memory, area, 0, area.length, start)
    } catch {
      // Pages that the kernel shows to nobody, or that have been given back meanwhile.
    }
    for (const [word, needle] of needles) {
      for (let at = area.indexOf(needle); at >= 0 && at < read; at = area.indexOf(needle, at + 1)) {
        found.set(word, (found.get(word) ?? 0) + 1)
      }
    }
  }
  closeSync(memory)
  return found
}
