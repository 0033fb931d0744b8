import { type Selectable, sql, type Transaction } from 'kysely'
import { type Clock, DAY_MS } from '../../basics/time.ts'
import { type CertificateType, certificateType } from '../../contract/catalogue.ts'
import { LIVE } from '../../contract/pagopa.ts'
import type { Bell } from '../operations/bell.ts'
import type { Database, JobData, Tables } from '../store/schema.ts'
import { type Happening, happen, type Paying, taskOf } from './machine.ts'
import { noticeOf } from './notice.ts'
import type { Receipt } from './receipt.ts'
import { type PaymentDatabase, type PaymentTables, withPayments } from './tables.ts'

export type NoticeRow = Selectable<PaymentTables['payment']>
type RefundRow = Selectable<PaymentTables['refund']>
/** The certificate that is paid for, by references (access/references.ts). */
export interface Bought {
  requester: string
  subject: string
  types: string
}

/** Live notices of one person: somebody pays for a certificate or two. */
const MOST_LIVE = 6
/** A task that a gateway has taken belongs to another after so long. */
const LEASE_MS = 60_000
const AT_ONCE = 8
const FIRST_LOOK_MS = 5_000

/** Bells: a payment that has changed, and work for whoever asks pagoPA (tend.ts). */
export const bellOf = (id: string): string => `payment:${id}`
export const TEND = 'payments'

/** Notices in the database. Each change is a step of machine.ts on rows that are locked. */
export interface Notices {
  /**
   * The notice for this certificate: the one that waits already, or a new one of this id. `taken`: the id is another
   * payment's. `too-many`: the person has as many as one may.
   */
  begin(id: string, bought: Bought, cents: number): Promise<NoticeRow | 'taken' | 'too-many'>
  find(id: string, requester: string): Promise<NoticeRow | null>
  /** What a person may be told of at their next visit: what can be paid, has been paid, or comes back. */
  pendingOf(requester: string): Promise<NoticeRow[]>
  /** Money of these payments that has not gone back yet, oldest first. */
  refundsOf(payments: readonly NoticeRow[]): Promise<RefundRow[]>
  /** pagoPA, or the citizen, has done something to it. */
  happened(id: string, step: Step): Promise<void>
  /** A receipt that came by either way. `unknown`: no notice of ours. */
  heard(receipt: Receipt): Promise<'taken' | 'repeated' | 'refund' | 'unknown' | 'ignored'>
  /** The notice has paid for this operation. False: it is not paid, not for this certificate, or has paid for another. */
  spend(notice: string, bought: Bought, operation: JobData): Promise<boolean>
  /** The notice could pay for this certificate. */
  canPay(notice: string, bought: Bought): Promise<boolean>
  /** Operations were refused, in the transaction that refuses them. */
  refused(
    transaction: Transaction<Tables>,
    operations: readonly (JobData & { refusal: string; forGood: boolean })[],
  ): Promise<void>
  /** pagoPA knows another notice by this number: the payment gets the next one. */
  renumber(id: string): Promise<void>
  /** Payments about which pagoPA is to be asked now; nobody else gets them for a while. */
  due(): Promise<NoticeRow[]>
  /** When pagoPA is to be asked again. */
  again(id: string, at: Date): Promise<void>
  /** Somebody waits for this payment: pagoPA is asked at once. */
  hurry(id: string): Promise<void>
}

export type Step = { kind: 'opened' | 'withdrawal' } | { kind: 'closed'; how: 'lapsed' | 'withdrawn' }

