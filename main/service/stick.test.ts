import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { JWK } from 'jose'
import { afterAll, expect, test } from 'vitest'
import { checkLog } from '../../trust/sync-log.ts'
import { openJournal } from '../journal/journal.ts'
import { newJwkPair } from '../keys/jwk-pair.ts'
import { exportSigned, signerOf } from './export-log.ts'
import { findStick } from './stick.ts'

const folder = mkdtempSync(join(tmpdir(), 'stick-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** A machine's /sys as the kernel has it: partitions are folders of their device, and /sys/class/block has links. */
function machine(removable: Record<string, '0' | '1'>) {
  const sys = mkdtempSync(join(folder, 'sys-'))
  mkdirSync(join(sys, 'class/block'), { recursive: true })
  for (const [device, value] of Object.entries(removable)) {
    const at = join(sys, 'devices', device)
    mkdirSync(join(at, `${device}1`), { recursive: true })
    writeFileSync(join(at, 'removable'), `${value}\n`)
    symlinkSync(join(at, `${device}1`), join(sys, 'class/block', `${device}1`))
  }
  return sys
}
const mounts = (text: string) => {
  const file = join(folder, 'mounts')
  writeFileSync(file, text)
  return file
}

test('a stick is what the kernel calls removable, where this user may write', async () => {
  const sys = machine({ sda: '0', sdb: '1' })
  const stick = mkdtempSync(join(folder, 'my stick-'))
  const escaped = stick.replaceAll(' ', '\\040')
  const disk = `/dev/sda1 ${folder} ext4 rw 0 0\nproc /proc proc rw 0 0\n`
  expect(await findStick(mounts(disk), sys)).toBe('none')
  expect(await findStick(mounts(`${disk}/dev/sdb1 ${escaped} vfat rw 0 0\n`), sys)).toBe(stick)
  expect(await findStick(mounts(`${disk}/dev/sdb1 ${folder}/gone vfat rw 0 0\n`), sys)).toBe('read-only')
  expect(await findStick(join(folder, 'nothing'), sys)).toBe('none')
})

test('the log on a stick is signed by its totem; a changed byte, another file and another key are seen', async () => {
  const opened = openJournal({ path: join(folder, 'journal.db'), totem: 'TT-0001', now: () => 1_796_000_000_000 })
  if (!opened.ok) throw new Error(opened.error.kind)
  opened.value.record('service.entered', { grant: 7, by: 'grant' })
  opened.value.record('service.step', { grant: 7, step: 'export', outcome: 'ok' })
  const [{ private: key, public: known }, { public: stranger }] = [await newJwkPair('sig'), await newJwkPair('sig')]
  const own = { totem: 'TT-0001', now: new Date('2026-11-30T10:00:00Z') }
  const out = await exportSigned(opened.value, folder, { ...own, key: key as never })
  if (!out.ok) throw new Error(out.error.reason)
  const { file, ...rest } = out.value
  expect(file).toBe(join(folder, 'TT-0001-20261130T100000.sync-log.jsonl'))
  expect(rest).toEqual({ entries: 2, signed: true })
  const lines = readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(checkLog(lines).faults).toEqual([])
  expect(await signerOf(file, known as JWK)).toMatchObject({ totem: 'TT-0001', at: '2026-11-30T10:00:00.000Z' })
  expect(await signerOf(file, stranger as JWK)).toBeNull()
  appendFileSync(file, '\n')
  expect(await signerOf(file, known as JWK)).toBeNull()

  expect(await exportSigned(opened.value, folder, { ...own, key: null })).toMatchObject({ value: { signed: false } })
  expect(await exportSigned(opened.value, join(folder, 'pulled'), { ...own, key: null })).toMatchObject({ ok: false })
  opened.value.close()
})
