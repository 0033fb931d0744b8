import { createHash } from 'node:crypto'
import { isText, readJws } from '../jws.ts'
import { type Finding, finding } from '../log.ts'
import { type Expected, readClientJws } from './client-jws.ts'
import type { Voucher } from './voucher.ts'

/** Who asks, where, and how surely they were identified: each is needed, and is no longer than this. */
const WHO = ['userID', 'userLocation', 'LoA'] as const
const LONGEST = 20

/** Agid-JWT-TrackingEvidence (AUDIT_REST_02): belongs to the voucher, and says who asks. */
export async function evidenceFinding(header: unknown, voucher: Voucher, expected: Expected): Promise<Finding | null> {
  const evidence = await readClientJws('evidence', header, expected)
  if ('cause' in evidence) return evidence
  const { compact, claims } = evidence
  if (claims.purposeId !== voucher.jws.claims.purposeId)
    return finding('evidence-purpose', 'purposeId is not the voucher’s')
  // Vouchers with an upper-case digest are seen (italia/anpr issue 4782).
  if (createHash('sha256').update(compact).digest('hex') !== voucher.digest.toLowerCase())
    return finding('evidence-digest', 'the voucher’s digest is not the hash of this evidence')
  for (const name of WHO) {
    const value = claims[name]
    if (!isText(value) || value === '' || value.length > LONGEST)
      return finding(`evidence-${name}`, `${name} is absent or longer than ${LONGEST} characters`)
  }
  return null
}

/** Asked for by AUDIT_REST_02, and not known to be checked: for the log alone. */
export function evidenceWarning(header: unknown): Finding | null {
  const dnonce = readJws(String(header))?.claims.dnonce
  return isText(dnonce) && /^\d{13}$/.test(dnonce) ? null : finding('evidence-dnonce', 'dnonce is not 13 digits')
}
