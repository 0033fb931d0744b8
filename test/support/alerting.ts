import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** A program of Debian's prometheus or prometheus-alertmanager; scripts/setup.mjs lays it where no package is installed. */
function alertingTool(name: 'promtool' | 'amtool' | 'prometheus-alertmanager'): string {
  const laid = fileURLToPath(new URL(`../../.bench/alerting/${name}`, import.meta.url))
  const found = [laid, `/usr/bin/${name}`].find(existsSync)
  if (!found) throw new Error(`${name} is missing: node scripts/setup.mjs lays it, or install prometheus-alertmanager`)
  return found
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
