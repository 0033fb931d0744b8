import { operationTable } from './migrations/0001_operation.ts'
import { sheetTable } from './migrations/0002_sheet.ts'
import { payloadTables } from './migrations/0003_payload.ts'
import { commandTable } from './migrations/0004_command.ts'
import type { Migration } from './storage.ts'

/**
 * Forward only: a schema that a field totem has run is never edited, and a change is a new file at the end. Say `{ adds }`
 * for new tables beside the old: then the program before still opens the file when its successor is rolled back.
 */
export const migrations: readonly Migration[] = [operationTable, sheetTable, payloadTables, { adds: commandTable }]
