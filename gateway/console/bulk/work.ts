// More than 400 lines: the steps of one request share its lock, its lease and what vouches for them.
import { sql } from 'kysely'
import type { Logger } from 'pino'
import { ulid } from 'ulid'
import { type Clock, DAY_MS, HOUR_MS, italianDay, italianMidnight, MINUTE_MS } from '../../../basics/time.ts'
import type { BulkLook } from '../../access/bulk.ts'
import type { Looks, Register } from '../../access/register.ts'
import type { Quotas } from '../../anpr/quotas.ts'
import { type BulkService, consultationOf, type Listed } from '../../anpr/services.ts'
import { byKey, claimPlace, leavePlace, PATIENCE_MS, POLL_MS, WAITS } from '../../lists/job.ts'
import type { SealingKeys } from '../../sealing/sealing.ts'
import type { AsActor } from '../as-actor.ts'
import { append } from '../audit/chain.ts'
import { NO_SIGHT } from '../permissions/matrix.ts'
import type { ConsoleDatabase, ConsoleTransaction } from '../tables.ts'
import { askRow, type Consultation, isWithinTerritory, type RowEnd, rowOfFile, waysOf } from './ask.ts'
import { changed } from './changes.ts'
import { linesAfter, vouched } from './merkle.ts'
import { type Place, placeOf, takeBack } from './place.ts'
import {
  askedOf,
  endOpenRows,
  keyOf,
  lockedRequest,
  MOST_TRIES,
  moved,
  openRows,
  type Request,
  type Row,
  type Written,
  wasNotAsked,
  writtenOf,
} from './rows.ts'
import { openKey, type RowSeal } from './seal.ts'
import { endOf } from './states.ts'
import { type TermsNow, termsNow } from './terms-now.ts'

/** What of ANPR lists may use (settings/config.ts, `anpr.lists`). */
export interface ListSettings {
  services: readonly Listed[]
  /** Bulk services that PDND's back office has given us. */
  bulk: readonly BulkService[]
  bulkFrom: number
}

export interface WorkParts {
  /** The gateway's own: it finds what is to be done, and reads agreements. Rows it never touches. */
  db: ConsoleDatabase
  asActor: AsActor
  register: Pick<Register, 'askedBy'>
  mayBegin: Quotas['mayBegin']
  keys: SealingKeys
  settings: ListSettings
  now: Clock
  log: Logger
}

/** Rows that are asked between two writes: what a process that dies has asked for nothing. */
const BATCH = 100
/** Rows of one list at a bulk service: its file is read in memory. */
export const PART = 10_000
/** Single questions at a time: citizens have the rest of ANPR's connections. */
const AT_ONCE = 4
/** A gateway that says nothing of a request for so long works on it no more. */
const LEASE_MS = 3 * MINUTE_MS
const LONGEST_WAIT_MS = 30 * MINUTE_MS
const IDLE_MS = 2_000

const WORKER = { person: null, role: null, session: null }

export interface BulkWork {
  /** Does one step of one request; false: nothing is to be done now. */
  turn(): Promise<boolean>
  stop(): Promise<void>
}

/**
 * Carries validated requests out, a part of each at a time: bodies take turns, and a single person comes before any list. All
 * that it knows stands in the database, so that another gateway, or this one after a crash, goes on where it stopped.
 */
