import { closeSync, openSync, readFileSync, readSync } from 'node:fs'

/** V8 takes memory in pages of 256 KB, at addresses that are multiples of it. */
const V8_PAGE = 256 * 1024

/** How often these words stand in the JavaScript heap of a process, as Latin-1 or UTF-16. */
export function inHeap(pid: number, words: readonly string[]): number {
  const needles = words.flatMap((word) => [Buffer.from(word, 'latin1'), Buffer.from(word, 'utf16le')])
  const memory = openSync(`/proc/${pid}/mem`, 'r')
  try {
    return heapAreas(pid).reduce((sum, { start, bytes }) => {
      const area = Buffer.alloc(bytes)
      return readSync(memory, area, 0, bytes, start) === bytes ? sum + countOf(needles, area) : sum
    }, 0)
  } finally {
    closeSync(memory)
  }
}

function heapAreas(pid: number): { start: number; bytes: number }[] {
  return readFileSync(`/proc/${pid}/maps`, 'utf8')
    .split('\n')
    .flatMap((line) => {
      const [, from = '', to = '', name = ''] = line.match(/^([0-9a-f]+)-([0-9a-f]+) rw\S* \S+ \S+ \S+\s*(.*)$/) ?? []
      const [start, bytes] = [Number.parseInt(from, 16), Number.parseInt(to, 16) - Number.parseInt(from, 16)]
      return from !== '' && name === '' && start % V8_PAGE === 0 && bytes % V8_PAGE === 0 ? [{ start, bytes }] : []
    })
}

function countOf(needles: readonly Buffer[], area: Buffer): number {
  let found = 0
  for (const needle of needles) for (let at = area.indexOf(needle); at >= 0; at = area.indexOf(needle, at + 1)) found++
  return found
}
