import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { sql } from 'kysely'
import type { Logger } from 'pino'
import { type Clock, HOUR_MS, italianDay, MINUTE_MS } from '../../basics/time.ts'
import { type Region, regions } from '../../contract/console/regions.ts'
import {
  type PolisComune,
  type PolisCurve,
  type PolisDashboard,
  type PolisFound,
  type PolisMap,
  polisDashboard,
  polisMap,
} from '../../contract/polis.ts'
import { hiddenIn, shownOf, totalShown } from '../statistics/suppress.ts'
import type { Database } from '../store/schema.ts'
import type { Comune, Comuni } from './comuni.ts'
import type { OpenData } from './open-data.ts'
import type { Plan } from './plan.ts'

/** They are counted anew when somebody asks after so long. */
const COUNTED_MS = 5 * MINUTE_MS
const MONTHS = 3

/** A text as it is sent, plain and gzipped: nobody who reads makes the gateway work. */
export interface Sent {
  plain: string
  gzipped: Buffer
}

export interface Figures {
  dashboard: Sent
  map: Sent
  comune(istat: string): PolisComune | null
  search(q: string): PolisFound[]
}

/** What is known of the rollout at one moment. `served`: comuni in which a totem stands that citizens can use. */
export interface Known {
  plan: Plan
  since: ReadonlyMap<string, string>
  served: ReadonlySet<string>
  documents: PolisDashboard['documents']
  openData: OpenData
  at: Date
}

const SOURCE = 'Ministero dell’Interno, ANPR Numeri (github.com/italia/anpr-opendata), CC0'

/** How far Polis has come in a comune: what is there counts, and a plan where nothing is. */
export function standing(comune: Comune, { plan, since, served, openData }: Known): PolisComune {
  const { istat, name, other, region, province, population } = comune
  const planned = plan.get(istat)
  const counterSince = planned?.counter ?? null
  const hasTotem = served.has(istat)
  return {
    ...{ istat, name, other, region, province, population },
    residents: openData.population?.residents.get(istat) ?? null,
    state: hasTotem ? 'totem-attivo' : counterSince ? 'sportello-attivo' : planned ? 'previsto' : 'non-previsto',
    ...{ from: planned?.from ?? null, to: planned?.to ?? null, counterSince },
    totemSince: hasTotem ? (since.get(istat) ?? null) : null,
  }
}

/** How many comuni and people it has reached by each day on which it reached one. */
function curveOf(reached: readonly { day: string; population: number | null }[]): PolisCurve {
  let [comuni, popolazione] = [0, 0]
  const days = [...Map.groupBy(reached, ({ day }) => day)].sort(([one], [other]) => (one < other ? -1 : 1))
  return days.map(([date, each]) => {
    comuni += each.length
    popolazione += each.reduce((sum, { population }) => sum + (population ?? 0), 0)
    return { date, comuni, popolazione }
  })
}

export function dashboardOf(
  all: readonly PolisComune[],
  { documents, at, openData: { certificates, population } }: Pick<Known, 'documents' | 'at' | 'openData'>,
): PolisDashboard {
  const [sub, pre, prev] = (['totem-attivo', 'sportello-attivo', 'previsto'] as const).map((state) =>
    all.filter((each) => each.state === state),
  ) as [PolisComune[], PolisComune[], PolisComune[]]
  const people = (of: readonly PolisComune[]) => of.reduce((sum, { population }) => sum + (population ?? 0), 0)
  const reached = (key: 'totemSince' | 'counterSince') =>
    all.flatMap(({ population, [key]: day }) => (day === null ? [] : [{ day, population }]))
  return {
    at: at.toISOString(),
    summaries: {
      ...{ com_sub: sub.length, pop_sub: people(sub), com_pre: pre.length, pop_pre: people(pre) },
      ...{ com_prev: prev.length, pop_prev: people(prev), comuni: all.length, popolazione: people(all) },
    },
    charts: { subentro: curveOf(reached('totemSince')), presubentro: curveOf(reached('counterSince')) },
    regions: (Object.keys(regions).sort() as Region[]).map((region) => {
      const inRegion = (of: readonly PolisComune[]) => of.filter((each) => each.region === region).length
      return { region, comuni: inRegion(all), com_sub: inRegion(sub), com_pre: inRegion(pre), com_prev: inRegion(prev) }
    }),
    documents,
    openData:
      certificates === null && population === null
        ? null
        : {
            ...{ source: SOURCE, certificates },
            population: population && {
              ...{ of: population.of, comuni: population.residents.size },
              residents: [...population.residents.values()].reduce((sum, each) => sum + each, 0),
            },
          },
  }
}

/** `counts`: certificates by region and month. Each month is a list of its own, so that it hides the same in every window. */
export function documentsOf(
  months: readonly string[],
  counts: ReadonlyMap<string, number>,
): PolisDashboard['documents'] {
  const own = (Object.keys(regions).sort() as Region[]).filter((region) =>
    months.some((month) => counts.has(`${region} ${month}`)),
  )
  const lists = months.map((month) => own.map((region) => counts.get(`${region} ${month}`) ?? 0))
  const shown = lists.map((list) => shownOf(list, hiddenIn(list)))
  return {
    months: [...months],
    rows: own.map((region, y) => ({ region, counts: shown.map((list) => list[y] ?? null) })),
    totals: lists.map(totalShown),
  }
}

