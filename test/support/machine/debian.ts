import { existsSync, mkdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { bootstrap, debianCache, nameOf } from '../../../scripts/image/debian.ts'

/**
 * A folder with a bare Debian 12 and what the package depends on, made by mmdebstrap once and kept: it is the same as
 * long as the dependencies are. grim takes pictures of the panel.
 */
export function bareDebian(depends: readonly string[]): string {
  const packages = [...depends, 'grim']
  const folder = join(debianCache(), `debian-12-${nameOf(packages)}`)
  if (existsSync(folder)) return folder
  mkdirSync(debianCache(), { recursive: true })
  const aside = `${folder}.${process.pid}`
  bootstrap(packages, aside)
  renameSync(aside, folder)
  return folder
}
