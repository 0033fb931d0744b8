import { DatabaseSync, enhance, StatementSync } from '@photostructure/sqlite'

/**
 * Stands in for better-sqlite3 in the bundle for Electron 33, whose Node-API 9 better-sqlite3 13 crashes in. Only what
 * main/queue and main/journal use; errors carry better-sqlite3's `code` (SQLITE_FULL …), on which they decide.
 */
export default class Database {
  constructor(path: string) {
    const db = named(() => new DatabaseSync(path))
    db.exec = naming(db.exec)
    // biome-ignore lint/correctness/noConstructorReturn: an enhanced DatabaseSync is what better-sqlite3 calls a Database.
    return enhance(db)
  }
}

for (const method of ['run', 'get', 'all'] as const) {
  StatementSync.prototype[method] = naming(StatementSync.prototype[method])
}

function naming<T, A extends unknown[], R>(method: (this: T, ...given: A) => R): (this: T, ...given: A) => R {
  return function (this: T, ...given: A) {
    return named(() => method.apply(this, given))
  }
}

function named<R>(work: () => R): R {
  try {
    return work()
  } catch (error) {
    if (error instanceof Error && 'sqliteCodeName' in error) Object.assign(error, { code: error.sqliteCodeName })
    throw error
  }
}
