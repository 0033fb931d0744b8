import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { pino } from 'pino'
import { openStore } from '../../../gateway/store/database.ts'

const STORE = fileURLToPath(new URL('../../../gateway/store', import.meta.url))
const KEPT = fileURLToPath(new URL('../../../.bench/database', import.meta.url))

/**
 * The folder of an embedded database as a gateway leaves it that has started once, and has done nothing: initdb and the
 * migrations take some seconds, and a copy takes none. gateway-start and installation start without it. Migrations or an
 * engine that have changed have another.
 */
export async function migratedDatabase(): Promise<string> {
  const sources = readdirSync(STORE, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  const texts = sources.map(({ parentPath, name }) => readFileSync(join(parentPath, name), 'utf8')).sort()
  const lock = fileURLToPath(new URL('../../../package-lock.json', import.meta.url))
  const made = createHash('sha256').update([...texts, readFileSync(lock, 'utf8')].join('\0'))
  const folder = join(KEPT, made.digest('hex').slice(0, 16))
  if (existsSync(folder)) return folder
  mkdirSync(KEPT, { recursive: true })
  for (const older of readdirSync(KEPT))
    if (!older.startsWith('new-')) rmSync(join(KEPT, older), { recursive: true, force: true })
  const dataDir = mkdtempSync(join(KEPT, 'new-'))
  const store = await openStore({ databaseUrl: null, dataDir }, pino({ enabled: false }))
  await store.close()
  try {
    renameSync(join(dataDir, 'database'), folder)
  } catch (failure) {
    // Another test was faster.
    if (!existsSync(folder)) throw failure
  } finally {
    rmSync(dataDir, { recursive: true, force: true })
  }
  return folder
}

/** Lays it into the data folder of a gateway that has not started yet. */
export async function layDatabase(dataDir: string): Promise<void> {
  cpSync(await migratedDatabase(), join(dataDir, 'database'), { recursive: true })
}
