import { sql } from 'kysely'
import type { Logger } from 'pino'
import { type Clock, DAY_MS, MINUTE_MS } from '../../../basics/time.ts'
import type { Register } from '../../access/register.ts'
import type { Listed } from '../../anpr/services.ts'
import type { AsActor } from '../as-actor.ts'
import { append } from '../audit/chain.ts'
import { NO_SIGHT } from '../permissions/matrix.ts'
import type { ConsoleDatabase, ConsoleTransaction } from '../tables.ts'
import { changed } from './changes.ts'
import { clockFrom, factsOf } from './decide.ts'
import { linesAfter, vouched } from './merkle.ts'
import { placeOf, takeBack } from './place.ts'
import { lockedRequest, type Request } from './rows.ts'
import { type Outage, termMovedBy } from './terms.ts'
import { looksOf } from './work.ts'

const LOOK_MS = MINUTE_MS
/** Minutes without a sign of the console that are no outage yet: a restart. */
const GAP_MS = 5 * MINUTE_MS
const MINUTES_KEPT_MS = 60 * DAY_MS
/** Results stay so long after the end; the rows of a request without any a day. */
const RESULTS_MS = 7 * DAY_MS
const NOTHING_MS = DAY_MS
/** A draft that nobody sends, or a suspended request that nobody takes back. */
const LEFT_MS = 7 * DAY_MS

const SELF = { person: null, role: null, session: null }

export interface TendParts {
  db: ConsoleDatabase
  asActor: AsActor
  register: Pick<Register, 'askedBy'>
  now: Clock
  log: Logger
}

export interface Tending {
  look(): Promise<void>
  stop(): Promise<void>
}

