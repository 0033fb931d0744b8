import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'

const WRITER = fileURLToPath(new URL('./store-disk-writer.ts', import.meta.url))

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'disk-'))
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

/** On a disk of 4 MiB, in a mount namespace that ends with the process. */
const onSmallDisk = (mode: string) =>
  JSON.parse(
    execFileSync(
      'unshare',
      [
        '-rm',
        'sh',
        '-c',
        'mount -t tmpfs -o size=4m tmpfs "$2" && exec "$0" "$1" "$3" "$2"',
        process.execPath,
        WRITER,
        dir,
        mode,
      ],
      { encoding: 'utf8' },
    ),
  )

test('disk-full: refused by name with room in reserve, nothing lost, and requests again once there is room', () => {
  const told = onSmallDisk('full')
  expect(told).toMatchObject({
    early: 'storage-full disk-low',
    late: expect.stringMatching(/^storage-full (disk-low|SQLITE_FULL)$/),
    after: ['ok', 'ok'],
    whole: true,
  })
  for (const said of told.during) expect(said).toMatch(/^(storage-full SQLITE_FULL|ok)$/)
  expect(told.during[0]).toBe('storage-full SQLITE_FULL')
  expect(told.kept).toBeGreaterThan(50)
  expect(told.there).toBe(told.kept)
  expect(told.meanwhile).toBeGreaterThanOrEqual(told.kept - 1)
})

test('disk-read-only at the start: refused by name, and opened by the same program once it is writable', () => {
  expect(onSmallDisk('read-only')).toEqual({ during: 'storage-unavailable EROFS', after: ['queued', 'ok'] })
})

test.each([
  ['pwrite64', 'ENOSPC', 200, 'storage-full SQLITE_FULL'],
  ['pwrite64', 'EROFS', 200, 'storage-unavailable SQLITE_IOERR_WRITE'],
  ['pwrite64', 'EIO', 200, 'storage-unavailable SQLITE_IOERR_WRITE'],
  ['fsync', 'EIO', 20, 'storage-unavailable SQLITE_IOERR_FSYNC'],
])(
  'disk-failing for a while, %s says %s: named, nothing that was promised lost, and on it goes',
  (call, code, from, said) => {
    const log = join(dir, 'queue.db-wal')
    const strace = ['-qq', '-o', join(dir, 'trace'), '-P', log, '-e', `trace=${call}`]
    const told = execFileSync(
      'strace',
      [
        ...strace,
        '-e',
        `inject=${call}:error=${code}:when=${from}..${from + 6}`,
        process.execPath,
        WRITER,
        'failing',
        dir,
      ],
      { encoding: 'utf8' },
    )
    expect(JSON.parse(told)).toEqual({ said: [said], last: 'ok', lost: 0, whole: true })
  },
)