/** The last whole months before this day of Italy's, the oldest first: `2026-08`. */
function wholeMonths(today: string): string[] {
  const [year, month] = today.split('-').map(Number) as [number, number]
  return Array.from({ length: MONTHS }, (_, back) =>
    new Date(Date.UTC(year, month - 1 - (MONTHS - back), 1)).toISOString().slice(0, 7),
  )
}

export interface FigureKeeper {
  figures(): Promise<Figures>
  stop(): Promise<void>
}

/** Keeps the figures in memory, and the day on which a comune got its first totem in the database. */
export async function keepFigures({
  db,
  comuni,
  plan,
  openData,
  now,
  log,
}: {
  db: Database
  comuni: Comuni
  plan(): Promise<Plan>
  openData(): Promise<OpenData>
  now: Clock
  log: Logger
}): Promise<FigureKeeper> {
  let counted = { day: '', documents: documentsOf([], new Map()) }

  async function documents(at: Date): Promise<PolisDashboard['documents']> {
    const day = italianDay(at)
    if (counted.day === day) return counted.documents
    const months = wholeMonths(day)
    const { rows } = await sql<{ region: string; month: string; count: number }>`
      select region, to_char(settled_at at time zone 'Europe/Rome', 'YYYY-MM') as month, count(*)::integer as count
      from operation join totem_place place on place.totem = operation.totem
      where state = 'issued' and region is not null
        and settled_at >= (${months[0]} || '-01')::timestamp at time zone 'Europe/Rome'
        and settled_at < (${day.slice(0, 7)} || '-01')::timestamp at time zone 'Europe/Rome'
      group by 1, 2`.execute(db)
    counted = {
      day,
      documents: documentsOf(months, new Map(rows.map((row) => [`${row.region} ${row.month}`, row.count]))),
    }
    return counted.documents
  }

  async function knownNow(): Promise<Known> {
    const at = now()
    // A totem that was of use to somebody once, and is not asked out of service now.
    const { rows } = await sql<{ comune: string; region: string; ready: boolean }>`
      select comune, region, bool_or(heartbeat.body #>> '{devices,available}' = 'true'
        and heartbeat.body #>> '{devices,reader}' <> 'no-reader'
        and heartbeat.body #>> '{devices,printer}' in ('ready', 'paperLow')) as ready
      from totem_place place join heartbeat on heartbeat.totem = place.totem
        left join totem_enrolled enrolled on enrolled.totem = place.totem
      where comune is not null and enrolled.withdrawn_at is null
      group by comune, region`.execute(db)
    const here = rows.flatMap(({ comune, region, ready }) => {
      const found = comuni.named(comune, region)
      return found ? [{ istat: found.istat, ready }] : []
    })
    const fresh = here.filter(({ ready }) => ready).map(({ istat }) => istat)
    await sql`
      insert into polis_since (istat, since) select istat, ${italianDay(at)}::date from unnest(${fresh}::text[]) as istat
      on conflict do nothing`.execute(db)
    const since = await sql<{ istat: string; since: string }>`
      select istat, since::text as since from polis_since`.execute(db)
    const days = new Map(since.rows.map((row) => [row.istat, row.since]))
    return {
      ...{ plan: await plan(), since: days, at, documents: await documents(at) },
      openData: await openData(),
      served: new Set(here.map(({ istat }) => istat).filter((istat) => days.has(istat))),
    }
  }

  async function made(): Promise<Figures> {
    const known = await knownNow()
    const all = comuni.all.map((comune) => standing(comune, known))
    const byIstat = new Map(all.map((each) => [each.istat, each]))
    const features: PolisMap['features'] = comuni.all.flatMap(({ istat, name, region, point }) =>
      point
        ? [
            {
              type: 'Feature' as const,
              geometry: { type: 'Point' as const, coordinates: point },
              properties: { istat, name, region, state: byIstat.get(istat)?.state ?? 'non-previsto' },
            },
          ]
        : [],
    )
    return {
      dashboard: await sent(polisDashboard.parse(dashboardOf(all, known))),
      map: await sent(polisMap.parse({ type: 'FeatureCollection', features })),
      comune: (istat) => byIstat.get(istat) ?? null,
      search: (q) =>
        comuni.search(q).flatMap(({ comune: { istat }, formerly }) => {
          const comune = byIstat.get(istat)
          return comune ? [{ ...comune, formerly }] : []
        }),
    }
  }

  let figures = await made()
  let countedAt = +now()
  let looking: Promise<void> | null = null
  const look = () => {
    looking ??= made()
      .then((next) => {
        figures = next
      })
      // What was known before is shown with its own time.
      .catch((failure) => log.error({ kind: 'polis-not-counted', code: (failure as { code?: unknown }).code }))
      .finally(() => {
        countedAt = +now()
        looking = null
      })
    return looking
  }
  // The day on which a comune got its totem is kept also when nobody asks.
  const timer = setInterval(() => void look(), HOUR_MS)
  return {
    async figures() {
      if (+now() - countedAt >= COUNTED_MS) await look()
      return figures
    },
    async stop() {
      clearInterval(timer)
      await looking
    },
  }
}

async function sent(told: unknown): Promise<Sent> {
  const plain = JSON.stringify(told)
  return { plain, gzipped: await promisify(gzip)(plain) }
}
