import { PGlite } from '@electric-sql/pglite'
import { Kysely, PGliteDialect, sql } from 'kysely'
import { expect, test } from 'vitest'
import { atTotem } from '../../contract/caller.ts'
import { holderOf } from '../citizen/store.ts'
import { migrate, migratorOf } from './migrations.ts'
import { list } from './operations.ts'
import { outcomesAfter } from './outcomes.ts'
import type { Tables } from './schema.ts'

const [OPERATION, OTHER] = ['01KB0000000000000000000001', '01KB0000000000000000000002']
const AT = new Date('2026-11-22T10:00:00.000Z')
const UNTIL = new Date('2026-11-22T10:15:00.000Z')

/** A database as a gateway of that version has left it, with a session, a settled operation and its line in the log. */
async function databaseOf(version: string): Promise<Kysely<Tables>> {
  const db = new Kysely<Tables>({ dialect: new PGliteDialect({ pglite: new PGlite() }) })
  const { error } = await migratorOf(db).migrateTo(version)
  if (error) throw error
  await sql`
    insert into session (token_hash, totem, id_anpr, expires_at)
    values ('hash', 'TT-0001', 'AB10234CX', ${UNTIL})`.execute(db)
  await sql`
    insert into operation (id, totem, digest, state, received_at, settled_at, number, refusal)
    values (${OPERATION}, 'TT-0001', 'x', 'refused', ${AT}, ${AT}, 1, 'statement-other-totem'),
      (${OTHER}, 'TT-0002', 'y', 'refused', ${AT}, ${AT}, 1, 'certificate-revoked')`.execute(db)
  await sql`insert into outcome_counter (totem, last) values ('TT-0001', 1), ('TT-0002', 1)`.execute(db)
  await sql`
    insert into access_log (at, totem, operation, requester, subject, types, exemption, outcome)
    values (${AT}, 'TT-0001', ${OPERATION}, 'r', 's', '8', 'processuale', 'statement-other-totem')`.execute(db)
  return db
}

test.each(['003-journal-chain', '005-retention'])(
  'from version %s: who asked before was a totem, and nothing is lost',
  {
    timeout: 60_000,
  },
  async (version) => {
    const db = await databaseOf(version)
    await migrate(db)
    const { rows } =
      await sql`select channel, caller, actor, operation, subject, types, outcome from access_log`.execute(db)
    expect(rows).toEqual([
      {
        ...{ channel: 'totem', caller: 'TT-0001', actor: null, operation: OPERATION },
        ...{ subject: 's', types: '8', outcome: 'statement-other-totem' },
      },
    ])
    const holder = { idAnpr: 'AB10234CX', requester: null, comune: null }
    expect(await holderOf(db, 'hash', atTotem('TT-0001'), AT)).toEqual(holder)
    expect(await holderOf(db, 'hash', atTotem('TT-0002'), AT)).toBeNull()
    expect(await holderOf(db, 'hash', { channel: 'counter', id: 'TT-0001', person: 'm.verdi' }, AT)).toBeNull()
    // An outcome that its totem has not fetched yet is told by a name that today's contract has.
    expect(await outcomesAfter(db, 'TT-0001', { after: 0, has: false }, AT)).toMatchObject({
      outcomes: [{ operation: OPERATION, state: 'refused', problem: { kind: 'statement-other-caller' } }],
    })
    expect((await list(db, { totem: 'TT-0002' }, 10)).map(({ id, refusal }) => [id, refusal])).toEqual([
      [OTHER, 'certificate-revoked'],
    ])
    await db.destroy()
  },
)

test('a row of today says at which channel it was asked', { timeout: 60_000 }, async () => {
  const db = await databaseOf('005-retention')
  await migrate(db)
  for (const table of ['session', 'access_log']) {
    const { rows } = await sql<{ nullable: string; preset: string | null }>`
      select is_nullable as nullable, column_default as preset from information_schema.columns
      where table_name = ${table} and column_name = 'channel'`.execute(db)
    expect(rows).toEqual([{ nullable: 'NO', preset: null }])
  }
  await db.destroy()
})
