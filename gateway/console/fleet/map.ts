import { sql } from 'kysely'
import type { Answer, Query } from '../../../contract/console/api.ts'
import type { Comuni } from '../../polis/comuni.ts'
import type { ConsoleTransaction } from '../tables.ts'
import { type FleetRow, fleetSeen } from './query.ts'

/** The same totems as the table has by this filter, where they stand. */
export async function mapOf(
  transaction: ConsoleTransaction,
  query: Query<'fleetMap'>,
  comuni: Comuni,
  now: Date,
): Promise<Answer<'fleetMap'>> {
  const { rows } = await sql<Pick<FleetRow, 'totem' | 'comune' | 'region' | 'state'>>`
    select totem, comune, region, state from ${fleetSeen(query, now)}
    where ${query.state ? sql`state = ${query.state}` : sql`true`} order by totem`.execute(transaction)
  const points: Answer<'fleetMap'>['points'] = []
  const nowhere: Record<string, number> = {}
  for (const { totem, comune, region, state } of rows) {
    const at = comune === null ? null : comuni.named(comune, region)?.point
    if (at) points.push({ totem, state, at })
    else nowhere[state] = (nowhere[state] ?? 0) + 1
  }
  return { points, nowhere, land: landOf(comuni) }
}

/** Cells of a degree in which a comune lies: some 900 dots that show the country. */
const CELLS = 6
const known = new WeakMap<Comuni, Answer<'fleetMap'>['land']>()
function landOf(comuni: Comuni): Answer<'fleetMap'>['land'] {
  const found = known.get(comuni)
  if (found) return found
  const cells = new Set(
    comuni.all.flatMap(({ point }) => (point ? [point.map((at) => Math.round(at * CELLS)).join()] : [])),
  )
  const land = [...cells].map((cell): [number, number] => {
    const [east = 0, north = 0] = cell.split(',').map(Number)
    return [Math.round((east / CELLS) * 1_000) / 1_000, Math.round((north / CELLS) * 1_000) / 1_000]
  })
  known.set(comuni, land)
  return land
}
