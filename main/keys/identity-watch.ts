import { stat } from 'node:fs/promises'
import { DAY_MS } from '../../basics/time.ts'
import type { TotemConfig } from '../../contract/config.ts'
import type { Journal } from '../journal/journal.ts'
import { openProtector } from './protector.ts'
import { readIdentity, standingOf, type TlsIdentity } from './tls-identity.ts'

export interface IdentityWatch {
  /** In force now. */
  readonly identity: TlsIdentity
  /** Takes up files that were changed since the last look, and tells the log of an end that comes near. */
  look(): Promise<void>
}

/**
 * Renewal without a restart: a technician, or a program of theirs, puts a new certificate, key or authority in place of
 * the old one. Files that do not fit together change nothing: perhaps only the first of them is there.
 */
export function watchIdentity(
  config: TotemConfig,
  {
    first,
    take,
    journal,
    now,
  }: {
    first: TlsIdentity
    take(identity: TlsIdentity): void
    journal: Pick<Journal, 'record'>
    now(): Date
  },
): IdentityWatch {
  const { gateway, keyProtection } = config
  let identity = first
  let seen = ''
  let told = { standing: 'good', at: 0 }

  const stamp = async () => {
    const files = [gateway.certificate, gateway.key, gateway.ca].map((file) => stat(file).catch(() => null))
    return (await Promise.all(files)).map((file) => file && `${file.ino} ${file.size} ${file.mtimeMs}`).join()
  }

  async function renew(): Promise<void> {
    const protector = await openProtector(keyProtection)
    const key = protector.ok ? await protector.value.read(gateway.key) : protector
    const read = key.ok ? await readIdentity(config, key.value.toString()) : key
    if (!read.ok) return journal.record('certificate.refused', { reason: read.error.kind })
    const { certificate, key: pem, ca, ends } = read.value
    if (certificate === identity.certificate && pem === identity.key && ca === identity.ca) return
    identity = read.value
    take(identity)
    journal.record('certificate.updated', { ends: ends.toISOString() })
  }

  function tell(): void {
    const at = now()
    const { begins, ends } = identity
    const standing = standingOf(begins, ends, at)
    if (standing === told.standing && Math.abs(+at - told.at) < DAY_MS) return
    told = { standing, at: +at }
    if (standing === 'ending') {
      const days = Math.floor((+ends - +at) / DAY_MS)
      journal.record('certificate.ending', { days, ends: ends.toISOString() })
    } else if (standing !== 'good')
      journal.record('certificate.invalid', { reason: standing, ends: ends.toISOString() })
  }

  return {
    get identity() {
      return identity
    },
    async look() {
      const changed = await stamp()
      if (changed !== seen) await renew()
      seen = changed
      tell()
    },
  }
}
