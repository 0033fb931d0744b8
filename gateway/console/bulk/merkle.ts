import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import type { Database } from '../../store/schema.ts'

const sha256 = (...parts: (Buffer | string)[]) => {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest()
}
// RFC 6962 §2.1: leaves and nodes are told apart, so that no node can pass for a leaf.
const LEAF = Buffer.from([0])
const NODE = Buffer.from([1])

/** The Merkle root of texts in their order, in hex (RFC 6962 §2.1). */
export function merkleRoot(leaves: readonly string[]): string {
  if (leaves.length === 0) return sha256('').toString('hex')
  let level: Buffer[] = leaves.map((leaf) => sha256(LEAF, leaf))
  while (level.length > 1) {
    const above: Buffer[] = []
    for (let at = 0; at < level.length; at += 2) {
      const [left, right] = [level[at] as Buffer, level[at + 1]]
      // The last of an odd number goes up as it is: the tree of RFC 6962 splits at powers of two, which is the same.
      above.push(right ? sha256(NODE, left, right) : left)
    }
    level = above
  }
  return (level[0] as Buffer).toString('hex')
}

export interface Lines {
  /** The last of them; what was given where there is none. */
  last: number
  lines: number
  root: string
}

/**
 * What one audit entry vouches for: a request's lines of the access log after this one, as they read now that they have
 * ended. Whoever has both computes it again.
 */
export async function linesAfter(
  db: Database,
  request: string,
  after: number,
  upTo: number | null = null,
): Promise<Lines> {
  // `id` alone would be the text that is told: 10 before 9.
  const { rows } = await sql<{ id: string; leaf: string }>`
    select id::text, jsonb_build_array(id, to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), channel, caller,
      actor, operation, subject, types, outcome, anpr_operation, gate_transaction)::text as leaf
    from access_log where operation = ${request} and channel = 'console' and id > ${after}::bigint
      and (${upTo}::bigint is null or id <= ${upTo}::bigint)
    order by access_log.id`.execute(db)
  return { last: Number(rows.at(-1)?.id ?? after), lines: rows.length, root: merkleRoot(rows.map(({ leaf }) => leaf)) }
}

/** The part of an audit entry that vouches for the lines after this one. */
export const vouched = (after: number, { last, lines, root }: Lines) => ({ lines, after, last, root })
