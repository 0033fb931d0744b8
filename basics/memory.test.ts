import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { inMemory } from '../test/support/totem/process-memory.ts'

// It joins the halves of a name on its heap and in buffers outside of it, drops them, and forgets when it is told to.
// Blocks below 1 kB are not tried here: glibc keeps those for the thread that freed them, as Electron's allocator does not.
const CHILD = `
const { forgetGarbage } = await import(process.argv[2])
const [first, second] = process.argv.slice(3)
let names = []
for (let i = 0; i < 1_000; i++) names.push([...first, ...second, ...String(i)].join(''))
for (const size of [2_000, 8_000, 30_000]) {
  for (let i = 0; i < 4; i++) {
    const name = Buffer.alloc(size)
    for (const [at, letter] of [...first, ...second].entries()) name[size / 2 + at] = letter.charCodeAt(0)
    names.push(name)
  }
}
process.on('message', (wanted) => {
  if (wanted === 'drop') names = null
  if (wanted === 'forget') forgetGarbage()
  process.send('done')
})
process.send('done')`

test('what nobody refers to any more is overwritten, and what is in use stays', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'totem-memory-'))
  writeFileSync(join(folder, 'child.mjs'), CHILD)
  const room = fileURLToPath(new URL('memory.ts', import.meta.url))
  const child = fork(join(folder, 'child.mjs'), [room, 'KOVAZ', 'ZEVICH'])
  const tell = async (wanted: string) => {
    child.send(wanted)
    await once(child, 'message')
  }
  const word = ['KOVAZ', 'ZEVICH'].join('')
  const names = () => inMemory(child.pid ?? 0, [word]).get(word) ?? 0
  try {
    await once(child, 'message')
    await tell('forget')
    expect(names()).toBeGreaterThanOrEqual(1_000)
    await tell('drop')
    expect(names()).toBeGreaterThanOrEqual(1_000)
    await tell('forget')
    // The engine's other threads give emptied pages back a moment later.
    await expect.poll(names, { timeout: 10_000 }).toBe(0)
  } finally {
    child.kill()
    rmSync(folder, { recursive: true })
  }
})
