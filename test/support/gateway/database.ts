import { createHash } from 'node:crypto'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { PGlite } from '@electric-sql/pglite'
import { Kysely, PGliteDialect } from 'kysely'
import { pino } from 'pino'
import { migrate } from '../../../gateway/store/migrations.ts'
import type { Tables } from '../../../gateway/store/schema.ts'

const STORE = fileURLToPath(new URL('../../../gateway/store', import.meta.url))
const KEPT = fileURLToPath(new URL('../../../.bench/database', import.meta.url))

/** What was made from these migrations and this engine, in this month (logs lie by months); made once, and kept. */
async function kept(name: string, make: (folder: string) => Promise<void>): Promise<string> {
  const sources = readdirSync(STORE, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  const texts = sources.map(({ parentPath, name }) => readFileSync(join(parentPath, name), 'utf8')).sort()
  const lock = fileURLToPath(new URL('../../../package-lock.json', import.meta.url))
  const month = new Date().toISOString().slice(0, 7)
  const from = createHash('sha256').update([...texts, readFileSync(lock, 'utf8'), month].join('\0'))
  const made = from.digest('hex').slice(0, 16)
  const at = join(KEPT, made, name)
  if (existsSync(at)) return at
  mkdirSync(join(KEPT, made), { recursive: true })
  for (const older of readdirSync(KEPT))
    if (older !== made && !older.startsWith('new-')) rmSync(join(KEPT, older), { recursive: true, force: true })
  const folder = mkdtempSync(join(KEPT, 'new-'))
  try {
    await make(folder)
    renameSync(join(folder, name), at)
  } catch (failure) {
    // Another test was faster.
    if (!existsSync(at)) throw failure
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  return at
}

/**
 * The folder of an embedded database as a gateway leaves it that has started once, and has done nothing: initdb and the
 * migrations take some seconds, and a copy takes none. gateway-start and installation start without it.
 */
export const migratedDatabase = () =>
  kept('database', async (dataDir) => {
    // What a whole store is made of is read only when one is made.
    const { openStore } = await import('../../../gateway/store/database.ts')
    const store = await openStore({ databaseUrl: null, dataDir }, pino({ enabled: false }))
    await store.close()
  })

const embedded = (pglite: PGlite) => new Kysely<Tables>({ dialect: new PGliteDialect({ pglite }) })

/** An embedded database in memory with all tables, and nothing else: no gateway has started on it. */
export async function migratedTables(): Promise<Kysely<Tables>> {
  const file = await kept('tables.tar', async (folder) => {
    const pglite = new PGlite()
    const db = embedded(pglite)
    await migrate(db)
    const dump = await pglite.dumpDataDir('none')
    writeFileSync(join(folder, 'tables.tar'), Buffer.from(await dump.arrayBuffer()))
    await db.destroy()
  })
  return embedded(new PGlite({ loadDataDir: new Blob([readFileSync(file)]) }))
}

/** Lays it into the data folder of a gateway that has not started yet. */
export async function layDatabase(dataDir: string): Promise<void> {
  cpSync(await migratedDatabase(), join(dataDir, 'database'), { recursive: true })
}
