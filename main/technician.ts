import { rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { HOUR_MS } from '../basics/time.ts'

/** The file in the totem's data folder that a technician makes before they work on it, and takes away afterwards. */
export const TECHNICIAN_MARK = 'technician'
/** A mark that was forgotten closes no totem for longer. */
const WORTH_MS = 4 * HOUR_MS

/**
 * Whether a technician works at this totem, or has taken it out of service, so that nobody begins a visit. Of an empty file the
 * age counts; one that says something stands until it is taken away.
 */
export function technicianAtWork(dataDir: string, now = Date.now()): boolean {
  const mark = statSync(join(dataDir, TECHNICIAN_MARK), { throwIfNoEntry: false })
  return mark !== undefined && (mark.size > 0 || now - mark.mtimeMs < WORTH_MS)
}

/** `out`: until somebody brings it back. `at-work`: no longer than a technician works. `back`: people may come. */
export function markTechnician(dataDir: string, how: 'out' | 'at-work' | 'back'): void {
  const mark = join(dataDir, TECHNICIAN_MARK)
  if (how === 'back') rmSync(mark, { force: true })
  else writeFileSync(mark, how === 'out' ? 'out of service\n' : '', { mode: 0o600 })
}

/** True: somebody took the totem out of service, and it stays so without anybody at work. */
export const isTakenOut = (dataDir: string): boolean =>
  (statSync(join(dataDir, TECHNICIAN_MARK), { throwIfNoEntry: false })?.size ?? 0) > 0
