import { existsSync } from 'node:fs'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { writeWhole } from '../../basics/files.ts'
import { jsonOf } from '../../basics/json.ts'
import { type ReadinessSheet, readinessSheet } from '../../contract/readiness.ts'

// The newest report lies on the disk until the gateway has it: a totem is tried where the line may be down, by a technician
// who leaves, and by programs that do not run beside the totem.

const SHEET = 'readiness.json'

/** A report is also printed and shown: no room for it on the disk is no reason to have none. */
export async function keepSheet(dataDir: string, sheet: ReadinessSheet): Promise<void> {
  await writeWhole(join(dataDir, SHEET), JSON.stringify(sheet)).catch((failure: NodeJS.ErrnoException) => {
    if (failure.code === undefined) throw failure
  })
}

/** The report that waits for the gateway. */
export interface Sheets {
  waits(): boolean
  /** Null: there is none, or none that can be read. */
  newest(): Promise<ReadinessSheet | null>
  /**
   * The gateway has this one, or will never take it: it goes, unless a newer one has come meanwhile. False: it cannot be erased,
   * and still waits.
   */
  done(sheet: ReadinessSheet | null): Promise<boolean>
}

export function sheetsIn(dataDir: string): Sheets {
  const file = join(dataDir, SHEET)
  const newest = async () => {
    const read = readinessSheet.safeParse(jsonOf(await readFile(file, 'utf8').catch(() => '')))
    return read.success ? read.data : null
  }
  return {
    waits: () => existsSync(file),
    newest,
    async done(sheet) {
      if ((await newest())?.at !== sheet?.at) return true
      return rm(file, { force: true }).then(
        () => true,
        () => false,
      )
    },
  }
}
