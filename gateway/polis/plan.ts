import type { Logger } from 'pino'
import { z } from 'zod'
import { stampOf } from '../../basics/files.ts'
import { jsonOf } from '../../basics/json.ts'
import { CONFIG, textOf, Unusable } from '../settings/unusable.ts'

const SETTING = 'polis.plan'
const day = z.iso.date()
/** `{ "054048": { "from": "2026-09-01", "to": "2027-03-31", "counter": "2026-10-05" } }`, by ISTAT's code of the comune. */
const file = z.record(
  z.string().regex(/^\d{6}$/),
  z
    .strictObject({
      from: day,
      to: day,
      /** The day on which the Polis counter has opened. */
      counter: day.nullable().default(null),
    })
    .refine(({ from, to }) => from <= to),
)
export type Plan = ReadonlyMap<string, z.output<typeof file>[string]>

function planIn(text: string): Plan | null {
  const read = file.safeParse(jsonOf(text))
  return read.success ? new Map(Object.entries(read.data)) : null
}

/** Opens the plan of the rollout. A change counts at the next look; one that cannot be used is told, and the one before counts. */
export async function openPlan(path: string, log: Logger): Promise<() => Promise<Plan>> {
  let looked = await stampOf(path)
  const opened = planIn(await textOf(SETTING, path))
  if (!opened)
    throw new Unusable(CONFIG, `${SETTING}: ${path} is no plan: gateway/polis/plan.ts says what stands in it`)
  let known = opened
  return async () => {
    const stamp = await stampOf(path)
    if (stamp === looked) return known
    looked = stamp
    const next = await textOf(SETTING, path).then(planIn, () => null)
    if (next) known = next
    else log.error({ kind: 'plan-not-taken' })
    return known
  }
}
