import { readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ElectronApplication } from 'playwright-core'

/** Which of these words are in use in main: in a string of its JavaScript heap to which something still refers. */
export async function inUse(app: ElectronApplication, words: readonly string[]): Promise<string[]> {
  const file = join(tmpdir(), `totem-${app.process().pid}-${Date.now()}.heapsnapshot`)
  try {
    await app.evaluate((_electron, path) => void process.getBuiltinModule('v8').writeHeapSnapshot(path), file)
    const heap = readFileSync(file, 'utf8')
    return words.filter((word) => heap.includes(word))
  } finally {
    rmSync(file, { force: true })
  }
}