export function createNotices({
  db: plain,
  bell,
  segregation,
  daysToPay,
  now,
}: {
  db: Database
  bell: Bell
  segregation: string
  daysToPay: number
  now: Clock
}): Notices {
  const db = withPayments(plain)

  /** Runs one event on the payments of a certificate, and answers which of them have changed. */
  async function run(on: PaymentDatabase, bought: Bought, event: Happening): Promise<NoticeRow[]> {
    const rows = await locked(on, bought)
    const { payments, refunds } = happen(rows.map(payingOf), event)
    const changed = payments.flatMap((paying) => {
      const before = rows.find(({ id }) => id === paying.id)
      const isSame = before && JSON.stringify(payingOf(before)) === JSON.stringify(paying)
      return isSame ? [] : [rowOf(paying, before ?? freshRow(paying, bought), now())]
    })
    // At every moment one of them is live at most: what makes room comes first.
    for (const row of changed.toSorted((one, other) => Number(LIVE.has(one.state)) - Number(LIVE.has(other.state))))
      await on
        .insertInto('payment')
        .values(row)
        .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
        .execute()
    if (refunds.length > 0)
      await on
        .insertInto('refund')
        .values(refunds.map((refund) => ({ ...refund, asked_at: now(), refunded_at: null, refunded_by: null })))
        .execute()
    return changed
  }
  const freshRow = ({ id, notice, cents }: Paying, bought: Bought): NoticeRow => ({
    ...{ id, ...bought, notice, cents, state: 'created', closing: false, receipt: null, totem: null, operation: null },
    ...{ refusal: null, made_at: now(), due_at: new Date(+now() + daysToPay * DAY_MS), look_at: null, looks: 0 },
  })
  const tell = (changed: readonly NoticeRow[]) => {
    for (const { id } of changed) bell.ring(bellOf(id))
    if (changed.some(({ look_at }) => look_at !== null)) bell.ring(TEND)
  }
  const byId = (id: string) => db.selectFrom('payment').selectAll().where('id', '=', id).executeTakeFirst()
  const byNotice = (on: PaymentDatabase, notice: string) =>
    on.selectFrom('payment').selectAll().where('notice', '=', notice).executeTakeFirst()
  const within = <T>(work: (transaction: PaymentDatabase) => Promise<T>): Promise<T> =>
    db.transaction().execute((transaction) => work(transaction))

  return {
    async begin(id, bought, cents) {
      const { row, changed } = await within(
        async (on): Promise<{ row: NoticeRow | 'taken' | 'too-many'; changed: NoticeRow[] }> => {
          await sql`select pg_advisory_xact_lock(hashtextextended(${`payments ${bought.requester}`}, 0))`.execute(on)
          const own = await on.selectFrom('payment').selectAll().where('requester', '=', bought.requester).execute()
          const live = own.filter(({ state }) => LIVE.has(state))
          const known = live.find((row) => isFor(row, bought))
          if (known) return { row: known, changed: [] }
          const taken = await on.selectFrom('payment').selectAll().where('id', '=', id).executeTakeFirst()
          if (taken) return { row: isFor(taken, bought) ? taken : 'taken', changed: [] }
          if (live.length >= MOST_LIVE) return { row: 'too-many', changed: [] }
          const changed = await run(on, bought, {
            kind: 'asked',
            payment: { id, notice: await nextNotice(on, segregation), cents },
          })
          return { row: changed.find((row) => row.id === id) ?? 'taken', changed }
        },
      )
      tell(changed)
      return row
    },

    async find(id, requester) {
      const row = await byId(id)
      return row?.requester === requester ? row : null
    },

    pendingOf: (requester) =>
      db
        .selectFrom('payment')
        .selectAll()
        .where('requester', '=', requester)
        .where(({ or, eb, exists, selectFrom }) =>
          or([
            eb('state', 'in', [...LIVE]),
            exists(
              selectFrom('refund')
                .select('receipt')
                .whereRef('refund.payment', '=', 'payment.id')
                .where('refunded_at', 'is', null),
            ),
          ]),
        )
        .orderBy('made_at')
        .execute(),

    refundsOf: async (payments) =>
      payments.length === 0
        ? []
        : db
            .selectFrom('refund')
            .selectAll()
            .where(
              'payment',
              'in',
              payments.map(({ id }) => id),
            )
            .where('refunded_at', 'is', null)
            .orderBy('asked_at')
            .execute(),

    async happened(id, step) {
      const row = await byId(id)
      if (row) tell(await within((on) => run(on, row, { ...step, id })))
    },

    async heard({ id: receipt, notice, outcome, cents }) {
      const row = await byNotice(db, notice)
      if (!row) return 'unknown'
      if (outcome !== 'OK') return 'ignored'
      const { how, changed } = await within(async (on) => {
        const isNew = await on
          .insertInto('payment_receipt')
          .values({ id: receipt, payment: row.id, cents, heard_at: now() })
          .onConflict((conflict) => conflict.column('id').doNothing())
          .returning('id')
          .executeTakeFirst()
        if (!isNew) return { how: 'repeated' as const, changed: [] }
        const changed = await run(on, row, { kind: 'receipt', id: row.id, receipt, cents })
        const refund = await on.selectFrom('refund').select('receipt').where('receipt', '=', receipt).executeTakeFirst()
        return { how: refund ? ('refund' as const) : ('taken' as const), changed }
      })
      tell(changed)
      return how
    },

    async spend(notice, bought, { totem, operation }) {
      const { isSpent, changed } = await within(async (on) => {
        // A late gateway takes nothing for a settled operation. The settlement locks the operation first too.
        const { rows } = await sql`
          select id from operation where totem = ${totem} and id = ${operation} and state = 'pending' for share`.execute(
          on,
        )
        const row = await byNotice(on, notice)
        if (rows.length === 0 || !row || !isFor(row, bought)) return { isSpent: false, changed: [] }
        const spentOn = keyOf({ totem, operation })
        const changed = await run(on, bought, { kind: 'spent', id: row.id, operation: spentOn })
        const now = changed.find(({ id }) => id === row.id) ?? (await byNotice(on, notice))
        return { isSpent: now !== undefined && payingOf(now).spentOn === spentOn, changed }
      })
      tell(changed)
      return isSpent
    },

    async canPay(notice, bought) {
      const row = await byNotice(db, notice)
      return row !== undefined && isFor(row, bought) && row.state === 'paid'
    },

    async refused(transaction, operations) {
      for (const { totem, operation, refusal, forGood } of operations) {
        const on = transaction.$extendTables<PaymentTables>() as unknown as PaymentDatabase
        const row = await on
          .selectFrom('payment')
          .selectAll()
          .where('totem', '=', totem)
          .where('operation', '=', operation)
          .executeTakeFirst()
        if (row) tell(await run(on, row, { kind: 'refused', operation: keyOf({ totem, operation }), refusal, forGood }))
      }
    },

    async renumber(id) {
      await within(async (on) => {
        const notice = await nextNotice(on, segregation)
        await on.updateTable('payment').set({ notice }).where('id', '=', id).where('state', '=', 'created').execute()
      })
    },

    async due() {
      const { rows } = await sql<NoticeRow>`
        update payment set look_at = ${new Date(+now() + LEASE_MS)}::timestamptz, looks = looks + 1
        where id in (
          select id from payment where look_at <= ${now()}::timestamptz order by look_at limit ${AT_ONCE} for update skip locked
        ) returning *`.execute(db)
      return rows
    },

    async again(id, at) {
      await db
        .updateTable('payment')
        .set({ look_at: at })
        .where('id', '=', id)
        .where('look_at', 'is not', null)
        .execute()
    },

    async hurry(id) {
      await db
        .updateTable('payment')
        .set({ look_at: now() })
        .where('id', '=', id)
        .where('look_at', '>', now())
        .where('state', 'in', ['created', 'open'])
        .execute()
      bell.ring(TEND)
    },
  }
}

