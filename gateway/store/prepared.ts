import type { PostgresPool, PostgresPoolClient } from 'kysely'
import type pg from 'pg'

/** A statement that has come so often comes again and again. */
const OFTEN = 50
/** PostgreSQL keeps a plan for each, on each connection. The gateway has about thirty such statements. */
const MOST = 64
/** Of statements that are not yet prepared. */
const MOST_COUNTED = 1_000
/** A plan that was good while a table was small would stay when it is not. So plans are made anew this often. */
const PLANNED_MS = 10_000

/**
 * The pool, with the statements that come often prepared once on each connection. Parsing and planning took PostgreSQL
 * more than a third of the time that an operation costs it.
 */
export function preparing(pool: pg.Pool): PostgresPool {
  const nameOf = createNames()
  const plannedAt = new WeakMap<pg.PoolClient, number>()
  return {
    options: pool.options,
    async connect() {
      const client = await pool.connect()
      const at = performance.now()
      const isStale = at - (plannedAt.get(client) ?? at) > PLANNED_MS
      if (isStale || !plannedAt.has(client)) plannedAt.set(client, at)
      // A connection that refuses this refuses the statement after it too, which tells of it.
      if (isStale) await client.query('discard plans').catch(() => undefined)
      const query = (text: string, values: readonly unknown[]) =>
        // Nothing is saved by preparing a `begin`.
        client.query({ name: values.length > 0 ? nameOf(text) : undefined, text, values: [...values] })
      // Kysely would also give cursors, which nothing here uses.
      return { query: query as unknown as PostgresPoolClient['query'], release: (error) => client.release(error) }
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
