// All that a fresh machine needs before `npm start` or `npm test`, each step after those that it needs. Runs on the
// system's Node 20 with nothing installed, so it imports nothing but Node. A second run takes seconds.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { provideElectron } from './electron-runtime/provide.mjs'

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..')
/** Node 24 of the `node` package, on which every part of the product runs. */
export const node = path.join(root, 'node_modules/node/bin/node')
const stamps = path.join(root, 'node_modules/.totem-setup')
const asRoot = process.getuid?.() === 0

const DEBIAN_PACKAGES = {
  'card bench': ['pcscd', 'gcc', 'libc6-dev', 'opensc', 'openssl'],
  // An operator's card, by whose key a TLS client shakes hands.
  "operators' cards": ['curl', 'libengine-pkcs11-openssl'],
  'key tokens': ['softhsm2'],
  'printer bench': ['umockdev', 'python3-gi', 'gir1.2-umockdev-1.0', 'zbar-tools', 'cups-ipp-utils', 'dbus-daemon'],
  documents: ['poppler-utils', 'qpdf'],
  database: ['postgresql-15'],
  keys: ['swtpm', 'tpm2-tools', 'libtss2-tcti-swtpm0'],
  'power cuts': ['strace'],
  'second opinion on JWTs': ['python3-jwt', 'python3-cryptography'],
  // The voice, and the player that gives it to the sound device.
  speech: ['espeak-ng', 'alsa-utils'],
  // The operators' browser, in tests of the console.
  browser: ['chromium'],
  display: ['xvfb', 'xauth', 'x11-utils'],
  // systemd-notify, and systemd's own judgement of the unit.
  unit: ['systemd'],
  electron: [
    ...['unzip', 'libgtk-3-0', 'libnss3', 'libasound2', 'libgbm1', 'libxss1', 'libatk-bridge2.0-0', 'libatspi2.0-0'],
    ...['libdrm2', 'libnotify4', 'libxtst6', 'libsecret-1-0'],
  ],
}

/** An expected failure of the set-up, reported in one line without a stack. */
class SetupError extends Error {}

// Under `npm start` node_modules/.bin comes first on the path, and its `node` is about to be replaced.
const systemPath = (process.env.PATH ?? '')
  .split(path.delimiter)
  .filter((folder) => !folder.includes('node_modules'))
  .concat('/usr/sbin', '/sbin')
  .join(path.delimiter)

function run(command, args, { env = {}, timeout = 1_800_000, cwd = root } = {}) {
  const child = spawnSync(command, args, {
    cwd,
    env: { ...process.env, PATH: systemPath, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    encoding: 'utf8',
    timeout,
    maxBuffer: 64 << 20,
  })
  const said = `${child.stdout ?? ''}${child.stderr ?? ''}`.trim().split('\n').slice(-12).join('\n')
  return { ok: child.status === 0, out: child.stdout ?? '', said: said || String(child.error ?? child.signal ?? '') }
}

function mustRun(command, args, options) {
  const result = run(command, args, options)
  if (!result.ok) throw new SetupError(`${command} ${args.join(' ')}\n${result.said}`)
  return result.out
}

async function npmPackages() {
  const lock = createHash('sha256')
    .update(readFileSync(path.join(root, 'package-lock.json')))
    .digest('hex')
  const stamp = path.join(stamps, 'package-lock.sha256')
  const expected = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')).devDependencies.node
  const nodeVersion = () => run(node, ['--version']).out.trim()
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock && nodeVersion() === `v${expected}`)
    return `Node ${expected}, as locked`
  // NODE_ENV=production and npm's `omit` leave out what builds and tests the program.
  mustRun('npm', ['ci', '--include=dev', '--include=optional', '--ignore-scripts', '--no-audit', '--no-fund'])
  // The only install script that is needed: it brings the platform's Node. All native parts ship prebuilt.
  mustRun('npm', ['rebuild', 'node', '--ignore-scripts=false'])
  if (nodeVersion() !== `v${expected}`) throw new SetupError(`node_modules/.bin/node is not Node ${expected}`)
  mkdirSync(stamps, { recursive: true })
  writeFileSync(stamp, lock)
  return `Node ${expected}, installed from the lock file`
}

