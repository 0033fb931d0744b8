import { generateKeyPairSync } from 'node:crypto'
import { CompactSign } from 'jose'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { AUDIT_ANCHOR_TYP } from '../../../contract/console/audit.ts'
import type { GatewayKeys } from '../../../contract/gateway-keys.ts'
import { migratedTables } from '../../../test/support/gateway/database.ts'
import { verifyAudit } from '../../../trust/audit-chain.ts'
import { withConsole } from '../tables.ts'
import { append } from './chain.ts'
import { eraseAudit } from './erase.ts'
import { wholeAudit } from './read.ts'

// The audit is erased from its beginning when it is old enough, and what is left still proves that nothing else is missing.

const NOW = new Date()
const store = await migratedTables()
const db = withConsole(store)
const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const keys = [{ ...publicKey.export({ format: 'jwk' }), kid: 'k' }] as GatewayKeys['anchor']
const sign = (typ: string, payload: object) =>
  new CompactSign(Buffer.from(JSON.stringify(payload)))
    .setProtectedHeader({ alg: 'ES256', kid: 'k', typ })
    .sign(privateKey)
const monthsAgo = (months: number) => {
  const at = new Date(NOW)
  at.setUTCMonth(at.getUTCMonth() - months)
  return at
}
async function exported(anchors: string[] = []) {
  const { entries, base } = await db.transaction().execute(wholeAudit)
  const lines = [{ kind: 'totem-audit-export', anchors, base }, ...entries]
  return { entries, base, file: (own = lines) => own.map((line) => JSON.stringify(line)).join('\n'), lines }
}

beforeAll(async () => {
  // The fifth is younger than the sixth: somebody's clock went back.
  for (const months of [40, 39, 38, 37, 30, 37, 2, 1])
    await db
      .transaction()
      .execute((transaction) =>
        append(
          transaction,
          { person: null, role: null, session: null },
          { deed: 'fleet.note', detail: { months } },
          monthsAgo(months),
        ),
      )
})
afterAll(() => store.destroy())

test('nothing younger goes, whoever asks', async () => {
  for (const change of ['delete from console_audit', 'delete from console_audit where n = 8', 'truncate console_audit'])
    await expect(sql`${sql.raw(change)}`.execute(db)).rejects.toMatchObject({ code: '42501' })
  expect((await exported()).entries).toHaveLength(8)
})

test('what is old enough goes up to the first that is not; the rest verifies, and so do signatures of what is gone', async () => {
  const before = await exported()
  const heads = await Promise.all(
    [2, 4, 6, 8].map((n) => sign(AUDIT_ANCHOR_TYP, { n, hash: before.entries[n - 1]?.hash, at: NOW.toISOString() })),
  )
  expect(await verifyAudit(before.file(), keys, heads)).toMatchObject({
    value: { kind: 'sound', erased: 0, entries: 8 },
  })
  expect(await eraseAudit(db, { sign }, 36, NOW)).toBe(4)
  expect(await eraseAudit(db, { sign }, 36, NOW)).toBe(0)
  const { entries, lines, file, base } = await exported(heads)
  expect(entries.map(({ n }) => n)).toEqual([5, 6, 7, 8])
  expect(await verifyAudit(file(), keys)).toMatchObject({ value: { kind: 'sound', erased: 4, entries: 4, anchors: 4 } })

  // An entry more is gone; the base is left out, is another's, or is a head that was signed for something else.
  const [head, first, ...rest] = lines
  expect(await verifyAudit(file([head, ...rest] as typeof lines), keys)).toMatchObject({
    value: { kind: 'broken', at: 5 },
  })
  for (const other of [null, 'x.y.z', `${base?.slice(0, -4)}AAAA`])
    expect(await verifyAudit(file([{ ...head, base: other }, first, ...rest] as typeof lines), keys)).toMatchObject({
      value: { kind: 'broken', at: 1 },
    })
  const cutAt6 = [{ ...head, base: heads[2] }, ...lines.slice(3)] as typeof lines
  expect(await verifyAudit(file(cutAt6), keys)).toMatchObject({ value: { kind: 'broken' } })
  expect(await verifyAudit(file(lines.slice(0, -1)), keys)).toMatchObject({ value: { kind: 'missing', at: 8 } })

  // The next one hangs on what there is.
  await db
    .transaction()
    .execute((transaction) =>
      append(transaction, { person: null, role: null, session: null }, { deed: 'fleet.note' }, NOW),
    )
  expect(await verifyAudit((await exported(heads)).file(), keys)).toMatchObject({
    value: { kind: 'sound', entries: 5 },
  })
})
