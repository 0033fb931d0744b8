import { sql } from 'kysely'
import { DAY_MS } from '../../../basics/time.ts'
import { settlementOf } from '../../../catalogue/bollo.ts'
import type { Bollo } from '../../../contract/bollo.ts'
import { exemption, sheetTypes } from '../../../contract/catalogue.ts'
import type { Answer, Body } from '../../../contract/console/api.ts'
import { familySheetOf } from '../../citizen/family.ts'
import { withPayments } from '../../payments/tables.ts'
import { append, type Doer } from '../audit/chain.ts'
import type { Desk } from './desk.ts'
import type { CounterGround } from './ground.ts'
import { receipt, refused, reissued, visitOf } from './papers.ts'

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
  state: 'pending' | 'issued'
  subject: string | null
  exemption: string | null
  mark: string | null
}

/** What a person has asked for at totems, of which ANPR gives the same certificate once more. */
async function requestsOf({ db, now }: CounterGround, requester: string, only?: { totem: string; operation: string }) {
  const { rows } = await sql<Row>`
    select operation.totem, operation.id, anpr_id, operation.types, received_at, state, line.subject, line.exemption, paid.mark
    from operation
    left join lateral (
      select subject, exemption from access_log
      where channel = 'totem' and caller = operation.totem and operation = operation.id and outcome = 'issued'
      order by access_log.id desc limit 1
    ) line on true
    left join contrassegno paid on paid.totem = operation.totem and paid.operation = operation.id
    where requester = ${requester} and received_at > ${new Date(+now() - KEPT_MS)}::timestamptz and types is not null
      and state in ('pending', 'issued') and operation.totem ~ '^[A-Z]{2}-[0-9]{4}$'
      and (${only?.totem ?? null}::text is null
        or (operation.totem = ${only?.totem ?? null} and operation.id = ${only?.operation ?? null}))
    order by received_at desc limit 50`.execute(db)
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
  return {
    requests: rows.map(({ totem, id, types, received_at, state, mark }) => ({
      ...{ totem, operation: id, office: offices.get(totem) ?? null, receivedAt: received_at.toISOString() },
      types: sheetTypes.parse(types.split(' ')),
      state: state === 'pending' ? ('pending' as const) : mark === null ? ('here' as const) : ('needs-mark' as const),
    })),
  }
}

/**
 * Gives a certificate that its person has asked for at a totem. The gateway keeps neither request nor certificate: the wish is
 * put together from what the access log says of it, whose hashes only this person's own family answers to, and ANPR gives
 * what it has issued under that id. A mark's digits are asked again, and are the mark's that has paid.
 */
export async function collect(
  ground: CounterGround,
  desk: Desk,
  doer: Doer,
  { visit: token, totem, operation, mark }: Body<'counterCollect'>,
): Promise<Answer<'counterCollect'>> {
  const of = await visitOf(ground, desk, token, { mark: mark !== null })
  if ('why' in of) return refused(of.why)
  const { visit, holder } = of
  // SECURITY: found by who was proved there, never by its id alone.
  const [row] = await requestsOf(ground, holder.requester, { totem, operation })
  if (row?.state !== 'issued') return refused('request-malformed')
  const bollo = await bolloOf(ground, row, mark)
  if (bollo === null) return refused('contrassegno-used')
  const sheet = await familySheetOf(ground.looking, holder)
  if (!sheet.ok) return refused(sheet.error.kind, sheet.error.anpr)
  const people = [holder.idAnpr, ...sheet.value.members.flatMap(({ idAnpr }) => idAnpr ?? [])]
  const subject = people.find((idAnpr) => ground.reference(idAnpr) === row.subject)
  if (subject === undefined) return refused('not-in-family')
  const types = sheetTypes.parse(row.types.split(' '))
  const looker = { caller: desk.caller, requester: holder.requester, operation }
  for (const language of sheet.value.languages) {
    const wish = { subject, types, bollo, language, requester: holder.idAnpr, comune: holder.comune }
    const again = await reissued(ground, looker, row.anpr_id, wish)
    if (!again.ok && again.anpr === OTHER_WISH) continue
    if (!again.ok) return { became: 'unknown' }
    const at = ground.now()
    await ground.db.transaction().execute(async (transaction) => {
      const { station, office, number, operator } = desk
      await transaction
        .insertInto('counter_paper')
        .values({
          ...{ station, operation, visit: visit.id, at, office, number, operator, of_totem: totem, answered: null },
          ...{ kind: 'collected', types: row.types, mark: false, state: 'issued' },
        })
        .onConflict((conflict) =>
          conflict.columns(['station', 'operation']).doUpdateSet({ answered: null, at, visit: visit.id }),
        )
        .execute()
      await append(transaction, doer, { deed: 'counter.collect', object: operation, detail: { totem } }, at)
    })
    const settlement = settlementOf(bollo, ground.chargesIn(holder.comune))
    return {
      ...{ became: 'issued', pdf: again.value.pdf },
      receipt: receipt(ground, desk, { operation, types, certificate: again.value, settlement }),
    }
  }
  return { became: 'unknown' }
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
