import { createHash } from 'node:crypto'
import type { Selectable } from 'kysely'
import { ulid } from 'ulid'
import { DAY_MS, italianDay, MINUTE_MS } from '../../../basics/time.ts'
import { settlementOf } from '../../../catalogue/bollo.ts'
import { validMonthsOf } from '../../../catalogue/certificates.ts'
import { conditions, declarationWords } from '../../../catalogue/declaration-words.ts'
import { type CertificateType, sheetTypes } from '../../../contract/catalogue.ts'
import type { Answer, Body } from '../../../contract/console/api.ts'
import type { CounterReceipt, CounterRefusal } from '../../../contract/console/counter.ts'
import { LOGIN_REQUESTS } from '../../../contract/gateway.ts'
import { entitled } from '../../access/entitled.ts'
import type { Certificate } from '../../anpr/certificate.ts'
import { problemOf } from '../../anpr/problems.ts'
import { previewOf } from '../../citizen/preview.ts'
import type { Holder } from '../../citizen/session.ts'
import { visuraOf } from '../../citizen/visura.ts'
import { certify } from '../../operations/decide.ts'
import type { Settlement } from '../../store/operations.ts'
import { append, type Doer } from '../audit/chain.ts'
import { digest } from '../identity/secrets.ts'
import type { ConsoleTables } from '../tables.ts'
import type { Desk } from './desk.ts'
import type { CounterGround } from './ground.ts'

/** A sheet that nobody has answered for by then may lie anywhere. */
const ANSWER_MS = 10 * MINUTE_MS
/** How long a sheet waits for its operator's answer on their screen. */
const ASKED_FOR_MS = 30 * DAY_MS

type Issued = Answer<'counterIssue'>
type Visit = Selectable<ConsoleTables['counter_visit']>
export const refused = (kind: CounterRefusal, anpr: string | null = null) =>
  ({ became: 'refused', problem: { kind, anpr } }) as const

/** The visit that this token opens at this desk, with its person; a string: why not. */
export async function visitOf(
  { db, citizens }: CounterGround,
  desk: Desk,
  token: string,
  about: { mark?: boolean } = {},
): Promise<{ visit: Visit; holder: Holder & { requester: string } } | { why: CounterRefusal }> {
  const visit = await db
    .selectFrom('counter_visit')
    .selectAll()
    .where('token_hash', '=', digest(token))
    .where('session', '=', desk.session)
    .executeTakeFirst()
  if (!visit) return { why: 'session-expired' }
  const holder = await citizens.holder(desk.caller, token, about)
  if (!holder.ok) return { why: holder.error.kind }
  return { visit, holder: { ...holder.value, requester: visit.person } }
}

export async function show(
  ground: CounterGround,
  desk: Desk,
  { visit: token, ...wish }: Body<'counterPreview'>,
): Promise<Answer<'counterPreview'>> {
  const of = await visitOf(ground, desk, token, { mark: wish.bollo.kind !== 'exempt' })
  if ('why' in of) return refused(of.why)
  const sheet = await previewOf(ground.looking, of.holder, wish)
  return sheet.ok ? { became: 'shown', pdf: sheet.value.pdf } : refused(sheet.error.kind, sheet.error.anpr)
}

/**
 * Issues a certificate under an id that the page has fixed before. The operation is recorded before ANPR is asked, as a totem's
 * is; the PDF goes to the page in the answer and is kept nowhere. Who asks again under the same id gets the same one.
 */
