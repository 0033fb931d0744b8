// Has an Electron compile the bundles of main and of the device process, and leaves the result beside each for
// basics/compiled.ts. V8 takes a cache only with the flags with which it was made, so it must be made in Electron and not in
// its Node.
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { ownFolder } from '../basics/temporary.ts'

/**
 * The program of the Electron that compiles. It runs the bundle as far as the bundle comes without Electron, its
 * configuration, a supervisor or an end: what V8 has compiled by then is what a start needs.
 */
const MAKER = `
const { readFileSync, writeFileSync } = require('node:fs')
const { Script } = require('node:vm')
const [bundle, cache, packages] = JSON.parse(readFileSync(__dirname + '/files.json', 'utf8'))
const end = process.exit.bind(process)
// V8 writes the name into its work, and the same sources make the same package wherever they lie.
const script = new Script(require('node:module').wrap(readFileSync(bundle, 'latin1')), { filename: require('node:path').basename(bundle) })
class Stopped extends Error {}
// V8 also compares its flags, and the loader compiles before the bundle sets any: each is taken back.
const v8 = require('node:v8')
const { setFlagsFromString } = v8
const flags = []
v8.setFlagsFromString = (flag) => { flags.push(flag); setFlagsFromString(flag) }
// Optimised code leaves its mark on a function at a moment that hangs on what else the machine does.
for (const flag of ['--no-opt', '--no-maglev', '--no-sparkplug', '--no-flush-bytecode']) v8.setFlagsFromString(flag)
process.exit = () => { throw new Stopped() }
// The device process asks for its supervisor before it touches a reader or a printer.
Object.defineProperty(process, 'parentPort', { get() { throw new Stopped() } })
process.stderr.write = () => true
// The bundle's own arguments and not Electron's.
process.argv.splice(1)
const absent = new Proxy(function () {}, { get: (_of, name) => (name === Symbol.toPrimitive ? () => '' : absent), apply: () => undefined })
const [near, project] = [bundle, packages].map(require('node:module').createRequire)
const load = (name) => { try { return near(name) } catch { return project(name) } }
load.resolve = (name) => { try { return near.resolve(name) } catch { return project.resolve(name) } }
const given = Object.assign((name) => (name === 'electron' ? absent : load(name)), { resolve: load.resolve })
const made = { exports: {} }
const failed = (thrown) => { require('node:fs').writeSync(2, String(thrown.stack)); end(1) }
try {
  script.runInThisContext()(made.exports, given, made, bundle, require('node:path').dirname(bundle))
} catch (thrown) {
  if (!(thrown instanceof Stopped)) failed(thrown)
}
// What main evaluates later (main/index.ts). No turn may pass: Electron would go on to start.
;(made.exports.parts ?? []).reduce((done, evaluate) => done.then(evaluate), Promise.resolve()).then(save, failed)
function save() {
for (const flag of flags) setFlagsFromString(flag.startsWith('--no-') ? flag.replace('--no-', '--') : flag.replace('--', '--no-'))
writeFileSync(cache, script.createCachedData())
end(0)
}
`

/** `bundle`: without `.cjs`. `electron`: the folder of the Electron that will run it. */
export function makeCodeCache(bundle: string, electron: string): void {
  const cache = `${bundle}.cache`
  const folder = ownFolder('totem-code-cache')
  try {
    mkdirSync(path.join(folder, 'app'))
    writeFileSync(path.join(folder, 'app/package.json'), JSON.stringify({ name: 'code-cache', main: 'make.cjs' }))
    writeFileSync(path.join(folder, 'app/make.cjs'), MAKER)
    // A package's bundle is made elsewhere, and what stays outside it is then among the project's packages.
    const packages = fileURLToPath(new URL('../package.json', import.meta.url))
    writeFileSync(path.join(folder, 'app/files.json'), JSON.stringify([`${bundle}.cjs`, cache, packages]))
    // It ends before it would open a window or a page, so it needs neither a display nor a sandbox, which refuses root.
    const args = ['--no-sandbox', `--user-data-dir=${folder}/data`, path.join(folder, 'app')]
    execFileSync(path.join(electron, 'electron'), args, {
      stdio: ['ignore', 'ignore', 'pipe'],
      timeout: 60_000,
    })
    if (readFileSync(cache).length === 0) throw new Error(`${cache} is empty`)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
