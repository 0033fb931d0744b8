import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ulid } from 'ulid'
import { DAY_MS } from '../../basics/time.ts'
import { RELEASES_TYP } from '../../contract/release.ts'
import { ok } from '../../contract/result.ts'
import { carryOut } from '../../main/update/install.ts'
import { readyFile } from '../../main/update/places.ts'
import { jwkPair } from '../../simulator/pki/jwk.ts'
import { signList } from '../../trust/signed-list.ts'
import { debOf, programOf } from '../support/releases/debs.ts'

// power-cut-updates.ts runs this under strace. It carries out the orders of three programs, the second of which is cut off
// half-way by its own fault, and of a system, whose partitions are RAUC's alone. It prints `order WHAT NUMBER` before and
// `done WHAT NUMBER` after each. What it is given lies elsewhere: only the folder of releases is recorded.

const [releases = ''] = process.argv.slice(2)
const outside = mkdtempSync(join(tmpdir(), 'power-cut-box-'))
const say = (line: string) => void writeSync(1, `${line}\n`)
const NUMBERS = [7, 8, 9]
const SYSTEM = 10

try {
  const places = { box: outside, releases, base: join(outside, 'base') }
  mkdirSync(join(outside, 'ready'))
  const { public: releaseKey, private: key } = await jwkPair('sig')
  const listed = [...NUMBERS, SYSTEM].map((number) => {
    writeFileSync(readyFile(places, number), debOf(programOf(number)))
    const deb = readFileSync(readyFile(places, number))
    const sha256 = createHash('sha256').update(deb).digest('hex')
    const kind = number === SYSTEM ? 'system' : 'program'
    return { number, kind, version: `1.${number}.0`, compatible: 'kiosk-1', over: 0, sha256, bytes: deb.length }
  })
  const now = Date.now()
  const list = {
    ...{ sequence: 1, releases: listed, issued: new Date(now).toISOString() },
    nextUpdate: new Date(now + DAY_MS).toISOString(),
  }
  writeFileSync(join(outside, 'releases.jws'), await signList(list, key, RELEASES_TYP))

  const slots = { write: async () => ok(null), begin: async () => ok(null) }
  let room = () => true
  const order = async (what: 'install' | 'start' | 'confirm', number: number) => {
    say(`order ${what} ${number}`)
    const machine = { releaseKey, compatible: 'kiosk-1' }
    const done = await carryOut({ id: ulid(), do: what, number }, { places, machine, room: () => room(), slots })
    if (done.ok) say(`done ${what} ${number}`)
    else if (room()) throw new Error(done.error.kind)
  }
  for (const number of NUMBERS) {
    if (number === 8) {
      let left = 3
      room = () => left-- > 0
      await order('install', number)
      room = () => true
    }
    for (const what of ['install', 'start', 'confirm'] as const) await order(what, number)
  }
  for (const what of ['install', 'start'] as const) await order(what, SYSTEM)
} finally {
  rmSync(outside, { recursive: true, force: true })
}
