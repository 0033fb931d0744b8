import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

// What root runs of an image beside the totem: the real scripts, with this folder for the boot partition and the system.

const script = (name: string) => readFileSync(new URL(`../../assets/system/image/${name}`, import.meta.url), 'utf8')

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'system-'))
  writeFileSync(join(folder, 'RELEASE'), '7\n')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe('a system is begun by RAUC’s word', () => {
  const entries = () => readdirSync(join(folder, 'efi/EFI/Linux')).sort()
  const uki = (where: string, name: string, hash: string) =>
    writeFileSync(join(folder, 'efi/EFI', where, name), `quiet roothash=${hash} ro`)
  beforeEach(() => {
    for (const each of ['Linux', 'totem-polis']) mkdirSync(join(folder, 'efi/EFI', each), { recursive: true })
    writeFileSync(join(folder, 'cmdline'), 'quiet roothash=aa11 ro')
    uki('Linux', 'totem-polis_7.efi', 'aa11')
  })
  /** As RAUC asks for the place that does not run. */
  function begin(): number | null {
    const here = script('slots')
      .replaceAll('/efi', join(folder, 'efi'))
      .replaceAll('/proc/cmdline', join(folder, 'cmdline'))
      .replaceAll('/usr/lib/totem-polis', folder)
    return spawnSync('sh', ['-c', here, 'slots', 'set-primary', 'b']).status
  }

  test('once, and again when the first order was cut off', () => {
    uki('totem-polis', 'totem-polis_9.efi', 'bb22')
    for (let order = 0; order < 2; order++) {
      expect(begin()).toBe(0)
      expect(entries()).toEqual(['totem-polis_7.efi', 'totem-polis_9+3.efi'])
    }
  })

  test.each([
    ['nothing waits', null, null],
    ['the system before is the only other', null, 'totem-polis_6.efi'],
    ['the newer one has used its starts up', null, 'totem-polis_9+0-3.efi'],
    ['an old one was brought', 'totem-polis_6.efi', null],
  ])('not when %s', (_what, waits, other) => {
    if (waits) uki('totem-polis', waits, 'bb22')
    if (other) uki('Linux', other, 'bb22')
    const before = entries()
    expect(begin()).toBe(1)
    expect(entries()).toEqual(before)
  })
})
