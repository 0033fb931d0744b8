// npm test: sets the machine up, then runs every check, one after the other, each with its time. Nothing is skipped in
// silence: a check that cannot run fails. The last line is `N passed, N failed`.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { node, root, setup } from './setup.mjs'

const ROOMS = [
  ...['basics', 'contract', 'catalogue', 'trust', 'main', 'native', 'renderer', 'gateway', 'console', 'commands'],
  ...['simulator', 'scripts', 'test'],
]
const SOURCES = ROOMS.filter((room) => existsSync(path.join(root, room)))

console.log('Set-up')
await setup()

const reports = mkdtempSync(path.join(tmpdir(), 'totem-reports-'))
const bin = path.join(root, 'node_modules/.bin')
let passed = 0
let failed = 0

function run(command, args) {
  // Node 24 for programs that the checks start.
  const plain = process.stdout.isTTY ? {} : { NO_COLOR: '1' }
  const env = { ...process.env, ...plain, PATH: `${bin}${path.delimiter}${process.env.PATH}` }
  return spawnSync(command, args, { cwd: root, env, stdio: ['ignore', 'inherit', 'inherit'] }).status === 0
}

/** A check that passes or fails as a whole. */
function check(command, args) {
  if (run(path.join(bin, command), args)) passed++
  else failed++
}

/** A vitest project, so many files at a time: most wait for readers, printers, people. Each of its tests counts. */
function tests(project, atATime) {
  const file = path.join(reports, `${project}.json`)
  const good = run(path.join(bin, 'vitest'), [
    ...['run', '--project', project, '--maxWorkers', String(atATime)],
    ...['--reporter', 'default', '--reporter', 'json', '--outputFile.json', file],
  ])
  let told = { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0 }
  try {
    told = JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    console.error(`no report of the ${project} tests`)
  }
  passed += told.numPassedTests
  const broken = told.numFailedTests + told.numPendingTests + told.numTodoTests
  // A file that cannot be loaded, or an error between tests, fails the run though no test failed.
  failed += good ? broken : Math.max(broken, 1)
}

const checks = {
  'Style (biome)': () =>
    check('biome', ['ci', '--error-on-warnings', ...(process.stdout.isTTY ? [] : ['--colors=off'])]),
  'Types (tsc)': () => check('tsc', ['-p', '.']),
  'Walls between the rooms (dependency-cruiser)': () => check('depcruise', SOURCES),
  'Dead code (knip)': () => check('knip', []),
  'Unit, conformance and adversarial tests (vitest)': () => tests('unit', 5),
  Build: () => (run(node, ['scripts/build.ts']) ? passed++ : failed++),
  'End to end, in Electron (vitest)': () => tests('e2e', 3),
}

for (const [name, doIt] of Object.entries(checks)) {
  console.log(`\n${name}`)
  const started = performance.now()
  const before = failed
  doIt()
  console.log(`${failed > before ? '✗' : '✓'} ${name} (${((performance.now() - started) / 1000).toFixed(1)} s)`)
}
rmSync(reports, { recursive: true, force: true })

console.log(`\n${passed} passed, ${failed} failed`)
process.exitCode = failed > 0 ? 1 : 0
