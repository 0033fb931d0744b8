import type { PostgresPool, PostgresPoolClient } from 'kysely'
import type pg from 'pg'

/** A statement that has come so often comes again and again. */
const OFTEN = 50
/** PostgreSQL keeps some 100 KB for each, on each connection. The gateway has about thirty such statements. */
const MOST = 64
/** Of statements that are not yet prepared. */
const MOST_COUNTED = 1_000

/**
 * What a connection is opened with. A prepared statement keeps its plan, so that one which is good while the tables are
 * small would stay when they are not: a plan that reads whole tables. Each statement here finds its rows by key.
 */
export const PLANS_BY_KEY = '-c enable_hashjoin=off -c enable_mergejoin=off -c jit=off'

/**
 * The pool, with the statements that come often prepared once on each connection. Parsing and planning took PostgreSQL
 * more than a third of the time that an operation costs it.
 */
export function preparing(pool: pg.Pool): PostgresPool {
  const nameOf = createNames()
  const clients = new WeakMap<pg.PoolClient, PostgresPoolClient>()
  function named(client: pg.PoolClient): PostgresPoolClient {
    const query = (text: string, values: readonly unknown[]) =>
      // Nothing is saved by preparing a `begin`.
      client.query({ name: values.length > 0 ? nameOf(text) : undefined, text, values: [...values] })
    // Kysely would also give cursors, which nothing here uses.
    return { query: query as unknown as PostgresPoolClient['query'], release: (error) => client.release(error) }
  }
  return {
    options: pool.options,
    async connect() {
      const client = await pool.connect()
      const known = clients.get(client) ?? named(client)
      clients.set(client, known)
      return known
    },
    end: () => pool.end(),
  }
}

/** The name of a statement that comes often, the same on every connection; undefined for any other. */
export function createNames(): (text: string) => string | undefined {
  const names = new Map<string, string>()
  const times = new Map<string, number>()
  return (text) => {
    const known = names.get(text)
    if (known !== undefined || names.size === MOST) return known
    const count = (times.get(text) ?? 0) + 1
    if (count < OFTEN) {
      if (times.size === MOST_COUNTED) times.clear()
      times.set(text, count)
      return undefined
    }
    times.delete(text)
    const name = `often-${names.size}`
    names.set(text, name)
    return name
  }
}
