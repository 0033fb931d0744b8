import { sql } from 'kysely'
import { DAY_MS, HOUR_MS } from '../../../basics/time.ts'
import { burnOf, causes, type ObjectivesPage, objectiveIds, type Share } from '../../../contract/console/objectives.ts'
import type { Database } from '../../store/schema.ts'

const MONTH_MS = 28 * DAY_MS

export interface HourFigures extends Share {
  objective: string
  hour: Date
  causes: Record<string, number>
}

const sumOf = (rows: readonly Share[]): Share => ({
  good: rows.reduce((sum, { good }) => sum + good, 0),
  total: rows.reduce((sum, { total }) => sum + total, 0),
})

/** The page out of the month's hours. `burn` is of the newest hour that was reckoned, and of the six up to it. */
export function pageOf(rows: readonly HourFigures[], at: Date): ObjectivesPage {
  const from = new Date(+at - MONTH_MS)
  const own = (objective: string) => rows.filter((row) => row.objective === objective)
  const calls = sumOf(own('anpr'))
  return {
    ...{ at: at.toISOString(), from: from.toISOString() },
    objectives: objectiveIds.map((objective) => {
      const hours = own(objective)
      const newest = Math.max(0, ...hours.map(({ hour }) => +hour))
      const last = (count: number) => sumOf(hours.filter(({ hour }) => +hour > newest - count * HOUR_MS))
      const days = Map.groupBy(hours, ({ hour }) => hour.toISOString().slice(0, 10))
      return {
        ...{ objective, ...sumOf(hours) },
        causes: Object.fromEntries(
          causes
            .map((cause) => [cause, hours.reduce((sum, row) => sum + (row.causes[cause] ?? 0), 0)] as const)
            .filter(([, lost]) => lost > 0),
        ),
        burn: { hour: burnOf(objective, last(1)), sixHours: burnOf(objective, last(6)) },
        days: [...days]
          .sort(([one], [other]) => (one < other ? -1 : 1))
          .map(([day, each]) => ({ day, ...sumOf(each) })),
      }
    }),
    anpr: {
      minutes: own('available').reduce((sum, row) => sum + (row.causes.anpr ?? 0), 0),
      ...{ calls: calls.total, failed: calls.total - calls.good },
    },
  }
}

export async function objectivesOf(db: Database, at: Date): Promise<ObjectivesPage> {
  const { rows } = await sql<HourFigures>`
    select objective, hour, good::integer as good, total::integer as total, causes from objective_hour
    where hour > ${new Date(+at - MONTH_MS)}::timestamptz`.execute(db)
  return pageOf(rows, at)
}
