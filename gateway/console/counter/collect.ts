import { type Selectable, sql } from 'kysely'
import { DAY_MS } from '../../../basics/time.ts'
import { settlementOf } from '../../../catalogue/bollo.ts'
import type { Bollo } from '../../../contract/bollo.ts'
import { exemption, sheetTypes } from '../../../contract/catalogue.ts'
import type { Answer, Body } from '../../../contract/console/api.ts'
import type { CounterRefusal } from '../../../contract/console/counter.ts'
import { familySheetOf } from '../../citizen/family.ts'
import { withPayments } from '../../payments/tables.ts'
import { append, type Doer } from '../audit/chain.ts'
import type { ConsoleDatabase, ConsoleTables, ConsoleTransaction } from '../tables.ts'
import type { Desk } from './desk.ts'
import type { CounterGround } from './ground.ts'
import { receipt, refused, reissued, sheetOf, visitOf } from './papers.ts'

/** As long as a totem keeps what it was asked for. */
const KEPT_MS = 30 * DAY_MS
/** ANPR's answer to an id that it knows with another wish. */
const OTHER_WISH = 'EN079'

interface Row {
  totem: string
  id: string
  anpr_id: string
  types: string
  received_at: Date
  settled_at: Date | null
  state: 'pending' | 'issued'
  subject: string | null
  exemption: string | null
  mark: string | null
  /** Its totem's printer has acknowledged every page. */
  printed: boolean
}

/** What a person has asked for at totems, of which ANPR gives the same certificate once more. */
async function requestsOf({ db, now }: CounterGround, requester: string, only?: { totem: string; operation: string }) {
  const { rows } = await sql<Row>`
    with asked as materialized (
      select totem, id, anpr_id, types, received_at, settled_at, state from operation
      where requester = ${requester} and received_at > ${new Date(+now() - KEPT_MS)}::timestamptz and types is not null
        and state in ('pending', 'issued') and totem ~ '^[A-Z]{2}-[0-9]{4}$'
        and (${only?.totem ?? null}::text is null
          or (totem = ${only?.totem ?? null} and id = ${only?.operation ?? null}))
      order by received_at desc limit 50
    ), printed as (
      select totem, fields ->> 'job' as job
      from journal_entry
      where totem in (select totem from asked) and received_at >= (select min(received_at) from asked)
        and event in ('print.rendered', 'print.acknowledged')
      group by 1, 2
      having count(distinct fields ->> 'page') filter (where event = 'print.acknowledged')
        >= max((fields ->> 'pages')::integer) filter (where event = 'print.rendered')
    )
    select operation.totem, operation.id, anpr_id, operation.types, received_at, settled_at, state, line.subject, line.exemption, paid.mark,
      exists (select from printed where printed.totem = operation.totem and job = operation.id || '.certificate') as printed
    from asked as operation
    left join lateral (
      select subject, exemption from access_log
      where channel = 'totem' and caller = operation.totem and operation = operation.id and outcome = 'issued'
      order by access_log.id desc limit 1
    ) line on true
    left join contrassegno paid on paid.totem = operation.totem and paid.operation = operation.id
    order by received_at desc`.execute(db)
  // What a notice of pagoPA has paid for is printed where it was paid.
  return rows.filter(({ state, exemption: free, mark }) => state === 'pending' || free !== null || mark !== null)
}

export async function waiting(
  ground: CounterGround,
  desk: Desk,
  { visit: token }: Body<'counterWaiting'>,
): Promise<Answer<'counterWaiting'>> {
  const of = await visitOf(ground, desk, token)
  if ('why' in of) return { requests: [] }
  const [rows, offices] = [await requestsOf(ground, of.holder.requester), await ground.offices()]
  const given = await Promise.all(rows.map((row) => givenOf(ground.db, row)))
  return {
    requests: rows.flatMap(({ totem, id, types, received_at, state, mark, printed }, index) => {
      const before = given[index] ?? []
      if (printed || hasCome(before)) return []
      return {
        ...{ totem, operation: id, office: offices.get(totem) ?? null, receivedAt: received_at.toISOString() },
        types: sheetTypes.parse(types.split(' ')),
        state: state === 'pending' ? 'pending' : mark === null ? 'here' : 'needs-mark',
        given: before.length > 0,
      }
    }),
  }
}

type Given = Pick<Selectable<ConsoleTables['counter_paper']>, 'station' | 'operation' | 'operator' | 'answered'>

/** The sheets that counters have given for a totem's request. */
const givenOf = (
  db: ConsoleDatabase | ConsoleTransaction,
  { totem, id }: Pick<Row, 'totem' | 'id'>,
): Promise<Given[]> =>
  db
    .selectFrom('counter_paper')
    .select(['station', 'operation', 'operator', 'answered'])
    .where('of_totem', '=', totem)
    .where('of_operation', '=', id)
    .execute()

const hasCome = (given: readonly Given[]) => given.some(({ answered }) => answered === 'printed')

/**
 * SECURITY: one request is one sheet, whoever asks at however many counters; a second one is a reprint that is counted, and there
 * is none of a sheet that came out well. `again`: its own operator asks for this very sheet once more.
 */
