import { statSync } from 'node:fs'
import { join } from 'node:path'
import { HOUR_MS } from '../basics/time.ts'

/** The file in the totem's data folder that a technician makes before they work on it, and takes away afterwards. */
export const TECHNICIAN_MARK = 'technician'
/** A mark that was forgotten closes no totem for longer. */
const WORTH_MS = 4 * HOUR_MS

/** Whether a technician works at this totem, so that nobody begins a visit. The file is empty; its age is all that counts. */
export function technicianAtWork(dataDir: string, now = Date.now()): boolean {
  const mark = statSync(join(dataDir, TECHNICIAN_MARK), { throwIfNoEntry: false })
  return mark !== undefined && now - mark.mtimeMs < WORTH_MS
}