export async function issue(
  ground: CounterGround,
  desk: Desk,
  doer: Doer,
  { visit: token, operation, subject, types, bollo, language }: Body<'counterIssue'>,
): Promise<Issued> {
  const { db, looking, reference, terms, now } = ground
  const of = await visitOf(ground, desk, token, { mark: bollo.kind !== 'exempt' })
  if ('why' in of) return refused(of.why)
  const { visit, holder } = of
  const wish = { subject, types, bollo, language }
  const recorded = await record(ground, desk, visit, operation, wish)
  if (recorded === 'spent') return refused('evidence-spent')
  const { caller } = desk
  const stored = () =>
    db
      .selectFrom('operation')
      .selectAll()
      .where('totem', '=', desk.station)
      .where('id', '=', operation)
      .executeTakeFirstOrThrow()
  const row = await stored()
  // SECURITY: the id of another wish, or of another person's, gets nothing.
  if (row.requester !== holder.requester || row.digest !== digestOf(holder.requester, wish))
    return refused('request-malformed')
  const receiptOf = (certificate: Certificate, issuedAt: Date | null): CounterReceipt =>
    receipt(ground, desk, {
      ...{ operation, issuedAt: issuedAt ?? now() },
      types,
      certificate,
      settlement: settlementOf(bollo, ground.chargesIn(holder.comune)),
    })
  /** What holds of an operation that is settled. */
  async function told({
    state,
    refusal,
    refusal_anpr,
    settled_at,
  }: Pick<typeof row, 'state' | 'refusal' | 'refusal_anpr' | 'settled_at'>): Promise<Issued> {
    if (state === 'refused') return refused((refusal ?? 'request-malformed') as CounterRefusal, refusal_anpr)
    const again = await reissued(ground, { caller, requester: holder.requester, operation }, row.anpr_id, {
      ...{ ...wish, requester: holder.idAnpr },
      comune: holder.comune,
    })
    if (!again.ok) return { became: 'unknown' }
    // A gateway may have died between the settlement and its sheet.
    await becameOf(ground, desk, operation, 'issued', doer)
    return { became: 'issued', sheet: operation, pdf: again.value.pdf, receipt: receiptOf(again.value, settled_at) }
  }
  if (row.state !== 'pending') return told(row)

  const asking = looking.register.together()
  const decision = await certify(
    { register: asking, means: looking.means, reference, terms, anprId: row.anpr_id },
    caller,
    { requester: holder.requester, known: holder, codiceFiscale: null },
    { operation, requestedAt: row.received_at.toISOString(), ...wish },
    row.received_at,
  )
  if (decision.kind !== 'issued' && decision.kind !== 'refused') {
    await asking.told()
    return { became: 'unknown' }
  }
  const settlement: Settlement =
    decision.kind === 'issued'
      ? { state: 'issued', protocol: decision.certificate.protocol, outcome: null }
      : { state: 'refused', problem: decision.problem }
  const item = { id: operation, caller, settlement, access: decision.access, ends: await asking.ends() }
  // SECURITY: asked for twice at once, or given up meanwhile, it had another outcome before, by which a mark has paid or is free.
  if (!(await ground.settler(null, item))) return told(await stored())
  await becameOf(ground, desk, operation, decision.kind, doer)
  if (decision.kind === 'refused') return refused(decision.problem.kind, decision.problem.anpr)
  const { certificate, cents } = decision
  return {
    ...{ became: 'issued', sheet: operation },
    pdf: certificate.pdf,
    receipt: { ...receiptOf(certificate, null), cents },
  }
}

type Wish = Omit<Body<'counterIssue'>, 'visit' | 'operation'>
const digestOf = (requester: string, { subject, types, bollo, language }: Wish): string =>
  createHash('sha256')
    .update(JSON.stringify([requester, subject, types, bollo, language]))
    .digest('base64url')

/** The operation and its sheet, before anything is asked. `spent`: this visit has asked for as much as a log-in at a totem may. */
function record(
  { db, now }: CounterGround,
  desk: Desk,
  visit: Visit,
  operation: string,
  wish: Wish,
): Promise<'recorded' | 'spent'> {
  const at = now()
  return db.transaction().execute(async (transaction) => {
    await transaction.selectFrom('counter_visit').select('id').where('id', '=', visit.id).forUpdate().execute()
    const before = await transaction
      .selectFrom('counter_paper')
      .select('operation')
      .where('visit', '=', visit.id)
      .where('kind', '=', 'certificate')
      .execute()
    if (before.some((one) => one.operation === operation)) return 'recorded'
    if (before.length >= LOGIN_REQUESTS) return 'spent'
    const types = wish.types.join(' ')
    const made = await transaction
      .insertInto('operation')
      .values({
        ...{
          id: operation,
          totem: desk.station,
          digest: digestOf(visit.person, wish),
          express: true,
          state: 'pending',
        },
        ...{ received_at: at, settled_at: null, number: null, delivered_at: null, protocol: null, refusal: null },
        ...{ refusal_anpr: null, gate_transaction: null, requester: visit.person, types },
      })
      .onConflict((conflict) => conflict.columns(['totem', 'id']).doNothing())
      .returning('id')
      .executeTakeFirst()
    // Somebody else's id: the digest says so.
    if (!made) return 'recorded'
    await transaction
      .insertInto('counter_paper')
      .values({
        ...sheetOf(desk, visit, operation, at),
        ...{ kind: 'certificate', types, mark: wish.bollo.kind === 'contrassegno', state: 'asked' },
      })
      .execute()
    return 'recorded'
  })
}

export const sheetOf = (
  { station, office, number, operator }: Desk,
  visit: Pick<Visit, 'id'>,
  operation: string,
  at: Date,
) => ({
  ...{ station, operation, visit: visit.id, at, office, number, operator },
  ...{ of_totem: null, of_operation: null, answered: null },
})

async function becameOf(
  { db, now }: CounterGround,
  { station }: Desk,
  operation: string,
  state: 'issued' | 'refused',
  doer: Doer,
): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    const fresh = await transaction
      .updateTable('counter_paper')
      .set({ state })
      .where('station', '=', station)
      .where('operation', '=', operation)
      .where('state', '=', 'asked')
      .returning('operation')
      .executeTakeFirst()
    if (!fresh) return
    const deed = { deed: 'counter.issue', object: operation, outcome: state === 'issued' ? 'done' : 'refused' } as const
    await append(transaction, doer, deed, now())
  })
}