function judged(
  given: readonly Given[],
  { station, operator }: Desk,
  { sheet, reprint }: Pick<Body<'counterCollect'>, 'sheet' | 'reprint'>,
): CounterRefusal | 'give' | 'again' {
  if (hasCome(given)) return 'already-given'
  const own = given.find((one) => one.station === station && one.operation === sheet)
  if (own) return own.operator === operator && own.answered === null ? 'again' : 'already-given'
  return given.length === 0 || reprint ? 'give' : 'reprint-only'
}

/**
 * Gives a certificate that its person has asked for at a totem. The gateway keeps neither request nor certificate: the wish is
 * put together from what the access log says of it, whose hashes only this person's own family answers to, and ANPR gives
 * what it has issued under that id. A mark's digits are asked again, and are the mark's that has paid. `sheet` is the hand-over's
 * own id, which the page has fixed before.
 */
export async function collect(
  ground: CounterGround,
  desk: Desk,
  doer: Doer,
  { visit: token, sheet, totem, operation, mark, reprint }: Body<'counterCollect'>,
): Promise<Answer<'counterCollect'>> {
  const of = await visitOf(ground, desk, token, { mark: mark !== null })
  if ('why' in of) return refused(of.why)
  const { visit, holder } = of
  // SECURITY: found by who was proved there, never by its id alone.
  const [row] = await requestsOf(ground, holder.requester, { totem, operation })
  if (row?.state !== 'issued') return refused('request-malformed')
  if (row.printed) return refused('already-given')
  const why = judged(await givenOf(ground.db, row), desk, { sheet, reprint })
  if (why !== 'give' && why !== 'again') return refused(why)
  const bollo = await bolloOf(ground, row, mark)
  if (bollo === null) return refused('contrassegno-used')
  const family = await familySheetOf(ground.looking, holder)
  if (!family.ok) return refused(family.error.kind, family.error.anpr)
  const people = [holder.idAnpr, ...family.value.members.flatMap(({ idAnpr }) => idAnpr ?? [])]
  const subject = people.find((idAnpr) => ground.reference(idAnpr) === row.subject)
  if (subject === undefined) return refused('not-in-family')
  const types = sheetTypes.parse(row.types.split(' '))
  const looker = { caller: desk.caller, requester: holder.requester, operation }
  for (const language of family.value.languages) {
    const wish = { subject, types, bollo, language, requester: holder.idAnpr, comune: holder.comune }
    const again = await reissued(ground, looker, row.anpr_id, wish)
    if (!again.ok && again.anpr === OTHER_WISH) continue
    if (!again.ok) return { became: 'unknown' }
    const given = await give(ground, desk, doer, { row, visit, sheet, reprint })
    if (typeof given === 'string') return refused(given)
    const settlement = settlementOf(bollo, ground.chargesIn(holder.comune))
    return {
      ...{ became: 'issued', pdf: again.value.pdf, sheet },
      receipt: receipt(ground, desk, {
        operation,
        issuedAt: row.settled_at ?? row.received_at,
        types,
        certificate: again.value,
        settlement,
        reprint: given.reprint,
      }),
    }
  }
  return { became: 'unknown' }
}

/** The sheet, before its page has it; earlier ones that nobody has answered for are void by it. */
function give(
  { db, now }: CounterGround,
  desk: Desk,
  doer: Doer,
  { row, visit, ...wanted }: { row: Row; visit: { id: string } } & Pick<Body<'counterCollect'>, 'sheet' | 'reprint'>,
): Promise<CounterRefusal | { reprint: number }> {
  const at = now()
  const { totem, id: operation, types } = row
  return db.transaction().execute(async (transaction) => {
    await sql`select pg_advisory_xact_lock(hashtextextended(${`collect ${totem} ${operation}`}, 0))`.execute(
      transaction,
    )
    const before = await givenOf(transaction, row)
    const why = judged(before, desk, wanted)
    if (why === 'again') return { reprint: before.length - 1 }
    if (why !== 'give') return why
    const reprint = before.length
    const made = await transaction
      .insertInto('counter_paper')
      .values({
        ...sheetOf(desk, visit, wanted.sheet, at),
        ...{ of_totem: totem, of_operation: operation, reprint, kind: 'collected', types, state: 'issued' },
      })
      .onConflict((conflict) => conflict.columns(['station', 'operation']).doNothing())
      .returning('operation')
      .executeTakeFirst()
    // The id of another sheet: nothing was given, and no earlier one is void.
    if (!made) return 'request-malformed'
    await transaction
      .updateTable('counter_paper')
      .set({ answered: 'void' })
      .where('of_totem', '=', totem)
      .where('of_operation', '=', operation)
      .where('reprint', '<', reprint)
      .where('answered', 'is', null)
      .execute()
    const deed = reprint === 0 ? 'counter.collect' : 'counter.reprint'
    await append(transaction, doer, { deed, object: wanted.sheet, detail: { totem, operation, reprint } }, at)
    return { reprint }
  })
}

async function bolloOf(
  { db, reference }: CounterGround,
  row: Row,
  mark: Body<'counterCollect'>['mark'],
): Promise<Bollo | null> {
  const free = exemption.safeParse(row.exemption)
  if (free.success) return { kind: 'exempt', exemption: free.data }
  if (mark === null) return null
  const paid = await withPayments(db)
    .selectFrom('contrassegno')
    .select('mark')
    .where('totem', '=', row.totem)
    .where('operation', '=', row.id)
    .executeTakeFirst()
  return paid?.mark === reference(`contrassegno ${mark.number}`) ? { kind: 'contrassegno', ...mark } : null
}
