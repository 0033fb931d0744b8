import { createHash } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { isText, type Seen } from '../jws.ts'
import { type Finding, finding } from '../log.ts'
import { type Expected, readClientJws } from './client-jws.ts'

/** Signed whenever they are sent; with a body the first two are sent always. */
const SIGNED_IF_SENT = ['digest', 'content-type', 'content-encoding'] as const
const REMEMBERED_MS = 11 * 60_000

/** The Digest header against the bytes of the body; a request without a body may go without. */
export function digestFinding(header: unknown, body: Uint8Array): Finding | null {
  if (header === undefined && body.length === 0) return null
  if (!isText(header)) return finding('digest-absent', 'no Digest header')
  const [, value] = /^sha-256=([A-Za-z0-9+/]{43}=)$/i.exec(header) ?? []
  if (!value) return finding('digest-format', 'Digest is not SHA-256= and base64')
  const hash = createHash('sha256').update(body).digest('base64')
  return value === hash ? null : finding('digest-wrong', 'Digest is not that of the body')
}

/** Agid-JWT-Signature (INTEGRITY_REST_02): signs the headers that were really sent, and serves once. */
export async function signatureFinding(
  { headers, hasBody }: { headers: IncomingHttpHeaders; hasBody: boolean },
  used: Seen,
  expected: Expected,
): Promise<Finding | null> {
  const signature = await readClientJws('signature', headers['agid-jwt-signature'], expected)
  if ('cause' in signature) return signature
  const { signed_headers, jti } = signature.claims
  const signed = pairsOf(signed_headers)
  if (!signed) return finding('signed-headers-format', 'signed_headers is no array of one-key objects in lower case')
  const names = signed.map(([name]) => name)
  const unsigned = SIGNED_IF_SENT.find((name) => headers[name] !== undefined && !names.includes(name))
  if (unsigned) return finding(`signed-headers-${unsigned}`, `${unsigned} is sent and not signed`)
  if (hasBody && !names.includes('content-type'))
    return finding('signed-headers-content-type', 'the type of the body is neither sent nor signed')
  const differs = signed.find(([name, value]) => headers[name] !== value)
  if (differs) return finding('signed-headers-differ', `${differs[0]} is sent otherwise than signed`)
  // INTEGRITY_REST_02 leaves jti free.
  if (jti === undefined) return null
  if (!isText(jti)) return finding('signature-jti', 'jti is no text')
  if (!used.use(`${expected.client.clientId} ${jti}`, expected.nowMs, REMEMBERED_MS))
    return finding('signature-reused', 'the jti was used before')
  return null
}

function pairsOf(told: unknown): [string, string][] | null {
  if (!Array.isArray(told)) return null
  const pairs = told.map((one: unknown) => (typeof one === 'object' && one !== null ? Object.entries(one) : []))
  const fits = pairs.every(
    ([first, ...more]) => first && more.length === 0 && first[0] === first[0].toLowerCase() && isText(first[1]),
  )
  return fits ? (pairs.flat() as [string, string][]) : null
}