async function debianPackages(more) {
  const wanted = [...Object.values(DEBIAN_PACKAGES).flat(), ...more]
  // biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg-query's own placeholders.
  const query = run('dpkg-query', ['-W', '-f', '${Package} ${db:Status-Status}\n', ...wanted])
  const present = new Set(
    query.out.split('\n').flatMap((line) => (line.endsWith(' installed') ? line.split(' ')[0] : [])),
  )
  const missing = wanted.filter((name) => !present.has(name))
  if (missing.length === 0) return `${wanted.length} present`
  const command = `apt-get install --no-install-recommends ${missing.join(' ')}`
  if (!existsSync('/usr/bin/apt-get'))
    throw new SetupError(`needs Debian 12, or the equivalents of these packages: ${missing.join(' ')}`)
  if (!asRoot) throw new SetupError(`install first:\n  sudo ${command}`)
  // RUNLEVEL=1: the benches start their own pcscd and PostgreSQL, so the system's need not run.
  const env = { DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' }
  mustRun('apt-get', ['update', '-q'], { env })
  mustRun('apt-get', ['install', '-y', '-q', '--no-install-recommends', ...missing], { env })
  return `installed ${missing.join(' ')}`
}

/** Prometheus' and Alertmanager's programs, and what one of them reads: tests try the rules of alerts/ with them. */
const TEMPLATES = 'usr/share/prometheus/alertmanager'
const ALERTING = {
  prometheus: ['usr/bin/promtool'],
  'prometheus-alertmanager': [
    ...['usr/bin/amtool', 'usr/bin/prometheus-alertmanager', `${TEMPLATES}/default.tmpl`, `${TEMPLATES}/email.tmpl`],
  ],
}
const alertingFolder = path.join(root, '.bench/alerting')

/**
 * Takes the programs out of Debian's packages without installing them: an installed Prometheus is a daemon that listens, and
 * brings the fonts and scripts of its pages. They need libc alone.
 */
async function alertingTools() {
  const files = Object.values(ALERTING).flat()
  const laid = (file) => path.join(alertingFolder, path.basename(file))
  const said = 'promtool, amtool, Alertmanager'
  if (files.every((file) => existsSync(laid(file)))) return `${said} present`
  const folder = path.join(alertingFolder, 'unpacked')
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const packages = Object.keys(ALERTING)
  const download = () => run('apt-get', ['download', '-q', ...packages], { cwd: folder })
  let got = download()
  if (!got.ok && asRoot) {
    mustRun('apt-get', ['update', '-q'])
    got = download()
  }
  if (!got.ok) throw new SetupError(`cannot fetch ${packages.join(' and ')}: sudo apt-get update\n${got.said}`)
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.deb')))
    mustRun('dpkg-deb', ['-x', path.join(folder, file), folder])
  for (const file of files) renameSync(path.join(folder, file), laid(file))
  rmSync(folder, { recursive: true })
  return `${said}, of Debian's packages`
}

const benchUser = async () => mustRun(node, ['simulator/bench/user.ts']).trim()

/** Finds the Electron to run here: the user's choice, else the official one, else the registry's. */
async function electron() {
  const { dist, said } = await findElectron()
  writeFileSync(path.join(root, '.bench/electron-dist'), dist)
  return said
}

async function findElectron() {
  const wanted = JSON.parse(readFileSync(path.join(root, 'node_modules/electron/package.json'), 'utf8')).version
  const named = process.env.ELECTRON_OVERRIDE_DIST_PATH
  if (named) {
    if (!versionOf(named)) throw new SetupError(`ELECTRON_OVERRIDE_DIST_PATH=${named}: no Electron there`)
    return { dist: path.resolve(named), said: `${versionOf(named)}, by ELECTRON_OVERRIDE_DIST_PATH` }
  }
  const official = path.join(root, 'node_modules/electron/dist')
  if (versionOf(official) !== wanted) {
    rmSync(official, { recursive: true, force: true })
    if (process.env.ELECTRON_MIRROR || (await reachable('https://github.com/electron/electron')))
      run(node, [path.join(root, 'node_modules/electron/install.js')], { timeout: 600_000 })
  }
  if (versionOf(official) === wanted) return { dist: official, said: `${wanted}, official` }
  const dist = await provideElectron()
  return { dist, said: `${versionOf(dist)} from the package registry (${wanted} cannot be downloaded here)` }
}

/** Version of the Electron in this folder; null when there is none, or only a part of it. */
function versionOf(dist) {
  const file = path.join(dist, 'version')
  if (!existsSync(file) || !existsSync(path.join(dist, 'electron'))) return null
  return readFileSync(file, 'utf8').trim().replace(/^v/, '')
}

async function reachable(url) {
  // A closed network either refuses at once or drops packets: 3 s keep a second run short.
  return fetch(url, { method: 'HEAD', signal: AbortSignal.timeout(3_000) }).then(
    (answer) => answer.ok,
    () => false,
  )
}

async function keys() {
  return (
    mustRun(node, ['simulator/pki/make.ts']).trim().split('\n').at(-1) || 'test keys and certificates in .bench/pki'
  )
}

const steps = {
  'npm packages': npmPackages,
  'Debian packages': debianPackages,
  'alerting tools': alertingTools,
  'bench user': benchUser,
  'test PKI': keys,
  Electron: electron,
}

/**
 * Sets the machine up, with a line of progress per step. Ends the process with the reason when a step fails. `more`:
 * Debian packages that one command alone needs.
 */
export async function setup(more = []) {
  for (const [name, step] of Object.entries(steps)) {
    const started = performance.now()
    if (process.stdout.isTTY) process.stdout.write(`  ${name.padEnd(16)} …`)
    const said = await step(more).catch((error) => error)
    const seconds = `${((performance.now() - started) / 1000).toFixed(1)} s`
    const clear = process.stdout.isTTY ? '\r\x1b[K' : ''
    if (said instanceof Error) {
      console.log(`${clear}✗ ${name.padEnd(16)} ${seconds}`)
      console.error(said instanceof SetupError ? said.message : said.stack)
      process.exit(1)
    }
    console.log(`${clear}✓ ${name.padEnd(16)} ${said} (${seconds})`)
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await setup()
