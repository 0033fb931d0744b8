import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, renameSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

/**
 * A folder with a bare Debian 12 and what the package depends on, made by mmdebstrap once and kept: it is the same as
 * long as the dependencies are. grim takes pictures of the panel.
 */
export function bareDebian(depends: readonly string[]): string {
  const packages = [...depends, 'grim'].join(',')
  const hash = createHash('sha256').update(packages).digest('hex').slice(0, 8)
  const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'totem-polis')
  const folder = join(cache, `debian-12-${hash}`)
  if (existsSync(folder)) return folder
  mkdirSync(cache, { recursive: true })
  const aside = `${folder}.${process.pid}`
  const small = ['--variant=minbase', '--aptopt=Acquire::Languages "none"', '--dpkgopt=path-exclude=/usr/share/man/*']
  execFileSync('mmdebstrap', ['--quiet', ...small, `--include=${packages}`, 'bookworm', aside], {
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  renameSync(aside, folder)
  return folder
}
