import type { Logger } from 'pino'
import { z } from 'zod'
import { stampOf } from '../../basics/files.ts'
import { jsonOf } from '../../basics/json.ts'
import { officeId } from '../../contract/console/people.ts'
import { region } from '../../contract/console/regions.ts'
import { totemId } from '../../contract/identity.ts'
import { officeHours } from '../../contract/office.ts'
import { CONFIG, textOf, Unusable } from '../settings/unusable.ts'

const SETTING = 'offices'
const line = z.string().regex(/^[^\p{C}]{1,120}$/u)
const full = z.strictObject({
  name: line,
  office: officeId,
  comune: line,
  region,
  address: line.nullable().default(null),
  hours: officeHours.nullable().default(null),
  /** Day of the town's patron, on which the office is shut: `11-29`. */
  patron: z
    .string()
    .regex(/^(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/)
    .nullable()
    .default(null),
})
/** `{ "PG-0001": "Ufficio postale di Spello (PG)" }`, or in place of the name all that the console shows and filters by. */
const file = z.record(totemId, z.union([line, full]))

/** Where a totem stands. Without `office` nobody has said more than its name. */
export type Place = { name: string } & Partial<z.output<typeof full>>
export type Places = ReadonlyMap<string, Place>

/** Where totems stand, as their operator names it. SECURITY: a totem's own word would let a stolen one name itself. */
export type Offices = () => Promise<ReadonlyMap<string, string>>

export interface OfficeFile {
  names: Offices
  /** Always the same map until the file changes. */
  places(): Promise<Places>
}

function placesIn(text: string): Places | null {
  const read = file.safeParse(jsonOf(text))
  if (!read.success) return null
  return new Map(
    Object.entries(read.data).map(([totem, place]) => [totem, typeof place === 'string' ? { name: place } : place]),
  )
}

/**
 * Opens the file of offices; null: none is named. A change counts at the next look. A file that cannot be used is told
 * once, and the one before counts.
 */
export async function openOffices(path: string | null, log: Logger): Promise<OfficeFile> {
  if (path === null) {
    const [none, nothing] = [new Map<string, string>(), new Map<string, Place>()]
    return { names: async () => none, places: async () => nothing }
  }
  let looked = await stampOf(path)
  const opened = placesIn(await textOf(SETTING, path))
  if (!opened) throw new Unusable(CONFIG, `${SETTING}: ${path} is no list of offices: gateway/fleet/offices.ts has one`)
  let known = opened
  let named = namesOf(known)
  async function places(): Promise<Places> {
    const stamp = await stampOf(path as string)
    if (stamp === looked) return known
    looked = stamp
    const next = await textOf(SETTING, path as string).then(placesIn, () => null)
    if (next) {
      known = next
      named = namesOf(next)
      log.info({ kind: 'offices-taken', offices: known.size })
    } else log.error({ kind: 'offices-not-taken' })
    return known
  }
  return {
    places,
    async names() {
      await places()
      return named
    },
  }
}

const namesOf = (places: Places) => new Map([...places].map(([totem, { name }]) => [totem, name]))
