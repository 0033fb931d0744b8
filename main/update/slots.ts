import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { promisify } from 'node:util'
import type { ReleaseRefusal } from '../../contract/release-refusals.ts'
import { err, ok, type Result } from '../../contract/result.ts'

/** An image has it (scripts/image/system.ts); an installed Debian has one place for its system. */
const SETTINGS = '/etc/rauc/system.conf'
const RAUC = '/usr/bin/rauc'

type Refused = { kind: ReleaseRefusal; detail?: string }

/** The two places that a machine has for its system. */
export interface Slots {
  /** Writes a system into the place that does not run. */
  write(bundle: string): Promise<Result<null, Refused>>
  /** The machine's next start takes it, and counts its starts. */
  begin(): Promise<Result<null, Refused>>
}

/**
 * By RAUC, which runs as root and checks for itself: that the bundle's signature is of this machine's keyring, and that it is
 * for this kind of machine. Nothing of our own writes a partition. Null: this machine has one place.
 */
export const slotsHere = (): Slots | null =>
  existsSync(SETTINGS)
    ? { write: (bundle) => rauc('install', bundle), begin: () => rauc('status', 'mark-active', 'other') }
    : null

async function rauc(...command: string[]): Promise<Result<null, Refused>> {
  try {
    await promisify(execFile)(RAUC, command, { env: { PATH: '/usr/bin:/bin', LANG: 'C.UTF-8' } })
    return ok(null)
  } catch (failure) {
    const { stdout = '', stderr = '', message } = failure as { stdout?: string; stderr?: string; message: string }
    return err(refusalOf(`${stdout}${stderr}` || message))
  }
}

/** RAUC's last words, by the name that a technician reads. */
export function refusalOf(said: string): Refused {
  const lines = said.trim().split('\n')
  const detail = (lines.findLast((line) => /lasterror|error|fail/i.test(line)) ?? lines.at(-1) ?? '').slice(0, 300)
  if (/signature|certificate/i.test(said)) return { kind: 'bundle-unsigned', detail }
  if (/compatible/i.test(said)) return { kind: 'other-machine', detail }
  return { kind: 'not-written', detail }
}
