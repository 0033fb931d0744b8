import { type KeyObject, X509Certificate } from 'node:crypto'
import { err, ok, type Result } from '../contract/result.ts'

/** A pinned card issuer: what counts is its key and how long it may vouch. Its name proves nothing. */
interface Authority {
  key: KeyObject
  notBefore: Date
  notAfter: Date
}
export type Authorities = readonly Authority[]

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g

/**
 * Reads the pinned card issuers from a PEM bundle (cards.md §9: services of type IdV in the Italian TSL).
 * One unreadable or non-CA member refuses the whole bundle: a half-read trust list would be seen only when a
 * citizen's good card is turned away.
 */
export function loadAuthorities(pemBundle: string): Result<Authorities, { kind: 'authorities-malformed' }> {
  try {
    const certificates = (pemBundle.match(CERTIFICATE) ?? []).map((pem) => new X509Certificate(pem))
    if (certificates.length === 0 || certificates.some((certificate) => !certificate.ca)) {
      return err({ kind: 'authorities-malformed' })
    }
    return ok(
      certificates.map(({ publicKey, validFrom, validTo }) => ({
        key: publicKey,
        notBefore: new Date(validFrom),
        notAfter: new Date(validTo),
      })),
    )
  } catch {
    return err({ kind: 'authorities-malformed' })
  }
}
