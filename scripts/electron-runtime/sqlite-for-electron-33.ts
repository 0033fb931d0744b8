import { DatabaseSync, type DatabaseSyncInstance, enhance } from '@photostructure/sqlite'

type Values = Parameters<ReturnType<DatabaseSyncInstance['prepare']>['run']>

/**
 * Replaces better-sqlite3 in the bundle for Electron 33: its Node-API 9 crashes in better-sqlite3 13. It has only the
 * part that main/queue and main/journal use. Errors carry better-sqlite3's `code` (SQLITE_FULL …), on which they
 * decide.
 */
export default class Database {
  readonly #db

  constructor(path: string, { readonly = false, timeout = 5_000 }: { readonly?: boolean; timeout?: number } = {}) {
    this.#db = named(() => enhance(new DatabaseSync(path, { readOnly: readonly, timeout })))
  }

  prepare(sql: string) {
    const statement = named(() => this.#db.prepare(sql))
    const prepared = {
      run: (...values: Values) => named(() => statement.run(...values)),
      get: (...values: Values) => named(() => statement.get(...values)),
      all: (...values: Values) => named(() => statement.all(...values)),
      iterate: (...values: Values) => named(() => statement.iterate(...values)),
      pluck() {
        named(() => statement.pluck())
        return prepared
      },
    }
    return prepared
  }

  exec(sql: string): void {
    named(() => this.#db.exec(sql))
  }

  pragma(source: string, options?: { simple: boolean }): unknown {
    return named(() => this.#db.pragma(source, options))
  }

  transaction<T>(work: () => T): { immediate(): T } {
    return { immediate: () => named(() => this.#db.transaction(work).immediate()) }
  }

  close(): void {
    this.#db.close()
  }
}

function named<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (error instanceof Error && 'sqliteCodeName' in error) Object.assign(error, { code: error.sqliteCodeName })
    throw error
  }
}
