import { type Kysely, sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { atTotem } from '../../contract/caller.ts'
import { migratedTables } from '../../test/support/gateway/database.ts'
import type { Tables } from '../store/schema.ts'
import { type AccessLog, createAccessLog } from './log.ts'

let db: Kysely<Tables>
let log: AccessLog
beforeAll(async () => {
  db = await migratedTables()
  log = createAccessLog(db)
}, 60_000)
afterAll(() => db.destroy())

const AT = new Date('2026-11-22T10:00:00.123Z')
const looker = (id: string) => ({ caller: atTotem(id), requester: `requester of ${id}` })
const looked = (types: string) => ({ subject: 'somebody', types, exemption: null })
const lines = () => db.selectFrom('access_log').selectAll().orderBy('id').execute()

test('lines and ends of one moment stand each in its own place, as it was written', async () => {
  const first = await log.begin(looker('TT-0001'), looked('C030'), AT, 1)
  const trace = { anpr_operation: '7', gate_transaction: 'g', warnings: 'W1' }
  const [second, , third] = await Promise.all([
    log.begin({ ...looker('TT-0002'), operation: '01KB0000000000000000000001' }, looked('C019 C007'), AT, 2),
    log.end(first.line, { outcome: 'shown', subject: 'their id', ...trace }),
    log.begin(looker('TT-0003'), looked('8'), AT, 0),
    log.note(looker('TT-0004'), looked('12'), AT, 'anpr-closed'),
  ])
  expect([first, second, third].map(({ ids }) => ids.length)).toEqual([1, 2, 0])
  await log.end(second.line, { outcome: 'EN228', anpr_operation: null, gate_transaction: null, warnings: null })
  const written = await lines()
  expect(written.map(({ id }) => String(id)).slice(0, 3)).toEqual([first.line, second.line, third.line])
  const common = { at: AT, channel: 'totem', actor: null, exemption: null, protocol: null, pdf_sha256: null }
  expect(written).toMatchObject([
    { ...common, ...trace, ...{ caller: 'TT-0001', subject: 'their id', types: 'C030', outcome: 'shown' } },
    { ...common, operation: '01KB0000000000000000000001', subject: 'somebody', types: 'C019 C007', outcome: 'EN228' },
    { ...common, caller: 'TT-0003', requester: 'requester of TT-0003', operation: null, types: '8', outcome: 'asked' },
    { ...common, caller: 'TT-0004', types: '12', outcome: 'anpr-closed' },
  ])
})

test('ids of questions are 18 digits that grow, also when the clock of the database goes back', async () => {
  const ask = async (questions: number) => (await log.begin(looker('TT-0001'), looked('C030'), AT, questions)).ids
  const ids = (await Promise.all(Array.from({ length: 25 }, () => ask(2)))).flat()
  for (const id of ids) expect(id).toMatch(/^\d{18}$/)
  expect(ids).toEqual([...new Set(ids)].toSorted())
  // A day ahead, as a clock that was put right leaves it.
  const ahead = BigInt(ids.at(-1) ?? 0) + 86_400_000n * 100_000n
  await sql`select setval('anpr_id', ${String(ahead)}::bigint)`.execute(db)
  expect([await ask(2), await ask(1)]).toEqual([[String(ahead + 1n), String(ahead + 2n)], [String(ahead + 3n)]])
})
