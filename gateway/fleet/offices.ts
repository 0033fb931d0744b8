import type { Logger } from 'pino'
import { z } from 'zod'
import { stampOf } from '../../basics/files.ts'
import { jsonOf } from '../../basics/json.ts'
import { totemId } from '../../contract/identity.ts'
import { CONFIG, textOf, Unusable } from '../settings/unusable.ts'

/** Where totems stand, as their operator names it. SECURITY: a totem's own word would let a stolen one name itself. */
export type Offices = () => Promise<ReadonlyMap<string, string>>

const SETTING = 'offices'
/** `{ "PG-0001": "Ufficio postale di Spello (PG)" }`: a name of one line. */
const names = z.record(totemId, z.string().regex(/^[^\p{C}]{1,120}$/u))

const namesIn = (text: string): ReadonlyMap<string, string> | null => {
  const read = names.safeParse(jsonOf(text))
  return read.success ? new Map(Object.entries(read.data)) : null
}

/**
 * Opens the file of offices; null: none is named. A change counts at the next look. A file that cannot be used is told
 * once, and the one before counts.
 */
export async function openOffices(file: string | null, log: Logger): Promise<Offices> {
  if (file === null) return async () => new Map()
  let looked = await stampOf(file)
  const opened = namesIn(await textOf(SETTING, file))
  if (!opened) throw new Unusable(CONFIG, `${SETTING}: ${file} is no list of offices: gateway/fleet/offices.ts has one`)
  let known = opened
  return async () => {
    const stamp = await stampOf(file)
    if (stamp === looked) return known
    looked = stamp
    const next = await textOf(SETTING, file).then(namesIn, () => null)
    if (next) {
      known = next
      log.info({ kind: 'offices-taken', offices: known.size })
    } else log.error({ kind: 'offices-not-taken' })
    return known
  }
}
