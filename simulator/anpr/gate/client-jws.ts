import { isSignedBy, type Jws, readJws } from '../jws.ts'
import { type Finding, finding } from '../log.ts'
import type { KnownClient } from '../pdnd/registry.ts'
import { isFor, timeFinding } from './times.ts'

export interface Expected {
  client: KnownClient
  audience: string
  nowMs: number
}

/** What Agid-JWT-TrackingEvidence and Agid-JWT-Signature have in common; `name` begins the cause. */
export async function readClientJws(
  name: 'evidence' | 'signature',
  header: unknown,
  { client, audience, nowMs }: Expected,
): Promise<Jws | Finding> {
  if (typeof header !== 'string') return finding(`${name}-absent`, 'the header is absent or misspelt')
  const jws = readJws(header)
  if (!jws) return finding(`${name}-format`, 'it is no compact JWS')
  const key = client.keys.get(String(jws.header.kid))
  if (!key) return finding(`${name}-kid`, 'PDND knows no such key of the voucher’s client')
  if (!(await isSignedBy(jws, key, 'RS256'))) return finding(`${name}-signature`, 'it is not signed with this key')
  if (!isFor(jws, audience)) return finding(`${name}-aud`, `aud is not ${audience}`)
  return timeFinding(name, jws, nowMs) ?? jws
}
