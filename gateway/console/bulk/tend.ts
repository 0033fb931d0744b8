import { sql } from 'kysely'
import type { Logger } from 'pino'
import { type Clock, DAY_MS, MINUTE_MS } from '../../../basics/time.ts'
import type { Register } from '../../access/register.ts'
import type { BulkService } from '../../anpr/services.ts'
import type { AsActor } from '../as-actor.ts'
import { append } from '../audit/chain.ts'
import { NO_SIGHT } from '../permissions/matrix.ts'
import type { ConsoleDatabase, ConsoleTransaction } from '../tables.ts'
import { changed } from './changes.ts'
import { clockFrom, factsOf, lockedRequest } from './decide.ts'
import type { Request } from './rows.ts'
import { type Outage, termMovedBy } from './terms.ts'

const LOOK_MS = MINUTE_MS
/** Minutes without a sign of the console that are no outage yet: a restart. */
const GAP_MS = 5 * MINUTE_MS
const MINUTES_KEPT_MS = 60 * DAY_MS
/** Results stay so long after the end; the rows of a request without any a day. */
const RESULTS_MS = 7 * DAY_MS
const NOTHING_MS = DAY_MS
/** A draft that nobody sends. */
const DRAFT_MS = 7 * DAY_MS

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
  }

  /** Under the row's lock: a person who decided a moment before has decided. */
  async function judge({ id, termine_da: counted }: Request): Promise<void> {
    const at = now()
    const facts = await factsOf(db, id, at)
    const outages = counted === null ? [] : await outagesSince(counted, at)
    if (!facts) return
    const { calendar, terms } = facts
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
      await transaction
        .updateTable('richiesta')
        .set({ stato: 'convalidata', convalida_come: 'silenzio', convalidata_at: at, cambiata_at: at })
        .where('id', '=', id)
        .execute()
      const detail = { comune, fruitore, ufficio, until: scade_giorno }
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
    const drafts = await db
      .selectFrom('richiesta')
      .select('id')
      .where('stato', '=', 'bozza')
      .where('cambiata_at', '<', new Date(+at - DRAFT_MS))
      .execute()
    for (const { id } of drafts)
      await working(id, async (transaction) => {
        const found = await lockedRequest(transaction, id)
        if (found?.stato !== 'bozza') return
        await transaction
          .updateTable('richiesta')
          .set({ stato: 'annullata', annullata_at: at, cambiata_at: at })
          .where('id', '=', id)
          .execute()
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

  /** The list of a request that was taken back is taken back from ANPR. */
  async function leaveLists(): Promise<void> {
    const { rows } = await sql<{
      owner: string
      service: BulkService
      job: string | null
      fruitore: string
      ufficio: string
      autore: string
    }>`
      select place.owner, place.service, place.job, richiesta.fruitore, richiesta.ufficio, richiesta.autore
      from anpr_bulk_job place join richiesta on richiesta.id = place.owner
      where richiesta.stato <> 'in_lavorazione'`.execute(db)
    for (const { owner, service, job, fruitore, ufficio, autore } of rows) {
      const caller = { channel: 'console', id: `${fruitore}:${ufficio}`, person: autore } as const
      const looks = register.askedBy({ caller, requester: null, operation: owner })
      if (job !== null && !(await looks.cancelBulk(service, job)).ok) continue
      await sql`delete from anpr_bulk_job where owner = ${owner}`.execute(db)
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
