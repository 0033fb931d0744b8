import { sql } from 'kysely'
import { MINUTE_MS } from '../../basics/time.ts'
import { type CertificateType, certificateType, exemption, type Purpose, purpose } from '../../contract/catalogue.ts'
import type { OwnAccess, OwnAccesses, OwnAccessesTold } from '../../contract/own-requests.ts'
import type { Offices } from '../fleet/offices.ts'
import type { Database, Tables } from '../store/schema.ts'
import { ACCESSES } from './log.ts'

/** More lines than the visits of a year leave: whoever has more sees the newest. */
const MOST_LINES = 1_000
/** Lines of one person at one machine that lie closer together are of one visit. */
const VISIT_MS = 15 * MINUTE_MS

type Line = Pick<
  Tables['access_log'],
  'at' | 'channel' | 'caller' | 'actor' | 'operation' | 'requester' | 'types' | 'exemption' | 'outcome'
> & { id: number }

/**
 * Who looked at a person through this product since then, visit by visit: what a person may know of the access log (art.
 * 15 GDPR). `self`: the person's names in the log, by codice fiscale first. Of an office that asked about a list they learn
 * which body it is of and for what; who worked there, they do not. What is looked at from a counter is its operator's look, in
 * whosever name it was: by number, with the office and the use.
 */
export async function accessesAbout(
  { db, offices }: { db: Database; offices: Offices },
  { codiceFiscale, idAnpr }: { codiceFiscale: string; idAnpr: string },
  since: Date,
): Promise<OwnAccesses> {
  const lines: Line[] = await db
    .selectFrom('access_log')
    .select(['id', 'at', 'channel', 'caller', 'actor', 'operation', 'requester', 'types', 'exemption', 'outcome'])
    .where('subject', 'in', [codiceFiscale, idAnpr])
    .where('at', '>', since)
    .orderBy('at', 'desc')
    .orderBy('id', 'desc')
    .limit(MOST_LINES + 1)
    .execute()
  const more = lines.length > MOST_LINES
  const visits = visitsIn(lines.slice(0, MOST_LINES))
  const named = await offices()
  const [asked, posts] = [await bodiesOf(db, lines), await postOfficesOf(db, lines)]
  const accesses = visits.map((visit): OwnAccess => {
    const [{ at, channel, caller, actor, operation }] = visit
    const seen = visit.filter(({ outcome }) => SEEN.has(outcome))
    const types = seen.flatMap(certificatesOf)
    return {
      ...{ machine: caller, office: asked.get(operation ?? '') ?? posts.get(caller) ?? named.get(caller) ?? null },
      ...{ at: at.toISOString(), by: byWhom(visit, codiceFiscale), operator: channel === 'counter' ? actor : null },
      looked: KINDS.filter((kind) => seen.some((line) => kindOf(line) === kind)),
      types: certificateType.options.filter((type) => types.includes(type)),
      uses: channel === 'counter' ? purpose.options.filter((use) => seen.some((line) => useOf(line) === use)) : [],
    }
  })
  // A visit in which ANPR told nothing, and that was nobody's attempt, tells a person nothing either.
  return { accesses: accesses.filter(({ looked, by }) => looked.length > 0 || by === 'stranger'), more }
}

/** As a totem of an earlier version takes it: an operator's look is an office's. */
export const withoutCounter = ({ accesses, more }: OwnAccesses): OwnAccessesTold => ({
  more,
  accesses: accesses.flatMap(({ operator: _, uses: __, by, looked, ...access }) => {
    const known = looked.filter((kind) => kind !== 'accesses')
    const isOperator = by === 'operator' || by === 'operatorRelative'
    if (known.length === 0 && by !== 'stranger') return []
    return [{ ...access, by: isOperator ? 'office' : by, looked: known }]
  }),
})

/** The offices that asked about lists, by their requests: which body, for what, by whose leave. */
async function bodiesOf(db: Database, lines: readonly Line[]): Promise<Map<string, string>> {
  const requests = [
    ...new Set(lines.flatMap(({ channel, operation }) => (channel === 'console' && operation ? [operation] : []))),
  ]
  if (requests.length === 0) return new Map()
  const { rows } = await sql<{ id: string; said: string }>`
    select id, fruitore_nome || ', ' || ufficio_nome || ': ' || motivo as said
    from richiesta where id = any(${requests}::text[])`.execute(db)
  return new Map(rows.map(({ id, said }) => [id, said]))
}

/** Where desks stand: by the name of their post office, or by its code where no totem stands beside them. */
async function postOfficesOf(db: Database, lines: readonly Line[]): Promise<Map<string, string>> {
  const desks = [...new Set(lines.flatMap(({ channel, caller }) => (channel === 'counter' ? [caller] : [])))]
  if (desks.length === 0) return new Map()
  const { rows } = await sql<{ desk: string; name: string }>`
    select desk, coalesce((select min(name) from totem_place where totem_place.office = at.office), at.office) as name
    from unnest(${desks}::text[]) as desk, regexp_replace(desk, '-[0-9]{2}$', '') as at (office)`.execute(db)
  return new Map(rows.map(({ desk, name }) => [desk, name]))
}

/** At a console an operator looks for an office, and nobody asks for themselves. */
function byWhom(visit: readonly [Line, ...Line[]], codiceFiscale: string): OwnAccess['by'] {
  const [{ channel, requester }] = visit
  if (channel === 'console') return 'office'
  const isOwn = requester === codiceFiscale || requester === null
  if (!isOwn && isTurnedAway(visit)) return 'stranger'
  if (channel === 'counter') return isOwn ? 'operator' : 'operatorRelative'
  return isOwn ? 'self' : 'relative'
}

/** Outcomes of lines by which somebody has seen something. */
const SEEN = new Set(['shown', 'issued'])
const isTurnedAway = (visit: readonly Line[]) =>
  visit.every(({ outcome }) => !SEEN.has(outcome)) && visit.some(({ outcome }) => outcome === 'not-in-family')

/** Lines come newest first; those of different visits may lie between each other. */
function visitsIn(lines: readonly Line[]): [Line, ...Line[]][] {
  const visits: [Line, ...Line[]][] = []
  for (const line of lines) {
    const visit = visits.findLast(
      ([newest, ...others]) =>
        newest.caller === line.caller &&
        newest.requester === line.requester &&
        newest.actor === line.actor &&
        (line.channel !== 'console' || newest.operation === line.operation) &&
        +(others.at(-1) ?? newest).at - +line.at < VISIT_MS,
    )
    if (visit) visit.push(line)
    else visits.push([line])
  }
  return visits
}

const KINDS: OwnAccess['looked'] = ['certificate', 'data', 'accesses', 'family', 'identity']

const certificatesOf = ({ types }: Line): CertificateType[] =>
  types.split(' ').flatMap((type) => {
    const known = certificateType.safeParse(type)
    return known.success ? [known.data] : []
  })

/** What a line is about. C019 and C007 say only whether a person is alive, C030 only who they are. */
function kindOf(line: Line): OwnAccess['looked'][number] {
  if (certificatesOf(line).length > 0) return 'certificate'
  const [service = ''] = line.types.split(' ')
  if (service === 'C021') return 'family'
  if (service === ACCESSES) return 'accesses'
  return ['C030', 'C019', 'C007'].includes(service) ? 'identity' : 'data'
}

/** For whom an operator has asked: for a public office there are only the facts of a declaration. */
function useOf(line: Line): Purpose | null {
  if (kindOf(line) === 'data') return 'publicBody'
  if (kindOf(line) !== 'certificate') return null
  return exemption.safeParse(line.exemption).data ?? 'privateParty'
}
