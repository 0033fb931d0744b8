import { createPrivateKey, X509Certificate } from 'node:crypto'
import { contentOf } from '../../basics/files.ts'
import { DAY_MS } from '../../basics/time.ts'
import type { TotemConfig } from '../../contract/config.ts'
import { err, ok, type Result } from '../../contract/result.ts'

/** What the totem shows to the gateway, and whom it believes; PEM, and the instants within which each counts. */
export interface TlsIdentity {
  certificate: string
  key: string
  ca: string
  begins: Date
  ends: Date
  /** The last of the gateway's authorities; on that day the totem believes no gateway any more. */
  caEnds: Date
}

/** No line is possible with this file, or it would be another totem's. */
export interface IdentityFault {
  kind: 'certificate-unreadable' | 'certificate-other-totem' | 'certificate-other-key' | 'authority-unreadable'
  file: string
}

/** A technician has a month to bring a new certificate to a totem. */
const ENDING_MS = 30 * DAY_MS

/** Reads the files that `gateway` in the configuration names; `key` is the opened private key; null: not known. */
export async function readIdentity(
  { totem, gateway }: Pick<TotemConfig, 'totem' | 'gateway'>,
  key: string | null,
): Promise<Result<TlsIdentity, IdentityFault>> {
  const [certificate, ca] = [await contentOf(gateway.certificate), await contentOf(gateway.ca)]
  const [chain, authorities] = [certificatesIn(certificate), certificatesIn(ca)]
  const [own] = chain
  if (!own || certificate === null) return err({ kind: 'certificate-unreadable', file: gateway.certificate })
  if (authorities.length === 0 || ca === null) return err({ kind: 'authority-unreadable', file: gateway.ca })
  // The gateway takes a totem for whom its certificate names (contract/gateway.ts).
  if (![own.toLegacyObject().subject.CN].flat().every((name) => name === totem))
    return err({ kind: 'certificate-other-totem', file: gateway.certificate })
  if (key !== null && !isPair(own, key)) return err({ kind: 'certificate-other-key', file: gateway.certificate })
  return ok({
    ...{ certificate, key: key ?? '', ca },
    begins: new Date(Math.max(...chain.map(({ validFrom }) => Date.parse(validFrom)))),
    ends: new Date(Math.min(...chain.map(({ validTo }) => Date.parse(validTo)))),
    caEnds: new Date(Math.max(...authorities.map(({ validTo }) => Date.parse(validTo)))),
  })
}

export type Standing = 'good' | 'ending' | 'expired' | 'not-yet-valid'

/** How a certificate of these dates stands now. */
export function standingOf(begins: Date, ends: Date, now: Date): Standing {
  if (now < begins) return 'not-yet-valid'
  if (now > ends) return 'expired'
  return +ends - +now < ENDING_MS ? 'ending' : 'good'
}

const PEM = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g

/** Empty when one of them cannot be read. */
function certificatesIn(pem: string | null): X509Certificate[] {
  try {
    return [...(pem ?? '').matchAll(PEM)].map(([text]) => new X509Certificate(text))
  } catch {
    return []
  }
}

function isPair(certificate: X509Certificate, key: string): boolean {
  try {
    return certificate.checkPrivateKey(createPrivateKey(key))
  } catch {
    return false
  }
}
