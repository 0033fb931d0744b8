import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { loadExternalKey } from './external-key.ts'

const folder = mkdtempSync(join(tmpdir(), 'external-key-'))
afterAll(() => rmSync(folder, { recursive: true }))

const file = join(folder, 'key.bin')
const refused = { state: 'key-refused' }

test('a test key serves where test cards are trusted, and nowhere else', async () => {
  writeFileSync(file, new Uint8Array(256).fill(0x11))
  const loaded = loadExternalKey(file, { testTrust: true })
  if (loaded.state !== 'ready') throw new Error(loaded.state)
  expect(loaded.key.exponent.toString(16)).toBe('11'.repeat(256))
  expect((await loaded.key.terminal).asymmetricKeyDetails?.modulusLength).toBe(2048)
  expect(loadExternalKey(file, { testTrust: false })).toEqual(refused)
})

test.each([0, 255, 257, 512])('a key of %i bytes is refused', (length) => {
  writeFileSync(file, new Uint8Array(length))
  expect(loadExternalKey(file, { testTrust: true })).toEqual(refused)
})

test('a key that is not there is refused', () => {
  expect(loadExternalKey(join(folder, 'none'), { testTrust: true })).toEqual(refused)
  expect(loadExternalKey(folder, { testTrust: true })).toEqual(refused)
})
