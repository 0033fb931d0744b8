import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { debianVersion, makeDeb, PLACES } from './deb.ts'

// `npm run package:test` installs the whole package; here its frame is made around a program of a few bytes.
let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'totem-deb-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** As electron-builder leaves a program, but small; `mode` is what an umask makes of it. */
function program(name: string, mode: number): string {
  const at = join(folder, name)
  for (const file of [
    'totem-polis',
    'chrome-sandbox',
    'libEGL.so',
    'resources/app.asar',
    'resources/default_app.asar',
  ]) {
    mkdirSync(join(at, file, '..'), { recursive: true })
    writeFileSync(join(at, file), file)
    chmodSync(join(at, file), mode)
  }
  return at
}

function debOf(name: string, mode: number): string {
  const deb = join(folder, `${name}.deb`)
  const thirdParty = join(folder, 'THIRD-PARTY.txt')
  writeFileSync(thirdParty, 'licences')
  const released = '2026-11-28'
  const work = join(folder, `${name}.work`)
  const release = 7
  makeDeb({
    program: program(name, mode),
    thirdParty,
    version: '1.2.3-test-trust',
    release,
    released,
    work,
    deb,
    level: 1,
    etc: new Map([['totem-polis-update.json', Buffer.from('{}')]]),
  })
  return deb
}

describe('the package', () => {
  let deb: string
  let root: string
  beforeAll(() => {
    deb = debOf('one', 0o755)
    root = join(folder, 'root')
    execFileSync('dpkg-deb', ['--extract', deb, root])
  })

  test('is the same, byte for byte, by whomever and whenever it is made', () => {
    const sha256 = (file: string) => createHash('sha256').update(readFileSync(file)).digest('hex')
    expect(sha256(debOf('two', 0o600))).toBe(sha256(deb))
  })

  test('has each file of the system where the system looks for it, root’s alone to write', () => {
    const listed = execFileSync('dpkg-deb', ['--contents', deb], { encoding: 'utf8' }).trim().split('\n')
    for (const place of Object.values(PLACES)) expect(statSync(join(root, place)).isFile()).toBe(true)
    expect(listed.filter((line) => !/^(drwxr-xr-x|-rwxr-xr-x|-rw-r--r--) root\/root /.test(line))).toEqual([])
    expect(listed.filter((line) => line.startsWith('-rwx')).map((line) => line.split(/ +/).at(-1))).toEqual([
      './usr/bin/totem',
      './usr/lib/totem-polis/totem-polis',
      './usr/libexec/totem-polis/count-start',
      './usr/libexec/totem-polis/run-program',
    ])
  })

  test('keeps what a machine has changed in /etc when the next package comes', () => {
    expect(readFileSync(join(root, 'etc/totem-polis-update.json'), 'utf8')).toBe('{}')
    expect(execFileSync('dpkg-deb', ['--info', deb, 'conffiles'], { encoding: 'utf8' })).toBe(
      '/etc/totem-polis-update.json\n',
    )
  })

  test('leaves out what becomes root, and Electron’s own page; it brings the licences', () => {
    const files = execFileSync('find', [join(root, 'usr/lib/totem-polis'), '-type', 'f', '-printf', '%P\\n'])
    expect(files.toString().trim().split('\n').sort()).toEqual([
      'RELEASE',
      'THIRD-PARTY.txt',
      'libEGL.so',
      'resources/app.asar',
      'totem-polis',
    ])
  })

  test('says what it needs and which version it is', () => {
    const field = (name: string) => execFileSync('dpkg-deb', ['--field', deb, name], { encoding: 'utf8' }).trim()
    expect(field('Version')).toBe('1.2.3~test.trust')
    // A kiosk without Xwayland is black (cage 0.1.4), and a package never brings virtual hardware (invariant 9).
    expect(field('Depends').split(', ')).toEqual(expect.arrayContaining(['cage', 'xwayland', 'seatd', 'pcscd']))
    expect(field('Depends')).not.toMatch(/vpcd|vsmartcard|umockdev|xvfb/)
  })
})

test('a version with a name comes before the release of its numbers', () => {
  const older = (one: string, other: string) => {
    execFileSync('dpkg', ['--compare-versions', debianVersion(one), 'lt', debianVersion(other)])
  }
  older('0.1.0-electron33-test-trust', '0.1.0')
  older('0.1.0', '0.1.1-test-trust')
  expect(debianVersion('0.1.0')).toBe('0.1.0')
})