export function createBulkWork(parts: WorkParts): BulkWork & { start(): void } {
  const { db, asActor, register, mayBegin, keys, settings, now, log } = parts
  const self = ulid()
  let stopping = false
  let last: Promise<void> = Promise.resolve()
  let wake: () => void = () => undefined

  /** A transaction that sees one request and nothing else (policies of 053). */
  const working = <T>(id: string, work: (transaction: ConsoleTransaction) => Promise<T>) =>
    asActor(null, NO_SIGHT, async (transaction) => {
      await sql`select set_config('totem.richiesta', ${id}, true)`.execute(transaction)
      return work(transaction)
    })

  /** Takes the request whose body has waited longest. */
  async function take(): Promise<Request | null> {
    const { rows } = await sql<Request>`
      update richiesta set presa_fino = ${new Date(+now() + LEASE_MS)}, presa_da = ${self}, servita_at = ${now()}
      where id = (
        select next.id from richiesta next
        where next.stato in ('convalidata', 'in_lavorazione') and coalesce(next.presa_fino, '-infinity') <= ${now()}
          and coalesce(next.riprova_at, '-infinity') <= ${now()}
        order by next.righe > 1,
          (select max(other.servita_at) from richiesta other where other.fruitore = next.fruitore) nulls first,
          next.servita_at nulls first, next.id
        limit 1 for update skip locked)
      returning *`.execute(db)
    return rows[0] ?? null
  }

  async function turn(): Promise<boolean> {
    const request = await take()
    if (request === null) return false
    let until: Date | null = null
    try {
      until = await step(request)
    } catch (failure) {
      log.error({ kind: 'bulk-step-failed', request: request.id, code: (failure as { code?: unknown }).code })
      until = new Date(+now() + MINUTE_MS)
    }
    await sql`
      update richiesta set presa_fino = null, presa_da = null, riprova_at = ${until}
      where id = ${request.id} and presa_da = ${self}`.execute(db)
    return true
  }

  /** Goes on with a request; answers until when it has to wait. */
  async function step(request: Request): Promise<Date | null> {
    const terms = await termsNow(db, request, italianDay(now()))
    if (request.stato === 'convalidata') {
      await (terms.ended ? suspend(request, terms.ended) : begin(request))
      return null
    }
    const looks = looksOf(register, request)
    const place = await placeOf(db, request.id)
    if (terms.ended) return giveUp(request, terms.ended, { looks, place })
    const seal = request.chiave === null ? null : openKey(request.id, request.chiave, keys)
    if (seal === null) return giveUp(request, 'key-lost', { looks, place })
    const code = settings.services.find((each) => each === request.servizio)
    if (code === undefined) return giveUp(request, 'service-gone', { looks, place })
    const { twin, territory } = ways(code, terms)
    const about = { looks, code, territory, ways: waysOf(code, terms.sections) }
    // What ANPR has is looked at whatever is left of the day: nothing more is asked by it.
    if (place?.job) return lookAtList(request, seal, about, { ...place, job: place.job })
    if (openRows(request.conteggi) === 0) return finish(request)
    const today = leftToday(request, terms)
    if (today === 0) return tomorrow()
    if (!(await mayBegin(code, 'C030', ...(territory ? (['C020'] as const) : [])))) return inAWhile(1)
    // A list that was to go out when its gateway died: nobody knows whether ANPR has it, and it goes out again.
    if (place) await leavePlace(db, request.id)
    if (request.modo === 'massivo' && twin) {
      const until = await handOver(request, seal, about, twin, today)
      if (until !== 'one-by-one') return until
    }
    return singleStep(request, seal, about, today)
  }

  const ways = (code: Listed, { territory }: TermsNow) => {
    const twin = consultationOf(code).bulk?.service
    const isThere = twin !== undefined && settings.bulk.includes(twin) && isWithinTerritory(code, territory)
    return { territory, twin: isThere ? twin : null }
  }
  const inAWhile = (tries: number) =>
    new Date(+now() + Math.min(LONGEST_WAIT_MS, MINUTE_MS * 2 ** Math.max(0, tries - 1)))
  const tomorrow = () =>
    italianMidnight(italianDay(new Date(+italianMidnight(italianDay(now())) + DAY_MS + 2 * HOUR_MS)))
  const leftToday = ({ oggi, oggi_righe }: Request, { rowsADay, rowsToday }: TermsNow) =>
    Math.max(0, rowsADay - rowsToday - (oggi === italianDay(now()) ? oggi_righe : 0))

  /** The request as it stands, locked, if it is still ours and goes on. */
  async function ours(transaction: ConsoleTransaction, id: string): Promise<Request | null> {
    const found = await lockedRequest(transaction, id)
    return found?.stato === 'in_lavorazione' && found.presa_da === self ? found : null
  }

  const entry = (request: Request, deed: string, detail: Record<string, string | number | null>) => ({
    ...{ deed, object: request.id },
    detail: { comune: request.comune, fruitore: request.fruitore, ufficio: request.ufficio, ...detail },
  })

  async function begin({ id }: Request): Promise<void> {
    await working(id, async (transaction) => {
      const found = await lockedRequest(transaction, id)
      if (found?.stato !== 'convalidata') return
      await transaction
        .updateTable('richiesta')
        .set({ stato: 'in_lavorazione', iniziata_at: now(), cambiata_at: now() })
        .where('id', '=', id)
        .execute()
      await append(transaction, WORKER, entry(found, 'bulk.begun', { rows: found.righe }), now())
    })
    changed()
  }

  async function suspend({ id }: Request, why: string): Promise<void> {
    await working(id, async (transaction) => {
      const found = await lockedRequest(transaction, id)
      if (found?.stato !== 'convalidata') return
      await transaction
        .updateTable('richiesta')
        .set({ stato: 'sospesa', sospesa_perche: why, cambiata_at: now() })
        .where('id', '=', id)
        .execute()
      await append(transaction, WORKER, entry(found, 'bulk.suspended', { why }), now())
    })
    changed()
  }

  /** Nothing more may be asked: the rows that are left say so, and what was answered stays. */
  async function giveUp(
    request: Request,
    why: string,
    { looks, place }: { looks: Looks; place: Place | null },
  ): Promise<Date | null> {
    if (place && !(await takeBack({ db, looks }, request.id, place, request.servizio as Listed)))
      return new Date(+now() + POLL_MS)
    await working(request.id, async (transaction) => {
      const found = await ours(transaction, request.id)
      if (found) await endOpenRows(transaction, found, why, now())
    })
    const { conteggi } = await db
      .selectFrom('richiesta')
      .select('conteggi')
      .where('id', '=', request.id)
      .executeTakeFirstOrThrow()
    return finish({ ...request, conteggi })
  }

  async function finish(request: Request): Promise<null> {
    const told = await linesAfter(db, request.id, Number(request.linea))
    await working(request.id, async (transaction) => {
      const found = await ours(transaction, request.id)
      const end = found && endOf(found.conteggi)
      if (!found || !end) return
      await transaction
        .updateTable('richiesta')
        .set({ stato: end, finita_at: now(), cambiata_at: now(), linea: told.last })
        .where('id', '=', found.id)
        .execute()
      await append(
        transaction,
        WORKER,
        entry(found, 'bulk.ended', { state: end, ...found.conteggi, ...vouched(Number(found.linea), told) }),
        now(),
      )
    })
    changed()
    return null
  }

  async function singleStep(request: Request, seal: RowSeal, about: Consultation, most: number): Promise<Date | null> {
    const rows = await working(request.id, async (transaction) => {
      const found = await ours(transaction, request.id)
      return found ? takeRows(transaction, found, OPEN, Math.min(BATCH, most)) : []
    })
    const ends = new Map<number, RowEnd>()
    const rest = [...rows]
    let waiting: Extract<RowEnd, { state: 'wait' }> | null = null
    // A row takes at most three questions, each with its time-out: what was asked is written before the lease is another's.
    const until = +now() + LEASE_MS / 2
    const next = () => (waiting === null && !stopping && +now() < until ? rest.shift() : undefined)
    async function lane(): Promise<void> {
      for (let row = next(); row !== undefined; row = next()) {
        const end = await askRow(askedOf(seal, row, request.protocollo), about)
        ends.set(row.n, end)
        if (end.state === 'wait') waiting = end
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, lane))
    const wait = waiting as Extract<RowEnd, { state: 'wait' }> | null
    const unasked = rows.filter(({ n, tentativi }) => tentativi === 1 && wasNotAsked(ends.get(n))).length
    await writeEnds(request, seal, rows, ends, unasked)
    if (wait === null) return null
    const tries = Math.max(
      1,
      ...rows.filter(({ n }) => ends.get(n)?.state === 'wait').map(({ tentativi }) => tentativi),
    )
    return wait.isClosed ? tomorrow() : inAWhile(tries)
  }

  /** The rows that are asked next, the ones that were tried least often first, and says that they are asked. */
  async function takeRows(
    transaction: ConsoleTransaction,
    request: Request,
    which: typeof OPEN,
    most: number,
  ): Promise<Row[]> {
    const { rows } = await sql<Row>`
      with next as (
        select n, stato from riga where richiesta = ${request.id} and ${which} order by tentativi, n limit ${most}::integer
      )
      update riga set stato = 'chiesta', chiesta_at = ${now()}, tentativi = riga.tentativi + 1
      from next where riga.richiesta = ${request.id} and riga.n = next.n
      returning riga.n, next.stato, riga.domanda, riga.risposta, riga.tentativi, riga.giorno`.execute(transaction)
    const today = italianDay(now())
    const fresh = rows.filter(({ tentativi }) => tentativi === 1).length
    await transaction
      .updateTable('richiesta')
      .set({
        conteggi: JSON.stringify(
          moved(
            request.conteggi,
            rows.map(({ stato }) => [stato, 'chiesta']),
          ),
        ),
        ...{ oggi: today, oggi_righe: (request.oggi === today ? request.oggi_righe : 0) + fresh, cambiata_at: now() },
      })
      .where('id', '=', request.id)
      .execute()
    return rows.sort((a, b) => a.n - b.n)
  }

  /**
   * Writes how rows ended, with one entry of the audit that vouches for their looks. Another gateway's request stays its own.
   * `unasked`: so many were counted among those of today and are asked later.
   */
  async function writeEnds(
    request: Request,
    seal: RowSeal,
    rows: readonly Row[],
    ends: ReadonlyMap<number, RowEnd>,
    unasked = 0,
  ): Promise<void> {
    const told = await linesAfter(db, request.id, Number(request.linea))
    const written = rows.map((row) => writtenOf(row, ends.get(row.n), seal))
    await working(request.id, async (transaction) => {
      const found = await ours(transaction, request.id)
      if (!found) return
      const column = (name: keyof Written) => sql`${written.map((each) => each[name])}::text[]`
      await sql`
        update riga set stato = told.stato, codice = told.codice, operazione = told.operazione, govway = told.govway,
          risposta = told.risposta, tentativi = told.tentativi::smallint, da_sola = told.da_sola::boolean,
          finita_at = case when told.stato in ('chiesta', 'id_risolto') then null else ${now()}::timestamptz end
        from unnest(${column('n')}, ${column('stato')}, ${column('codice')}, ${column('operazione')}, ${column('govway')},
          ${column('risposta')}, ${column('tentativi')}, ${column('da_sola')})
          as told (n, stato, codice, operazione, govway, risposta, tentativi, da_sola)
        where riga.richiesta = ${request.id} and riga.n = told.n::integer`.execute(transaction)
      const conteggi = moved(
        found.conteggi,
        written.map(({ stato }) => ['chiesta', stato]),
      )
      await transaction
        .updateTable('richiesta')
        .set({
          ...{ conteggi: JSON.stringify(conteggi), cambiata_at: now(), linea: told.last },
          ...(found.oggi === italianDay(now()) && { oggi_righe: Math.max(0, found.oggi_righe - unasked) }),
          presa_fino: new Date(+now() + LEASE_MS),
        })
        .where('id', '=', request.id)
        .execute()
      await append(
        transaction,
        WORKER,
        entry(found, 'bulk.asked', { rows: written.length, ...vouched(Number(found.linea), told) }),
        now(),
      )
    })
    changed()
  }

  /**
   * One look at the list that ANPR has. A row that its file leaves out is asked by itself, and so are all rows of a list that
   * comes to nothing.
   */
  async function lookAtList(
    request: Request,
    seal: RowSeal,
    about: Consultation & { looks: Looks },
    place: Place & { job: string },
  ): Promise<Date | null> {
    const { looks, code } = about
    const look = looks.bulkAgain({ service: place.service, code }, place.job)
    const state = await look.state(place.job)
    if (state.ok && state.value.kind === 'file') {
      await takeFile(request, seal, about, look, state.value.rows)
      return null
    }
    const isOver = state.ok ? state.value.kind === 'ended' : !WAITS.includes(state.error.kind)
    const isStuck = +now() - Number(place.began_at ?? now()) > PATIENCE_MS
    if (!isOver && !isStuck) return new Date(+now() + POLL_MS)
    if (!(await takeBack({ db, looks }, request.id, place, code))) return new Date(+now() + POLL_MS)
    await alone(request, isStuck ? 'stuck' : 'ended')
    return null
  }

  /** Hands the next list to a bulk service. `one-by-one`: no row is for a list any more. */
  async function handOver(
    request: Request,
    seal: RowSeal,
    { looks, code }: Consultation & { looks: Looks },
    service: BulkService,
    most: number,
  ): Promise<Date | null | 'one-by-one'> {
    const rows = await nextPart(request, most)
    if (rows === null) return 'one-by-one'
    if ((await claimPlace({ db, looks, now }, service, request.id)) !== null) return new Date(+now() + POLL_MS)
    const asked = await working(request.id, async (transaction) => {
      const found = await ours(transaction, request.id)
      if (!found) return []
      return takeRows(transaction, found, sql<boolean>`n = any(${rows.map(({ n }) => n)}::integer[])`, rows.length)
    })
    const [first] = asked
    if (first === undefined) {
      await leavePlace(db, request.id)
      return null
    }
    const wish = { ...{ service, code }, keys: asked.map((row) => keyOf(seal, row)) }
    const look = await looks.inBulk({ ...wish, question: { day: first.giorno ?? '', reason: request.protocollo } })
    if (look.job.ok) {
      const { numAffectedRows: mine } = await sql`
        update anpr_bulk_job set job = ${look.job.value}, began_at = ${now()} where owner = ${request.id}`.execute(db)
      // Meanwhile its author has taken the request back.
      if (!mine) await dropped(request, service, look, look.job.value)
      return new Date(+now() + POLL_MS)
    }
    await look.ended(new Map())
    await leavePlace(db, request.id)
    if (WAITS.includes(look.job.error.kind) && first.tentativi < MOST_TRIES)
      return look.job.error.kind === 'anpr-closed' ? tomorrow() : inAWhile(first.tentativi)
    await alone(request, 'not-taken')
    return null
  }

  /** The list of a request that goes on no more. Where ANPR cannot be told now, tend.ts finds it in its place and tells it later. */
  async function dropped({ id }: Request, service: BulkService, look: BulkLook, job: string): Promise<void> {
    const cancelled = await look.cancel(job)
    await look.ended(new Map())
    if (cancelled.ok || !WAITS.includes(cancelled.error.kind)) return
    await sql`
      insert into anpr_bulk_job (service, touched_at, owner, job, began_at)
      values (${service}, ${now()}, ${id}, ${job}, ${now()}) on conflict (single) do nothing`.execute(db)
  }

  /** Rows for the next list: a list is about one day. Fewer than a list is worth are asked one by one. */
  async function nextPart(request: Request, most: number): Promise<{ n: number }[] | null> {
    return working(request.id, async (transaction) => {
      const found = await ours(transaction, request.id)
      if (!found) return null
      const { rows } = await sql<{ n: number }>`
        with open as (
          select n, giorno from riga where richiesta = ${request.id} and stato in ('da_fare', 'chiesta') and not da_sola
        ), day as (
          select giorno from open group by giorno having count(*) >= ${settings.bulkFrom}::integer order by giorno limit 1
        )
        select n from open where giorno = (select giorno from day) order by n limit ${Math.min(PART, most)}::integer`.execute(
        transaction,
      )
      if (rows.length > 0) return rows
      await sql`
        update riga set da_sola = true where richiesta = ${request.id} and stato in ('da_fare', 'chiesta')
          and not da_sola`.execute(transaction)
      return null
    })
  }

  /** The rows that were on the list are asked by themselves from here on. */
  async function alone(request: Request, why: string): Promise<void> {
    await working(request.id, async (transaction) => {
      const found = await ours(transaction, request.id)
      if (!found) return
      await sql`update riga set da_sola = true where richiesta = ${request.id} and stato = 'chiesta'`.execute(
        transaction,
      )
      await append(transaction, WORKER, entry(found, 'bulk.list-ended', { why }), now())
    })
  }

  async function takeFile(
    request: Request,
    seal: RowSeal,
    about: Consultation,
    look: ReturnType<Looks['bulkAgain']>,
    file: Parameters<typeof byKey>[1],
  ): Promise<void> {
    const rows = await working(request.id, (transaction) =>
      transaction
        .selectFrom('riga')
        .select(['n', 'stato', 'domanda', 'risposta', 'tentativi', 'giorno'])
        .where('richiesta', '=', request.id)
        .where('stato', '=', 'chiesta')
        .where('da_sola', '=', false)
        .orderBy('n')
        .execute(),
    )
    const told = byKey(
      rows.map((row) => keyOf(seal, row)),
      file,
    )
    await look.ended(new Map([...told].map(([key, { errore }]) => [key, errore || 'shown'])))
    const ends = new Map<number, RowEnd>()
    for (const row of rows) {
      const found = told.get(keyOf(seal, row))
      if (found) ends.set(row.n, rowOfFile(found, about))
    }
    await writeEnds(request, seal, rows, ends)
    await leavePlace(db, request.id)
  }

  return {
    turn,
    start() {
      last = (async () => {
        while (!stopping) {
          const worked = await turn().catch((failure: unknown) => {
            // The database is away: it is asked again.
            log.warn({ kind: 'bulk-work-waits', code: (failure as { code?: unknown }).code })
            return false
          })
          if (!worked && !stopping)
            await new Promise<void>((resolve) => {
              const timer = setTimeout(resolve, IDLE_MS)
              wake = () => {
                clearTimeout(timer)
                resolve()
              }
            })
        }
      })()
    },
    async stop() {
      stopping = true
      wake()
      await last
    },
  }
}

/** ANPR as somebody's request asks it. */
export const looksOf = (register: Pick<Register, 'askedBy'>, { id, fruitore, ufficio, autore }: Request): Looks =>
  register.askedBy({
    caller: { channel: 'console', id: `${fruitore}:${ufficio}`, person: autore },
    requester: null,
    operation: id,
  })

const OPEN = sql<boolean>`stato in ('da_fare', 'id_risolto', 'chiesta')`
