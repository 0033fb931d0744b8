import { fork } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdtempSync, openSync, readFileSync, readSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

// It joins the halves of a name on its heap, drops the result, and forgets when it is told to.
const CHILD = `
const { forgetGarbage } = await import(process.argv[2])
const [first, second] = process.argv.slice(3)
let names = []
for (let i = 0; i < 1_000; i++) names.push([...first, ...second, ...String(i)].join(''))
process.on('message', (wanted) => {
  if (wanted === 'drop') names = null
  if (wanted === 'forget') forgetGarbage()
  process.send('done')
})
process.send('done')`

/** How often a word stands in the writable memory of a process. */
function inMemory(pid: number, word: string): number {
  const needle = Buffer.from(word, 'latin1')
  const memory = openSync(`/proc/${pid}/mem`, 'r')
  let found = 0
  for (const line of readFileSync(`/proc/${pid}/maps`, 'utf8').split('\n')) {
    const [, from = '', to = ''] = line.match(/^([0-9a-f]+)-([0-9a-f]+) rw\S* \S+ \S+ 0 *$/) ?? []
    if (from === '') continue
    const start = Number.parseInt(from, 16)
    const area = Buffer.alloc(Number.parseInt(to, 16) - start)
    readSync(memory, area, 0, area.length, start)
    for (let at = area.indexOf(needle); at >= 0; at = area.indexOf(needle, at + 1)) found++
  }
  closeSync(memory)
  return found
}

test('what nobody refers to any more is overwritten, and what is in use stays', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'totem-memory-'))
  writeFileSync(join(folder, 'child.mjs'), CHILD)
  const room = fileURLToPath(new URL('memory.ts', import.meta.url))
  const child = fork(join(folder, 'child.mjs'), [room, 'KOVAZ', 'ZEVICH'])
  const tell = async (wanted: string) => {
    child.send(wanted)
    await once(child, 'message')
  }
  const names = () => inMemory(child.pid ?? 0, ['KOVAZ', 'ZEVICH'].join(''))
  try {
    await once(child, 'message')
    await tell('forget')
    expect(names()).toBeGreaterThanOrEqual(1_000)
    await tell('drop')
    expect(names()).toBeGreaterThanOrEqual(1_000)
    await tell('forget')
    expect(names()).toBe(0)
  } finally {
    child.kill()
    rmSync(folder, { recursive: true })
  }
})
