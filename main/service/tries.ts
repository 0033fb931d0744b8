import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { contentOf, writeWhole } from '../../basics/files.ts'
import { jsonOf } from '../../basics/json.ts'

/** Wrong codes of one day, after which the totem looks at none until the next. */
export const MOST_WRONG = 5

const kept = z.strictObject({ day: z.iso.date(), wrong: z.int().min(0) })

/** How many codes were typed wrong today; on the disk, so that a restart gives no further tries. */
export interface CodeTries {
  /** `earlier-day`: a code was typed on a later day than this already, so that the clock was set back. */
  of(day: string): Promise<number | 'earlier-day'>
  note(day: string, wrong: number): Promise<void>
}

export function codeTries(dataDir: string): CodeTries {
  const file = join(dataDir, 'service', 'code-tries.json')
  return {
    async of(day) {
      const text = await contentOf(file)
      if (text === null) return 0
      const read = kept.safeParse(jsonOf(text))
      // Somebody has written there who is not this program.
      if (!read.success) return MOST_WRONG
      if (read.data.day > day) return 'earlier-day'
      return read.data.day === day ? read.data.wrong : 0
    },
    async note(day, wrong) {
      await mkdir(dirname(file), { recursive: true, mode: 0o700 })
      await writeWhole(file, JSON.stringify({ day, wrong }))
    },
  }
}
