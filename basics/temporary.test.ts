import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { ownFolder } from './temporary.ts'

const NAME = `totem-own-${process.pid}`
const made: string[] = []
const own = (name = NAME) => {
  const folder = ownFolder(name)
  made.push(folder)
  return folder
}
afterEach(() => {
  vi.unstubAllEnvs()
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true })
})

test('a folder of a process that was killed goes, one of a process that runs stays', () => {
  const killed = spawnSync(process.execPath, ['-e', 'process.kill(process.pid, "SIGKILL")'])
  const left = mkdtempSync(join(dirname(own()), `${NAME}-${killed.pid}-`))
  const kept = own()
  expect(existsSync(left)).toBe(false)
  own(`${NAME}-other`)
  expect(existsSync(kept)).toBe(true)
})

test.each(['with blank', 'tötem', `${'long'.repeat(20)}`])(
  'a temporary folder that not every program takes: %s',
  (name) => {
    const parent = mkdtempSync(join(tmpdir(), name))
    made.push(parent)
    vi.stubEnv('TMPDIR', parent)
    expect(dirname(own())).toBe('/tmp')
  },
)
