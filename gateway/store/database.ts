import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { Kysely, PGliteDialect, PostgresDialect } from 'kysely'
import pg from 'pg'
import type { Logger } from 'pino'
import { migrate } from './migrations.ts'
import type { Database, Tables } from './schema.ts'

/** PostgreSQL by its URL, or the embedded one in `dataDir`; migrated and ready. */
export async function openDatabase(
  { databaseUrl, dataDir }: { databaseUrl: string | null; dataDir: string },
  log: Logger,
): Promise<Database> {
  const db = new Kysely<Tables>({ dialect: databaseUrl ? postgres(databaseUrl, log) : await embedded(dataDir) })
  try {
    await migrate(db)
    return db
  } catch (reason) {
    await db.destroy()
    throw reason
  }
}

function postgres(connectionString: string, log: Logger): PostgresDialect {
  const pool = new pg.Pool({ connectionString, max: 10, connectionTimeoutMillis: 5_000 })
  // A connection that breaks while idle would otherwise end the process; the pool makes a new one.
  pool.on('error', (error) => log.warn({ kind: 'database-connection-lost', code: (error as { code?: string }).code }))
  return new PostgresDialect({ pool })
}

async function embedded(dataDir: string): Promise<PGliteDialect> {
  const folder = join(dataDir, 'database')
  await mkdir(folder, { recursive: true, mode: 0o700 })
  return new PGliteDialect({ pglite: new PGlite(folder) })
}
