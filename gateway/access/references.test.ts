import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Kysely, sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { migratedTables } from '../../test/support/gateway/database.ts'
import type { Tables } from '../store/schema.ts'
import { accessReferences } from './references.ts'

let dir: string
let db: Kysely<Tables>
const file = (name: string) => join(dir, name)

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'references-'))
  db = await migratedTables()
}, 60_000)
beforeEach(async () => {
  await sql`truncate access_log_key, access_log, contrassegno`.execute(db)
})
afterAll(async () => {
  await db.destroy()
  rmSync(dir, { recursive: true })
})

test('the first gateway makes the key; a second one with the same key names persons alike', async () => {
  const first = await accessReferences(db, file('first'))
  expect((await accessReferences(db, file('first')))('x')).toBe(first('x'))
  writeFileSync(file('copy'), readFileSync(file('first')), { mode: 0o600 })
  expect((await accessReferences(db, file('copy')))('x')).toBe(first('x'))
})

test('another key is refused by name, and nothing is made beside the one that is missing', async () => {
  await accessReferences(db, file('own'))
  writeFileSync(file('other'), Buffer.alloc(32, 7).toString('base64url'), { mode: 0o600 })
  await expect(accessReferences(db, file('other'))).rejects.toMatchObject({
    exitCode: 78,
    message: expect.stringMatching(/^accessLogKey: .*other is not the key/),
  })
  await expect(accessReferences(db, file('none'))).rejects.toMatchObject({
    exitCode: 66,
    message: expect.stringMatching(/^accessLogKey: there is no .*none/),
  })
  expect(existsSync(file('none'))).toBe(false)
})

test.each([
  [
    'a line of the access log',
    sql`insert into access_log (at, channel, caller, types, outcome)
    values (now(), 'totem', 'TT-0001', 'C030', 'shown')`,
  ],
  ['a mark that has paid', sql`insert into contrassegno (mark, operation) values ('m', 'o')`],
])('a database of an earlier version that holds %s: no new key is made, and the old one counts', async (_, held) => {
  await held.execute(db)
  await expect(accessReferences(db, file('lost'))).rejects.toMatchObject({ exitCode: 66 })
  writeFileSync(file('kept'), Buffer.alloc(32, 3).toString('base64url'), { mode: 0o600 })
  await accessReferences(db, file('kept'))
  writeFileSync(file('wrong'), Buffer.alloc(32, 4).toString('base64url'), { mode: 0o600 })
  await expect(accessReferences(db, file('wrong'))).rejects.toMatchObject({ exitCode: 78 })
})

test('two gateways that begin a database at once with a key each: one of them does not start', async () => {
  const both = await Promise.allSettled(['a', 'b'].map((name) => accessReferences(db, file(name))))
  expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  expect(['a', 'b'].filter((name) => existsSync(file(name)))).toHaveLength(1)
})

test('a key that others may read, or that is too short, is refused', async () => {
  await accessReferences(db, file('open'))
  chmodSync(file('open'), 0o644)
  await expect(accessReferences(db, file('open'))).rejects.toThrow('can be read by others')
  writeFileSync(file('short'), 'x', { mode: 0o600 })
  await expect(accessReferences(db, file('short'))).rejects.toThrow('too short')
})
