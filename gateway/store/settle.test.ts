import { DummyDriver, Kysely, PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler } from 'kysely'
import { expect, test } from 'vitest'
import { type Settled, settle } from './operations.ts'
import type { Tables } from './schema.ts'

/** As many as a gateway has in hand at once. */
const MOST = 12

const issued = (id: string): Settled => ({
  id,
  caller: { channel: 'totem', id: 'TT-0001' },
  settlement: { state: 'issued', outcome: 'e30..e30.e30.e30', protocol: '1' },
  access: {
    ...{ requester: null, subject: null, types: '', exemption: null, anpr_operation: null, gate_transaction: null },
    ...{ warnings: null, pdf_sha256: null, line: null },
  },
  ends: [],
})

test('few statements settle any number of operations, so that PostgreSQL plans them once', async () => {
  const texts = new Set<string>()
  const db = new Kysely<Tables>({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (within) => new PostgresIntrospector(within),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
    log({ query }) {
      texts.add(query.sql)
    },
  })
  for (let count = 1; count <= MOST; count++) {
    const items = Array.from({ length: count }, (_, place) => issued(`${place}`))
    await settle(db, { items, ends: [], jobs: [] }, new Date())
  }
  expect(texts.size).toBe(4)
})
