import { join } from 'node:path'
import { z } from 'zod'
import { contentOf } from '../../basics/files.ts'
import { jsonOf } from '../../basics/json.ts'

/**
 * What a totem remembers of its releases (`state.json`): the number of what it runs, and the highest that has proved
 * healthy here. 0: what it was set up with.
 */
const memory = z.strictObject({ running: z.number().int().min(0), highest: z.number().int().min(0) })
export type ReleaseMemory = z.infer<typeof memory>

/** As it was set up. */
export const NEW: ReleaseMemory = { running: 0, highest: 0 }

/** A file that is not there, or damaged, remembers nothing: the lists stay signed, and an operator sees number 0. */
export async function readMemory(folder: string): Promise<ReleaseMemory> {
  const read = memory.safeParse(jsonOf((await contentOf(join(folder, 'state.json'))) ?? ''))
  return read.success ? read.data : NEW
}
