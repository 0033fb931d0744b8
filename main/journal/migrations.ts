import type { Migration } from '../queue/storage.ts'
import { entryTable } from './migrations/0001_entry.ts'
import { chainTable } from './migrations/0002_chain.ts'

/** Forward only, as in main/queue. */
export const migrations: readonly Migration[] = [entryTable, chainTable]
