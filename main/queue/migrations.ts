import { operationTable } from './migrations/0001_operation.ts'
import { sheetTable } from './migrations/0002_sheet.ts'
import { payloadTables } from './migrations/0003_payload.ts'

/** Forward only: a schema that a field totem has run is never edited, and a change is a new file at the end. */
export const migrations = [operationTable, sheetTable, payloadTables]
