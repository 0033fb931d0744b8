import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { writeWhole, writeWholeSync } from './files.ts'

const dir = mkdtempSync(join(tmpdir(), 'basics-'))
afterAll(() => rmSync(dir, { recursive: true }))
const modeOf = (path: string) => statSync(path).mode & 0o777

test('a file takes the place of the one before, private, and leaves nothing beside it', async () => {
  const path = join(dir, 'kept')
  writeFileSync(path, 'a longer content, from before')
  await writeWhole(path, 'new')
  expect([readFileSync(path, 'utf8'), modeOf(path)]).toEqual(['new', 0o600])
  writeWholeSync(path, 'newer')
  expect([readFileSync(path, 'utf8'), modeOf(path)]).toEqual(['newer', 0o600])
  expect(readdirSync(dir)).toEqual(['kept'])
})

test('a file for everybody, written under a name of its own', async () => {
  const path = join(dir, 'page')
  await writeWhole(path, Buffer.from('page'), { mode: 0o644, aside: `${path}.aside` })
  expect([readFileSync(path, 'utf8'), modeOf(path)]).toEqual(['page', 0o644])
})

test('a folder that is not there is an error, and no file is left', async () => {
  await expect(writeWhole(join(dir, 'none', 'file'), '')).rejects.toThrow('ENOENT')
  expect(() => writeWholeSync(join(dir, 'none', 'file'), '')).toThrow('ENOENT')
})
