import { createHash } from 'node:crypto'
import { err, ok, type Result } from '../contract/result.ts'
import type { RevocationPolicy, TrustList } from '../contract/trust.ts'
import type { Crl } from './crl.ts'
import { CLOCK_SKEW_MS } from './revocation.ts'
import { type CrlRefusal, loadCrls, loadTrust, type Trust, type TrustRefusal } from './trust.ts'

/** `crl-not-newer`: one that speaks of the same certificates is here, as new or newer. */
export type ShelfRefusal =
  | { kind: CrlRefusal['kind'] }
  | { kind: 'crl-not-newer' }
  /** Made later than now: a clock is wrong, the issuer's or ours. */
  | { kind: 'crl-from-the-future' }

export interface Taken {
  crl: Crl
  /** SHA-256 (hex) of those that it takes the place of. */
  replaced: string[]
}

/** A trust list with the CRLs at hand, of each issuer and scope the newest. */
export interface CrlShelf {
  /** As it is now; another object after each CRL taken. */
  readonly trust: Trust
  /** SHA-256 (hex) of the DER. */
  readonly held: ReadonlyMap<string, Crl>
  /** Each CRL is read once: one of megabytes must not be read again because another has come. */
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
      if (crl.thisUpdate > +now + CLOCK_SKEW_MS) return err({ kind: 'crl-from-the-future' })
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
