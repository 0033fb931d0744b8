// THIRD-PARTY.txt: the licences of everything that a build packs. MIT, BSD, ISC and Apache ask that their text goes
// along with each copy.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'

interface Manifest {
  name: string
  version: string
  license?: string
  author?: string | { name?: string }
}

/** Folder of the package to which a file belongs; null for a file of the project itself. */
export function packageOf(file: string): string | null {
  const at = file.lastIndexOf('node_modules/')
  if (at < 0) return null
  const [first = '', second = ''] = file.slice(at + 'node_modules/'.length).split('/')
  return file.slice(0, at) + path.posix.join('node_modules', first.startsWith('@') ? `${first}/${second}` : first)
}

const LICENCE_FILE = /^(licen[cs]e|copying|notice|ofl)([.-].*)?$/i

function sectionOf(folder: string): string {
  const manifest = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as Manifest
  const texts = readdirSync(folder)
    .filter((name) => LICENCE_FILE.test(name))
    .sort()
    .map((name) => readFileSync(path.join(folder, name), 'utf8').trim())
  const { name, version, license, author } = manifest
  if (texts.length === 0 && license === undefined) throw new Error(`${name} ${version} names no licence`)
  const holder = typeof author === 'string' ? author : author?.name
  const said = texts.length > 0 ? texts : [`${license}. Copyright ${holder ?? `the authors of ${name}`}.`]
  return [`${name} ${version}${license === undefined ? '' : ` (${license})`}`, ...said].join('\n\n')
}

/** The text for these package folders, each once, by name. Throws for a package that names no licence at all. */
export function thirdParty(folders: Iterable<string>): string {
  const sections = [...new Set(folders)]
    .filter((folder) => existsSync(path.join(folder, 'package.json')))
    .map(sectionOf)
  return `${[...new Set(sections)].sort().join(`\n\n${'-'.repeat(80)}\n\n`)}\n`
}
