import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { DAY_MS } from '../../basics/time.ts'
import { run } from '../../commands/run.ts'
import { RELEASES_TYP, type Release } from '../../contract/release.ts'
import { PLACES } from '../../main/update/places.ts'
import { jwkPair } from '../../simulator/pki/jwk.ts'
import { signList } from '../../trust/signed-list.ts'
import { debOf, programOf } from '../support/releases/debs.ts'

// `totem update`: a technician at the machine with a stick, and whatever somebody put on it. Root alone names the key, so
// that these tests run as root, like the technician.

const [signer, stranger] = await Promise.all([jwkPair('sig'), jwkPair('sig')])
let folder: string
let stick: string
let said: string[]
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'update-stick-'))
  stick = join(folder, 'stick')
  for (const each of [stick, ...Object.values(PLACES).map((place) => join(folder, place))])
    mkdirSync(each, { recursive: true })
  writeFileSync(join(folder, 'machine.json'), JSON.stringify({ releaseKey: signer.public, compatible: 'kiosk-1' }))
  said = []
  for (const to of ['log', 'error'] as const) vi.spyOn(console, to).mockImplementation((line) => void said.push(line))
})
afterEach(() => {
  vi.restoreAllMocks()
  rmSync(folder, { recursive: true, force: true })
})

const totem = (...args: string[]) =>
  run(['update', ...args, '--root', folder, '--machine', join(folder, 'machine.json')])

/** The stick as the operations centre writes it. */
async function written(number: number, more: Partial<Release> = {}, { by = signer.private, sequence = 5 } = {}) {
  const deb = debOf(programOf(number))
  const file = join(stick, 'totem.deb')
  writeFileSync(file, deb)
  const release: Release = {
    ...{ number, kind: 'program', version: `1.${number}.0`, compatible: 'kiosk-1', over: 0, bytes: deb.length },
    ...{ sha256: createHash('sha256').update(deb).digest('hex'), ...more },
  }
  const list = {
    ...{ sequence, releases: [release], issued: new Date().toISOString() },
    nextUpdate: new Date(Date.now() + DAY_MS).toISOString(),
  }
  writeFileSync(join(stick, 'releases.jws'), await signList(list, by, RELEASES_TYP))
  return file
}

/** The technician's command, and the unit that carries out its orders. */
async function installs(file: string): Promise<number> {
  let code: number | null = null
  const installing = totem('install', file).then((ended) => {
    code = ended
  })
  while (code === null) {
    await totem('carry-out')
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  await installing
  return code
}

test('a release from a stick is installed, begins on trial, and the status says so', async () => {
  expect(await installs(await written(7))).toBe(0)
  expect(said.at(-1)).toContain('Installata la versione 1.7.0 (7)')
  expect(await totem('status')).toBe(0)
  expect(said.slice(-2)).toEqual([
    'In uso:        7',
    'In prova:      sì, avvii rimasti 3: poi torna il programma di prima',
  ])
  expect(await totem('status', '--json')).toBe(0)
  expect(JSON.parse(said.at(-1) ?? '')).toMatchObject({ running: 7, trial: { tries: 3 } })
})

test.each<[string, string, number, (file: string) => Promise<unknown> | unknown]>([
  ['signed by somebody else', 'non è firmato', 23, () => written(7, {}, { by: stranger.private })],
  ['without its list', 'Manca l’elenco firmato', 66, () => rmSync(join(stick, 'releases.jws'))],
  ['for other hardware', 'altro tipo di macchina', 23, () => written(7, { compatible: 'kiosk-2' })],
  ['cut short', 'non contiene questo file', 23, (file) => truncateSync(file, 1_000)],
  [
    'another file of the same size',
    'non è quello firmato',
    23,
    (file) => writeFileSync(file, Buffer.alloc(readFileSync(file).length)),
  ],
  [
    'a link to a file of the machine',
    'è un collegamento',
    66,
    (file) => {
      rmSync(file)
      symlinkSync('/etc/passwd', file)
    },
  ],
  [
    'a device',
    'è un collegamento e non un file',
    66,
    (file) => {
      rmSync(file)
      symlinkSync('/dev/zero', file)
    },
  ],
  ['a huge sparse file', 'non contiene questo file', 23, (file) => truncateSync(file, 50_000_000_000)],
  ['a huge list', 'non è leggibile', 23, () => truncateSync(join(stick, 'releases.jws'), 5_000_000)],
])('a stick that is %s is refused in Italian: %s', async (_what, words, code, change) => {
  const file = await written(7)
  await change(file)
  expect(await totem('install', file)).toBe(code)
  expect(said.at(-1)).toContain(words)
  expect(await totem('status', '--json')).toBe(0)
  expect(JSON.parse(said.at(-1) ?? '')).toMatchObject({ running: 0, waiting: [] })
})

test('no newer than what runs, or by an older list: refused by name', async () => {
  expect(await installs(await written(7))).toBe(0)
  expect(await totem('install', await written(6, {}, { sequence: 6 }))).toBe(23)
  expect(said.at(-1)).toContain('non è più nuova')
  expect(await totem('install', await written(8, {}, { sequence: 4 }))).toBe(23)
  expect(said.at(-1)).toContain('più vecchio di uno già visto')
})

test('a machine for which root has named no key takes nothing', async () => {
  rmSync(join(folder, 'machine.json'))
  expect(await totem('install', await written(7))).toBe(23)
  expect(said.at(-1)).toContain('totem-polis-update.json')
})