/** What becomes of requests by time alone: silence, what no longer holds, and erasure. Each can be done again to the same effect. */
export function tendRequests({ db, asActor, register, now, log }: TendParts): Tending {
  const working = <T>(id: string, work: (transaction: ConsoleTransaction) => Promise<T>) =>
    asActor(null, NO_SIGHT, async (transaction) => {
      await sql`select set_config('totem.richiesta', ${id}, true)`.execute(transaction)
      return work(transaction)
    })

  async function look(): Promise<void> {
    await sql`
      insert into console_minuto (at) values (date_trunc('minute', ${now()}::timestamptz)) on conflict do nothing`.execute(
      db,
    )
    await sql`delete from console_minuto where at < ${new Date(+now() - MINUTES_KEPT_MS)}`.execute(db)
    const waiting = await db
      .selectFrom('richiesta')
      .selectAll()
      .where('stato', '=', 'in_convalida')
      .orderBy('id')
      .execute()
    for (const one of waiting) await judge(one)
    await erase()
    await leaveLists()
    await vouch()
  }

  /** Under the row's lock: a person who decided a moment before has decided. */
  async function judge({ id, termine_da: counted }: Request): Promise<void> {
    const at = now()
    const facts = await factsOf(db, id, at)
    const outages = counted === null ? [] : await outagesSince(counted, at)
    if (!facts) return
    const { calendar, terms, openAlert, isJudged } = facts
    const isChanged = await working(id, async (transaction) => {
      const found = await lockedRequest(transaction, id)
      if (found?.stato !== 'in_convalida') return false
      const { comune, fruitore, ufficio } = found
      const { ended } = terms
      if (ended) {
        await transaction
          .updateTable('richiesta')
          .set({ stato: 'sospesa', sospesa_perche: ended, cambiata_at: at })
          .where('id', '=', id)
          .execute()
        const detail = { comune, fruitore, ufficio, why: ended }
        await append(transaction, SELF, { deed: 'bulk.suspended', object: id, detail }, at)
        return true
      }
      const isAsked = found.chiarimenti_at !== null && found.risposta_at === null && found.scade_at === null
      if (isAsked && found.chiarimenti_fino && +found.chiarimenti_fino <= +at) {
        // Nobody has answered in time: the clock runs again.
        const clock = clockFrom(found, calendar, found.chiarimenti_fino)
        if (found.termine_giorni !== null)
          await transaction
            .updateTable('richiesta')
            .set({ ...clock, cambiata_at: at })
            .where('id', '=', id)
            .execute()
        return found.termine_giorni !== null
      }
      const { scade_at, scade_giorno, termine_da, termine_giorni } = found
      if (
        !found.silenzio ||
        !scade_at ||
        !termine_da ||
        +termine_da !== +(counted ?? 0) ||
        termine_giorni === null ||
        +scade_at > +at
      )
        return false
      const term = termMovedBy(outages, termine_da, termine_giorni, calendar)
      if (+term.endsAt > +scade_at) {
        await transaction
          .updateTable('richiesta')
          .set({ scade_at: term.endsAt, scade_giorno: term.lastDay, cambiata_at: at })
          .where('id', '=', id)
          .execute()
        const detail = { comune, fruitore, ufficio, from: scade_giorno, to: term.lastDay }
        await append(transaction, SELF, { deed: 'bulk.term-moved', object: id, detail }, at)
        return true
      }
      // What is wrong with it is looked for first: silence is about what a TOP could have seen.
      if (!isJudged) return false
      const detail = { comune, fruitore, ufficio, until: scade_giorno }
      if (openAlert) {
        const against = JSON.stringify([...found.contro_silenzio, 'open-alert'])
        await transaction
          .updateTable('richiesta')
          .set({ silenzio: false, contro_silenzio: against, cambiata_at: at })
          .where('id', '=', id)
          .execute()
        await append(transaction, SELF, { deed: 'bulk.silence-stopped', object: id, detail }, at)
        return true
      }
      await transaction
        .updateTable('richiesta')
        .set({ stato: 'convalidata', convalida_come: 'silenzio', convalidata_at: at, cambiata_at: at })
        .where('id', '=', id)
        .execute()
      await append(transaction, SELF, { deed: 'bulk.silence', object: id, detail }, at)
      return true
    })
    if (isChanged) changed()
  }

  /** Times without a sign of any gateway's console; before its first sign nothing is known, and nothing counts. */
  async function outagesSince(from: Date, to: Date): Promise<Outage[]> {
    const { rows } = await sql<{ from: Date; to: Date }>`
      with sign as (
        select at from console_minuto where at > ${new Date(+from - DAY_MS)} and at < date_trunc('minute', ${to}::timestamptz)
        union all select ${to}::timestamptz
      ), gap as (select lag(at) over (order by at) as "from", at as "to" from sign)
      select "from", "to" from gap where "to" - "from" > ${`${GAP_MS} milliseconds`}::interval`.execute(db)
    return rows
  }

  async function erase(): Promise<void> {
    const at = now()
    const left = await db
      .selectFrom('richiesta')
      .select('id')
      .where('stato', 'in', ['bozza', 'sospesa'])
      .where('cambiata_at', '<', new Date(+at - LEFT_MS))
      .execute()
    for (const { id } of left)
      await working(id, async (transaction) => {
        const found = await lockedRequest(transaction, id)
        if (found?.stato !== 'bozza' && found?.stato !== 'sospesa') return
        const { comune, fruitore, ufficio, stato: state } = found
        await transaction
          .updateTable('richiesta')
          .set({ stato: 'annullata', annullata_at: at, cambiata_at: at })
          .where('id', '=', id)
          .execute()
        const detail = { comune, fruitore, ufficio, state }
        await append(transaction, SELF, { deed: 'bulk.cancel', object: id, detail }, at)
      })
    const { rows } = await sql<{ id: string }>`
      select id from richiesta where cancellata_at is null and (
        (stato in ('completata', 'completata_con_riserve') and finita_at < ${new Date(+at - RESULTS_MS)})
        or (stato = 'annullata' and iniziata_at is not null and annullata_at < ${new Date(+at - RESULTS_MS)})
        or (stato in ('fallita', 'respinta', 'annullata')
          and iniziata_at is null and coalesce(finita_at, respinta_at, annullata_at) < ${new Date(+at - NOTHING_MS)})
        or (stato = 'fallita' and finita_at < ${new Date(+at - NOTHING_MS)}))`.execute(db)
    for (const { id } of rows)
      await working(id, async (transaction) => {
        const found = await lockedRequest(transaction, id)
        if (!found || found.cancellata_at) return
        await transaction
          .updateTable('riga')
          .set({ domanda: null, risposta: null })
          .where('richiesta', '=', id)
          .where((or) => or.or([or('domanda', 'is not', null), or('risposta', 'is not', null)]))
          .execute()
        const isResult = found.stato === 'completata' || found.stato === 'completata_con_riserve'
        await transaction
          .updateTable('richiesta')
          .set({ ...(isResult && { stato: 'scaduta' as const }), chiave: null, cancellata_at: at, cambiata_at: at })
          .where('id', '=', id)
          .execute()
        const { comune, fruitore, ufficio } = found
        await append(transaction, SELF, { deed: 'bulk.erased', object: id, detail: { comune, fruitore, ufficio } }, at)
        changed()
      })
  }

  /** The list of a request that goes on no more is taken back from ANPR. */
  async function leaveLists(): Promise<void> {
    const left = await db
      .selectFrom('richiesta')
      .selectAll()
      .where('stato', '<>', 'in_lavorazione')
      .where(sql<boolean>`exists (select from anpr_bulk_job where owner = richiesta.id)`)
      .execute()
    for (const request of left) {
      const place = await placeOf(db, request.id)
      if (place)
        await takeBack({ db, looks: looksOf(register, request) }, request.id, place, request.servizio as Listed)
    }
  }

  /** Looks of a request that was taken back while they were under way: an entry vouches for them too, once all have ended. */
  async function vouch(): Promise<void> {
    const at = now()
    const open = await db
      .selectFrom('richiesta')
      .select(['id', 'linea'])
      .where('stato', '=', 'annullata')
      .where('iniziata_at', 'is not', null)
      .where((or) => or.or([or('presa_fino', 'is', null), or('presa_fino', '<=', at)]))
      .where(sql<boolean>`not exists (select from anpr_bulk_job where owner = richiesta.id)`)
      .where(
        sql<boolean>`exists (select from access_log where operation = richiesta.id and channel = 'console'
          and access_log.id > richiesta.linea)`,
      )
      .execute()
    for (const { id, linea } of open) {
      const told = await linesAfter(db, id, Number(linea))
      await working(id, async (transaction) => {
        const found = await lockedRequest(transaction, id)
        if (Number(found?.linea) !== Number(linea) || !found) return
        await transaction.updateTable('richiesta').set({ linea: told.last }).where('id', '=', id).execute()
        const { comune, fruitore, ufficio } = found
        const detail = { comune, fruitore, ufficio, rows: 0, ...vouched(Number(linea), told) }
        await append(transaction, SELF, { deed: 'bulk.asked', object: id, detail }, at)
      })
    }
  }

  let last = Promise.resolve()
  const lookSafely = () => {
    last = last.then(look).catch((failure: unknown) => {
      log.error({ kind: 'bulk-tend-failed', code: (failure as { code?: unknown }).code })
    })
    return last
  }
  const timer = setInterval(lookSafely, LOOK_MS)
  return {
    look: lookSafely,
    async stop() {
      clearInterval(timer)
      await last
    },
  }
}
