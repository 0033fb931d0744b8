import { createHash } from 'node:crypto'
import { z } from 'zod'
import { jsonOf } from '../basics/json.ts'
import {
  AUDIT_ANCHOR_TYP,
  AUDIT_BASE_TYP,
  type AuditEntry,
  type AuditVerdict,
  auditAnchor,
  auditEntry,
  auditExportHead,
  auditHashInput,
  FIRST_AUDIT_PREVIOUS,
} from '../contract/console/audit.ts'
import type { GatewayKeys } from '../contract/gateway-keys.ts'
import { err, ok, type Result } from '../contract/result.ts'
import { openByKeys } from './anchored.ts'

const lines = z.array(auditEntry)

/**
 * Verifies an export of the console's audit: each entry has its own hash and hangs on the one before, from the first on, or
 * from the base that one of these keys has signed, and every anchor that they have signed is met. A chain alone does not show
 * that all of it was written anew, or that its end was cut off; an anchor that was kept elsewhere does. `not-an-export`: the
 * file is something else.
 */
export async function verifyAudit(
  file: string,
  keys: GatewayKeys['anchor'],
  kept: readonly string[] = [],
): Promise<Result<AuditVerdict, { kind: 'not-an-export' }>> {
  const [first = '', ...rest] = file.trimEnd().split('\n')
  const head = auditExportHead.safeParse(jsonOf(first))
  const entries = lines.safeParse(rest.map(jsonOf))
  if (!head.success || !entries.success) return err({ kind: 'not-an-export' })
  return ok(await judgeAudit(entries.data, [...head.data.anchors, ...kept], keys, head.data.base))
}

export async function judgeAudit(
  entries: readonly AuditEntry[],
  jws: readonly string[],
  keys: GatewayKeys['anchor'],
  signed: string | null = null,
): Promise<AuditVerdict> {
  const opened = await Promise.all(jws.map((each) => openByKeys(each, keys, AUDIT_ANCHOR_TYP)))
  const anchors = opened.flatMap((payload) => auditAnchor.safeParse(payload).data ?? [])
  // SECURITY: a base that none of these keys has signed erases nothing.
  const base =
    signed === null ? null : (auditAnchor.safeParse(await openByKeys(signed, keys, AUDIT_BASE_TYP)).data ?? null)
  const erased = base?.n ?? 0
  const told = { entries: entries.length, anchors: anchors.length, erased }
  let previous = base?.hash ?? FIRST_AUDIT_PREVIOUS
  for (const [index, entry] of entries.entries()) {
    const hash = createHash('sha256').update(auditHashInput(entry)).digest('hex')
    const n = erased + index + 1
    if (entry.n !== n || entry.previous !== previous || entry.hash !== hash) return { kind: 'broken', ...told, at: n }
    previous = hash
  }
  const hashAt = (n: number) => (n === erased ? base?.hash : entries[n - erased - 1]?.hash)
  const unmet = anchors
    .filter(({ n, hash }) => n >= erased && hashAt(n) !== hash)
    .sort((one, other) => one.n - other.n)[0]
  if (unmet) return { kind: unmet.n > erased + entries.length ? 'missing' : 'broken', ...told, at: unmet.n }
  return { kind: 'sound', ...told, at: null }
}
