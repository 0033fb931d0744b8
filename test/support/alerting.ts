import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** What scripts/setup.mjs has taken out of Debian's prometheus and prometheus-alertmanager. */
const FOLDER = fileURLToPath(new URL('../../.bench/alerting', import.meta.url))

function alertingTool(name: 'promtool' | 'amtool' | 'prometheus-alertmanager'): string {
  const laid = join(FOLDER, name)
  if (!existsSync(laid)) throw new Error(`${name} is missing: node scripts/setup.mjs takes it from Debian's packages`)
  return laid
}

/** What the program says; throws with it when the program is not content. */
export function asked(name: 'promtool' | 'amtool', ...args: string[]): string {
  try {
    return execFileSync(alertingTool(name), args, { encoding: 'utf8', stdio: 'pipe' })
  } catch (failure) {
    const { stdout = '', stderr = '' } = failure as { stdout?: string; stderr?: string }
    throw new Error(`${name} ${args.join(' ')}:\n${stdout}${stderr}`)
  }
}

/**
 * Debian's Alertmanager with the configuration of alerts/, for the caller to end. It meets no other of its kind. It reads its
 * templates at their place in an installed system; here that place is its own, in a namespace of mounts.
 */
export function startAlertmanager(port: number, folder: string): ChildProcess {
  const zones = join(folder, 'zoneinfo')
  mkdirSync(join(zones, 'Europe'), { recursive: true })
  copyFileSync('/usr/share/zoneinfo/Europe/Rome', join(zones, 'Europe/Rome'))
  const own = `mount -t tmpfs none /usr/share && mkdir -p /usr/share/prometheus/alertmanager &&
    cp "$0"/*.tmpl /usr/share/prometheus/alertmanager/ && exec "$@"`
  return spawn(
    'unshare',
    [
      ...['--map-root-user', '--mount', 'sh', '-c', own, FOLDER, alertingTool('prometheus-alertmanager')],
      `--config.file=${fileURLToPath(new URL('../../alerts/alertmanager.yml', import.meta.url))}`,
      `--storage.path=${join(folder, 'alertmanager')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--cluster.listen-address=',
    ],
    { stdio: 'ignore', env: { PATH: process.env.PATH, ZONEINFO: zones } },
  )
}
