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

describe('a system on trial counts as well', () => {
  const UNIT_ENDS = 124
  /**
   * `active`: of the totem, at the second `$now` since the start; `confirmed`: when the totem takes the mark away, null: never.
   * Time passes as fast as it can: half an hour stands for the unit's end.
   */
  function judged({ active, confirmed }: { active: string; confirmed: number | null }) {
    const mark = join(folder, 'system-7')
    if (confirmed !== 0) writeFileSync(mark, '')
    const machine = `
      now=0
      trap 'echo $now' EXIT
      sleep() {
        now=$((now + $1))
        [ $now -ne ${confirmed ?? -1} ] || rm ${mark}
        [ $now -lt 1800 ] || exit ${UNIT_ENDS}
      }
      systemctl() {
        case $* in
          *--property=ActiveState*) if ${active}; then echo active; else echo failed; fi ;;
          *) echo 5 ;;
        esac
      }
    `
    const { status, stdout } = spawnSync('sh', ['-c', machine + script('healthy'), 'healthy', folder, folder], {
      encoding: 'utf8',
    })
    return { status, after: Number(stdout) }
  }

  test('that was confirmed in time', () => {
    expect(judged({ active: 'true', confirmed: 300 })).toEqual({ status: 0, after: 300 })
  })
  test('that the disk was set up with: after a minute', () => {
    expect(judged({ active: 'true', confirmed: 0 })).toEqual({ status: 0, after: 60 })
  })
  test('not when no first screen comes for twelve minutes', () => {
    expect(judged({ active: 'false', confirmed: null })).toEqual({ status: 1, after: 720 })
  })
  test('not when the totem fell after that', () => {
    expect(judged({ active: '[ $now -lt 900 ]', confirmed: null })).toEqual({ status: 1, after: 900 })
  })
  test('nor is it restarted under a visitor: a totem that stands has until the unit’s own end', () => {
    expect(judged({ active: 'true', confirmed: null })).toEqual({ status: UNIT_ENDS, after: 1800 })
    expect(script('totem-polis-healthy.service')).toContain('TimeoutStartSec=60min')
  })
})