/** The certificate that ANPR has issued under this id, once more; the same only for the very same wish. */
export async function reissued(
  { looking: { register }, terms, now }: CounterGround,
  looker: Parameters<CounterGround['looking']['register']['askedBy']>[0],
  anprId: string,
  { comune, ...wish }: Wish & { requester: string; comune: string | null },
) {
  const looks = register.askedBy(looker)
  const may = await entitled(looks, wish, { day: italianDay(now()), terms, comune })
  if (!may.ok) return { ok: false, anpr: null } as const
  const { language, charges } = may.value
  const again = await looks.reissue(anprId, { ...wish, language, charges })
  return again.ok ? again : ({ ok: false, anpr: problemOf(again.error).anpr } as const)
}

export function receipt(
  { terms }: CounterGround,
  { office, number }: Desk,
  {
    operation,
    issuedAt,
    types,
    certificate: { protocol, idOperazioneAnpr },
    settlement: { cents, reference },
    reprint = 0,
  }: {
    operation: string
    /** From when on it counts, whenever it is handed over. */
    issuedAt: Date
    types: CertificateType[]
    certificate: Certificate
    settlement: Pick<ReturnType<typeof settlementOf>, 'cents' | 'reference'>
    reprint?: number
  },
): CounterReceipt {
  return {
    ...{ at: issuedAt.toISOString(), office, operator: number, operation, types, protocol, idOperazioneAnpr },
    ...{ cents, reference, reprint, validMonths: validMonthsOf(types, terms.validMonths) },
  }
}

/** The form of art. 46 for a public office: its words are the totem's, its facts are asked of ANPR for this alone. */
export async function declaration(
  ground: CounterGround,
  desk: Desk,
  { visit: token }: Body<'counterDeclaration'>,
): Promise<Answer<'counterDeclaration'>> {
  const of = await visitOf(ground, desk, token)
  if ('why' in of) return refused(of.why)
  const record = await visuraOf(ground.looking, of.holder)
  if (!record.ok) return refused(record.error.kind, record.error.anpr)
  const { title, subtitle, aware, declares, use, ...words } = declarationWords.it
  const { person } = record.value
  const at = ground.now()
  const operation = ulid(+at)
  await ground.db
    .insertInto('counter_paper')
    .values({ ...sheetOf(desk, of.visit, operation, at), kind: 'declaration', types: null, state: 'issued' })
    .execute()
  return {
    ...{ became: 'shown', operation, record: person },
    words: {
      ...{ title, subtitle, aware, declares, use, conditions, topics: words.topics },
      declarant: words.declarant[person.sex ?? 'N'],
    },
  }
}

/** Sheets of this operator for which they have not answered yet, oldest first. */
export async function openPapers(
  { db, now }: CounterGround,
  { operator }: Pick<Desk, 'operator'>,
): Promise<Answer<'counter'>['open']> {
  const rows = await db
    .selectFrom('counter_paper')
    .selectAll()
    .where('operator', '=', operator)
    .where('state', 'in', ['asked', 'issued'])
    .where('answered', 'is', null)
    .where('at', '>', new Date(+now() - ASKED_FOR_MS))
    .orderBy('at')
    .limit(100)
    .execute()
  return rows.map(({ operation, at, types, state, prints }) => ({
    ...{ operation, madeAt: at.toISOString(), prints },
    types: types === null ? null : (sheetTypes.safeParse(types.split(' ')).data ?? null),
    state: state === 'asked' ? 'unknown' : +now() - +at < ANSWER_MS ? 'to-answer' : 'incerto',
  }))
}

/** What the operator says of a sheet; false: it is none of theirs, or was answered for before. */
export async function answerFor(
  { db, now }: CounterGround,
  { operator }: Pick<Desk, 'operator'>,
  doer: Doer,
  { operation, said }: { operation: string; said: 'printed' | 'again' | 'void' },
): Promise<boolean> {
  return db.transaction().execute(async (transaction) => {
    const found = await transaction
      .updateTable('counter_paper')
      .set((set) => ({
        ...(said !== 'again' && { answered: said }),
        ...(said !== 'void' && { prints: set('prints', '+', 1) }),
      }))
      .where('operation', '=', operation)
      .where('operator', '=', operator)
      .where('answered', 'is', null)
      .where('state', 'in', said === 'void' ? ['asked', 'issued'] : ['issued'])
      .returning('operation')
      .executeTakeFirst()
    if (!found) return false
    await append(transaction, doer, { deed: `counter.${said}`, object: operation }, now())
    return true
  })
}
