import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)
const FORMAT = ['db:Status-Status', 'Package', 'Version', 'Provides'].map((field) => `\${${field}}`).join('\t')
/** A name, and what of it is asked (deb-version relations, Debian Policy 7.1). */
const RELATION = /^(?<name>[a-z0-9][a-z0-9+.-]+)(?::\w+)?(?:\s*\((?<relation><<|<=|=|>=|>>)\s*(?<version>[^\s)]+)\))?$/

/**
 * Of what a package depends on, the clauses that this system does not hold, as the package writes them. Null: its control
 * file cannot be read. A release is the program alone, so nobody else would notice before it does not start.
 */
export async function missing(deb: string): Promise<string[] | null> {
  let depends: string
  try {
    depends = (await run('dpkg-deb', ['--field', deb, 'Depends'])).stdout
  } catch {
    return null
  }
  const { stdout } = await run('dpkg-query', ['--show', `--showformat=${FORMAT}\n`], { maxBuffer: 64 * 1_048_576 })
  const here = new Map<string, string | null>()
  for (const line of stdout.split('\n')) {
    const [status, name = '', version = '', provides = ''] = line.split('\t')
    if (status !== 'installed') continue
    // A name that another package provides has no version of its own, or one that it says.
    for (const given of clausesIn(provides)) {
      const { name: virtual = '', version: as = null } = RELATION.exec(given)?.groups ?? {}
      if (!here.has(virtual)) here.set(virtual, as)
    }
    here.set(name, version)
  }
  const isHere = async (alternative: string): Promise<boolean> => {
    const { name = '', relation, version = '' } = RELATION.exec(alternative.trim())?.groups ?? {}
    const has = here.get(name)
    if (has === undefined) return false
    if (relation === undefined) return true
    return has !== null && compares(has, relation, version)
  }
  const lacking: string[] = []
  for (const clause of clausesIn(depends)) {
    const held = await Promise.all(clause.split('|').map(isHere))
    if (!held.includes(true)) lacking.push(clause)
  }
  return lacking
}

const clausesIn = (field: string): string[] =>
  field
    .split(',')
    .map((clause) => clause.trim())
    .filter((clause) => clause !== '')

const compares = (version: string, relation: string, other: string): Promise<boolean> =>
  run('dpkg', ['--compare-versions', version, relation, other]).then(
    () => true,
    () => false,
  )