const isFor = (row: Bought, { requester, subject, types }: Bought): boolean =>
  row.requester === requester && row.subject === subject && row.types === types

/** The types of a sheet as the table has them: the same set is always the same text. */
export const typesText = (types: readonly CertificateType[]): string =>
  certificateType.options.filter((type) => types.includes(type)).join(' ')

const keyOf = ({ totem, operation }: JobData): string => `${totem} ${operation}`

/** The payments of one certificate, which nobody else changes until this transaction ends. */
async function locked(on: PaymentDatabase, { requester, subject, types }: Bought): Promise<NoticeRow[]> {
  await sql`
    select pg_advisory_xact_lock(hashtextextended(${`payment ${requester} ${subject} ${types}`}, 0))`.execute(on)
  return on
    .selectFrom('payment')
    .selectAll()
    .where('requester', '=', requester)
    .where('subject', '=', subject)
    .where('types', '=', types)
    .orderBy('made_at')
    .execute()
}

async function nextNotice(on: PaymentDatabase, segregation: string): Promise<string> {
  const { rows } = await sql<{ count: string }>`select nextval('payment_notice') as count`.execute(on)
  return noticeOf(segregation, BigInt(rows[0]?.count ?? 0))
}

const payingOf = ({ id, notice, cents, state, closing, receipt, totem, operation, refusal }: NoticeRow): Paying => ({
  ...{ id, notice, cents, state, closing, receipt, refusal },
  spentOn: totem !== null && operation !== null ? keyOf({ totem, operation }) : null,
})

/** The row of a payment after a step. What is to be done at pagoPA is done at once; nobody has paid in the first seconds. */
function rowOf({ spentOn, ...paying }: Paying, before: NoticeRow, now: Date): NoticeRow {
  const [totem = null, operation = null] = spentOn?.split(' ') ?? []
  const task = taskOf(paying, before.due_at, now)
  const look_at = task === null ? null : task === 'look' ? new Date(+now + FIRST_LOOK_MS) : now
  return { ...before, ...paying, totem, operation, look_at }
}
