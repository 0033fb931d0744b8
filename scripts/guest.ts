// node scripts/guest.ts [build] [visits] [technician] [systems] [stay]: the package on a machine of its own, after the set-up
// (scripts/guest.mjs has the options).
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { GUEST_ADDITION, GUEST_PACKAGES } from '../simulator/guest/provision.ts'
import { jwkPair } from '../simulator/pki/jwk.ts'
import { COMPATIBLE } from './guest/inside.ts'
import type { Built, Later, Run } from './guest/run.ts'
import { stay } from './guest/stay.ts'
import { systems } from './guest/systems.ts'
import { technician } from './guest/technician.ts'
import { visits } from './guest/visits.ts'
import { makeBundle } from './image/bundle.ts'
import { debian, debianCache } from './image/debian.ts'
import { layOut, makeSystem } from './image/system.ts'
import { depends, released } from './image.ts'
import { makePackage } from './package.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const cache = path.join(root, '.bench/guest')
const BUILT = path.join(cache, 'built.json')
/** Numbers of the systems: two good ones, and a newer one that never comes to its first screen. */
const [GOOD, LATER, BROKEN] = ['1', '2', '3']

async function build(): Promise<void> {
  const { public: releaseKey, private: key } = await jwkPair('sig')
  const [certificate, signerKey] = [path.join(cache, 'signer.cert.pem'), path.join(cache, 'signer.key.pem')]
  const subject = ['-subj', '/CN=Signer of systems of a bench', '-days', '365', '-nodes']
  const made = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-keyout', signerKey, '-out', certificate]
  execFileSync('openssl', ['req', '-x509', ...made, ...subject], { stdio: 'ignore' })
  const machine = Buffer.from(JSON.stringify({ releaseKey, compatible: COMPATIBLE }))
  const { deb, program } = await makePackage({
    ...{ out: path.join(cache, 'package'), testTrust: true, release: 1, level: 3 },
    etc: new Map([
      ['totem-polis-update.json', machine],
      ['totem-polis-release.pem', readFileSync(certificate)],
    ]),
  })
  const folder = path.join(cache, 'root')
  layOut(folder, debian(debianCache(), [...depends(), ...GUEST_PACKAGES]), deb, GUEST_ADDITION)
  const { commandLine } = GUEST_ADDITION
  const systemOf = (number: string, name: string) =>
    makeSystem(folder, number, released(), path.join(cache, name), commandLine)
  /** Only its bundle stays. */
  async function laterOf(number: string, name: string): Promise<Later> {
    const system = systemOf(number, name)
    const bundle = path.join(cache, `${name}.raucb`)
    const listed = await makeBundle({
      ...{ system, compatible: COMPATIBLE, signer: { certificate, key: signerKey } },
      ...{ work: path.join(cache, 'bundle'), out: bundle },
    })
    rmSync(path.join(cache, name), { recursive: true })
    return { system, bundle, listed }
  }
  const good = systemOf(GOOD, 'good')
  const later = await laterOf(LATER, 'later')
  const start = path.join(folder, 'usr/libexec/totem-polis/run-program')
  const whole = readFileSync(start)
  writeFileSync(start, '#!/bin/sh\nexit 1\n')
  const broken = await laterOf(BROKEN, 'broken')
  writeFileSync(start, whole)
  const thirdParty = path.join(cache, 'package/dist/THIRD-PARTY.txt')
  const built: Built = { program, thirdParty, releaseKey: key, root: folder, good, later, broken }
  writeFileSync(BUILT, JSON.stringify(built))
}

async function run(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      out: { type: 'string', default: path.join(root, 'out/guest') },
    },
  })
  const known = ['build', 'visits', 'technician', 'systems', 'stay']
  const unknown = positionals.filter((name) => !known.includes(name))
  if (unknown.length > 0) throw new Error(`${unknown.join(' ')}: there are ${known.join(', ')}`)
  if (process.getuid?.() !== 0) throw new Error('an image has files of many users: run it as root')
  const wanted = (name: string) => (positionals.length === 0 ? name !== 'stay' : positionals.includes(name))
  const out = path.resolve(values.out)
  mkdirSync(out, { recursive: true })
  mkdirSync(cache, { recursive: true })
  const began = performance.now()
  const seconds = () => `${((performance.now() - began) / 1000).toFixed(0)} s`
  let whole = true
  const saw: Run['saw'] = (what, good, detail = '') => {
    whole &&= good
    console.log(`${good ? '✓' : '✗'} ${seconds().padStart(6)}  ${what}${detail && `: ${detail}`}`)
  }
  if (wanted('build')) {
    await build()
    saw('built: a package, a system, and a broken one', true)
  }
  if (!existsSync(BUILT)) throw new Error('build first: npm run guest -- build')
  const built = JSON.parse(readFileSync(BUILT, 'utf8')) as Built
  const common = { built, cache, out, saw }
  if (wanted('visits')) await visits(common)
  if (wanted('technician')) await technician(common)
  if (wanted('systems')) await systems(common)
  if (wanted('stay')) await stay(common)
  console.log(
    `${whole ? 'whole' : 'not whole'}, in ${seconds()}; pictures and paper are in ${path.relative('.', out) || '.'}/`,
  )
  return whole ? 0 : 1
}

try {
  process.exitCode = await run()
} catch (failure) {
  console.error(failure)
  process.exitCode = 1
}
