import { createHash } from 'node:crypto'
import { err, ok, type Result } from '../contract/result.ts'
import type { RevocationPolicy, TrustList } from '../contract/trust.ts'
import type { Crl } from './crl.ts'
import { CLOCK_SKEW_MS } from './revocation.ts'
import { type CrlRefusal, loadCrls, loadTrust, type Trust, type TrustRefusal } from './trust.ts'

/** `crl-not-newer`: the shelf holds one for the same certificates that is as new or newer. */
export type ShelfRefusal =
  | { kind: CrlRefusal['kind'] }
  | { kind: 'crl-not-newer' }
  /** Dated later than now: the clock of the issuer or of this machine is wrong. */
  | { kind: 'crl-from-the-future'; thisUpdate: number }

export interface Taken {
  crl: Crl
  /** SHA-256 (hex) of the CRLs that it replaces. */
  replaced: string[]
}

/** A trust list with its CRLs: the newest of each issuer and scope. */
export interface CrlShelf {
  /** The present state; another object after each CRL that is put. */
  readonly trust: Trust
  /** SHA-256 (hex) of the DER. */
  readonly held: ReadonlyMap<string, Crl>
  /** Reads a CRL once: one of megabytes must not be read again because another has come. */
  put(der: Uint8Array, now: Date): Result<Taken, ShelfRefusal>
}

export const sha256Of = (der: Uint8Array): string => createHash('sha256').update(der).digest('hex')

export function createCrlShelf(list: TrustList, policy: RevocationPolicy): Result<CrlShelf, TrustRefusal> {
  const loaded = loadTrust(list, [], policy)
  if (!loaded.ok) return loaded
  let trust = loaded.value
  const held = new Map<string, Crl>()
  return ok({
    get trust() {
      return trust
    },
    held,
    put(der, now) {
      const { crls, refusedCrls } = loadCrls([der], trust.authorities)
      const [signed] = crls
      const [keyId, [crl] = []] = signed ?? []
      if (keyId === undefined || !crl) return err({ kind: refusedCrls[0]?.kind ?? 'crl-malformed' })
      if (crl.thisUpdate > +now + CLOCK_SKEW_MS) return err({ kind: 'crl-from-the-future', thisUpdate: crl.thisUpdate })
      const ofThisKey = trust.crls.get(keyId) ?? []
      const rivals = ofThisKey.filter((other) => scopeOf(other) === scopeOf(crl))
      if (rivals.some(({ thisUpdate }) => thisUpdate >= crl.thisUpdate)) return err({ kind: 'crl-not-newer' })
      const others = ofThisKey.filter((other) => !rivals.includes(other))
      trust = { ...trust, crls: new Map([...trust.crls, [keyId, [...others, crl]]]) }
      const replaced = [...held].flatMap(([sha256, other]) => (rivals.includes(other) ? [sha256] : []))
      for (const sha256 of replaced) held.delete(sha256)
      held.set(sha256Of(der), crl)
      return ok({ crl, replaced })
    },
  })
}

const scopeOf = ({ scope: { names, only } }: Crl): string =>
  JSON.stringify([only, names?.map((name) => Buffer.from(name).toString('base64')).sort() ?? null])
