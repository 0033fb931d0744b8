import { sql } from 'kysely'
import { DAY_MS, italianDay } from '../../../basics/time.ts'
import type { Body } from '../../../contract/console/api.ts'
import type { SectionCode, ServiceCode } from '../../../contract/console/consultations.ts'
import type { ConsoleProblem, ConsoleProblemKind } from '../../../contract/console/problem.ts'
import { isSpecial } from '../../../contract/console/profiles.ts'
import { err, ok, type Result } from '../../../contract/result.ts'
import { append, type Deed } from '../audit/chain.ts'
import type { ConsoleDatabase, ConsoleTransaction } from '../tables.ts'
import { changed } from './changes.ts'
import type { Author } from './draft.ts'
import { askedBy, quotasToSend } from './quotas.ts'
import type { Estimates } from './read.ts'
import { endOpenRows, lockedRequest, type Request } from './rows.ts'
import { againstSilence, type Calendar, daysLeft, termOf } from './terms.ts'
import { type TermsNow, termsNow } from './terms-now.ts'

const problem = (kind: ConsoleProblemKind, field: string | null = null) => err<ConsoleProblem>({ kind, field })
const DONE = ok({ done: true as const })
type Done = Result<{ done: true }, ConsoleProblem>

/** A clock that a TOP has stopped runs again after so many working days. */
const CLARIFIED_WITHIN = 10
/** More than so many times what its author usually asks for. */
const UNUSUAL = 3
const USUAL_DAYS = 30

async function calendarOf(db: ConsoleDatabase, comune: string): Promise<Calendar> {
  const found = await db.selectFrom('ente').select('patron').where('id', '=', comune).executeTakeFirst()
  return { comune, patron: found?.patron ?? null }
}

const told = ({ id, comune, fruitore, ufficio }: Request, deed: string, more: Partial<Deed> = {}): Deed => ({
  ...{ deed, object: id, ...more },
  detail: { comune, fruitore, ufficio, ...more.detail },
})

/** What only the gateway sees whole, read before a decision takes its transaction: the embedded database has one connection. */
export interface Facts {
  terms: TermsNow
  calendar: Calendar
  agreement: { giorni: number | null; rowsMost: number }
  isUnusual: boolean
  /** Something about its author that nobody has closed yet (history/anomalies.ts). */
  openAlert: boolean
  /** It has been looked at for such things since it was sent. */
  isJudged: boolean
}

/** Null: there is no such request. */
export async function factsOf(db: ConsoleDatabase, request: string, now: Date): Promise<Facts | null> {
  const found = await db.selectFrom('richiesta').selectAll().where('id', '=', request).executeTakeFirst()
  if (!found) return null
  const { silenzio_giorni, silenzio_righe_max } = await db
    .selectFrom('convenzione')
    .select(['silenzio_giorni', 'silenzio_righe_max'])
    .where('id', '=', found.convenzione)
    .executeTakeFirstOrThrow()
  return {
    terms: await termsNow(db, found, italianDay(now)),
    calendar: await calendarOf(db, found.comune),
    agreement: { giorni: silenzio_giorni, rowsMost: silenzio_righe_max ?? 0 },
    isUnusual: await isMoreThanUsual(db, found, now),
    ...(await alertsOf(db, found)),
  }
}

async function alertsOf(db: ConsoleDatabase, { id, autore, comune }: Request) {
  const { rows } = await sql<Pick<Facts, 'openAlert' | 'isJudged'>>`
    select exists (select from anomalia where autore = ${autore} and comune = ${comune} and chiusa_at is null) as "openAlert",
      exists (select from anomalia_giudizio where richiesta = ${id} and momento = 'sent') as "isJudged"`.execute(db)
  return rows[0] ?? { openAlert: true, isJudged: false }
}

/** Sends a draft: from here on it stays as it was read. `days`: of the estimate that its author has read. */
export async function send(
  transaction: ConsoleTransaction,
  { doer }: Author,
  request: string,
  { way, days }: Body<'sendBulk'>,
  { terms, calendar, agreement, isUnusual, openAlert, estimate, now }: Facts & { estimate: Estimates; now: Date },
): Promise<Done> {
  const found = await lockedRequest(transaction, request)
  if (!found || found.autore !== doer.person) return problem('not-found')
  if (found.stato !== 'bozza') return problem('conflict')
  if ((found.conteggi.da_fare ?? 0) === 0) return problem('no-rows')
  if (terms.ended) return problem('terms-ended')
  const over = (await quotasToSend(transaction, found, now)).find(({ left }) => left < askedBy(found))
  if (over) return problem('over-quota', over.quota)
  const expected = way === 'massivo' ? estimate.massivo : estimate.singole
  if (!expected || expected.days !== days) return problem('estimate-changed')
  const against = againstSilence({
    agreement: { allowed: agreement.giorni !== null, rowsMost: agreement.rowsMost },
    ...{ rows: found.righe, territory: found.territorio, openAlert: isUnusual || openAlert },
    special: isSpecial([found.servizio as ServiceCode], terms.sections as SectionCode[]),
  })
  const { giorni } = agreement
  const term = giorni === null ? null : termOf(now, giorni, calendar)
  await transaction
    .updateTable('richiesta')
    .set({
      ...{ stato: 'inviata', inviata_at: now, cambiata_at: now, modo: way, giorni_stimati: days, insolita: isUnusual },
      ...{
        scade_giorno: term?.lastDay ?? null,
        scade_at: term?.endsAt ?? null,
        termine_da: now,
        termine_giorni: giorni,
      },
      ...{ silenzio: against.length === 0, contro_silenzio: JSON.stringify(against) },
    })
    .where('id', '=', request)
    .execute()
  await transaction.updateTable('richiesta').set({ stato: 'in_convalida' }).where('id', '=', request).execute()
  const detail = { rows: found.righe, way, silence: against.length === 0, until: term?.lastDay ?? null }
  await append(transaction, doer, told(found, 'bulk.send', { reason: found.motivo, detail }), now)
  changed()
  return DONE
}

async function isMoreThanUsual(db: ConsoleDatabase, { id, autore, righe }: Request, now: Date): Promise<boolean> {
  const { rows } = await sql<{ usual: number | null }>`
    select percentile_cont(0.5) within group (order by righe)::float8 as usual from richiesta
    where autore = ${autore} and id <> ${id} and inviata_at > ${new Date(+now - USUAL_DAYS * DAY_MS)}
      -- One that its author took back, or that was refused, makes nothing usual.
      and convalidata_at is not null`.execute(db)
  const usual = rows[0]?.usual ?? null
  return usual !== null && righe > UNUSUAL * usual
}

/** What a TOP may decide: it waits, its term runs, and it is somebody else's. */
async function toDecide(
  transaction: ConsoleTransaction,
  { doer }: Author,
  request: string,
  now: Date,
): Promise<Result<Request, ConsoleProblem>> {
  const found = await lockedRequest(transaction, request)
  if (!found) return problem('not-found')
  // SECURITY: the same person by another account is the same person.
  if (found.autore === doer.person) return problem('same-person')
  if (found.stato !== 'in_convalida') return problem(found.convalida_come === 'silenzio' ? 'term-over' : 'conflict')
  if (found.silenzio && found.scade_at !== null && +found.scade_at <= +now) return problem('term-over')
  return ok(found)
}

export async function validate(
  transaction: ConsoleTransaction,
  author: Author,
  request: string,
  { reason }: Body<'validateBulk'>,
  { terms, now }: Pick<Facts, 'terms'> & { now: Date },
): Promise<Done> {
  const found = await toDecide(transaction, author, request, now)
  if (!found.ok) return found
  if (terms.ended) return problem('terms-ended')
  await transaction
    .updateTable('richiesta')
    .set({
      ...{ stato: 'convalidata', cambiata_at: now, convalida_come: 'puntuale', convalida_perche: reason },
      ...{ convalidata_da: author.doer.person, convalidata_nome: author.name, convalidata_at: now },
    })
    .where('id', '=', request)
    .execute()
  await append(transaction, author.doer, told(found.value, 'bulk.validate', { reason }), now)
  changed()
  return DONE
}

export async function refuseRequest(
  transaction: ConsoleTransaction,
  author: Author,
  request: string,
  { cause, text }: Body<'refuseBulk'>,
  { now }: { now: Date },
): Promise<Done> {
  const found = await toDecide(transaction, author, request, now)
  if (!found.ok) return found
  await transaction
    .updateTable('richiesta')
    .set({
      ...{ stato: 'respinta', cambiata_at: now, respinta_causa: cause, respinta_testo: text },
      ...{ respinta_da: author.doer.person, respinta_nome: author.name, respinta_at: now },
    })
    .where('id', '=', request)
    .execute()
  await append(transaction, author.doer, told(found.value, 'bulk.refuse', { reason: text, detail: { cause } }), now)
  changed()
  return DONE
}

/** Stops the clock, once, until its author answers or ten working days have passed. */
export async function askToClarify(
  transaction: ConsoleTransaction,
  author: Author,
  request: string,
  { text }: Body<'clarifyBulk'>,
  { calendar, now }: Pick<Facts, 'calendar'> & { now: Date },
): Promise<Done> {
  const found = await toDecide(transaction, author, request, now)
  if (!found.ok) return found
  const { chiarimenti_at, scade_giorno, scade_at } = found.value
  if (chiarimenti_at) return problem('conflict')
  const left = scade_giorno && scade_at ? daysLeft(now, { lastDay: scade_giorno, endsAt: scade_at }, calendar) : null
  await transaction
    .updateTable('richiesta')
    .set({
      ...{ chiarimenti_at: now, chiarimenti_nome: author.name, chiarimenti_testo: text, cambiata_at: now },
      ...{ chiarimenti_fino: termOf(now, CLARIFIED_WITHIN, calendar).endsAt },
      ...{ scade_giorno: null, scade_at: null, termine_da: null, termine_giorni: left },
    })
    .where('id', '=', request)
    .execute()
  await append(transaction, author.doer, told(found.value, 'bulk.clarify', { reason: text }), now)
  changed()
  return DONE
}

export async function clarify(
  transaction: ConsoleTransaction,
  { doer }: Author,
  request: string,
  { text }: Body<'answerBulk'>,
  { calendar, now }: Pick<Facts, 'calendar'> & { now: Date },
): Promise<Done> {
  const found = await lockedRequest(transaction, request)
  if (!found || found.autore !== doer.person) return problem('not-found')
  if (found.stato !== 'in_convalida' || !found.chiarimenti_at || found.risposta_at) return problem('conflict')
  const isStopped = found.scade_at === null
  const clock = isStopped ? clockFrom(found, calendar, now) : {}
  await transaction
    .updateTable('richiesta')
    .set({ risposta_at: now, risposta_testo: text, cambiata_at: now, ...clock })
    .where('id', '=', request)
    .execute()
  await append(transaction, doer, told(found, 'bulk.answer', { reason: text }), now)
  changed()
  return DONE
}

/** The clock runs again, with the working days that it had. */
export function clockFrom({ termine_giorni }: Request, calendar: Calendar, from: Date) {
  if (termine_giorni === null) return {}
  const { lastDay, endsAt } = termOf(from, termine_giorni, calendar)
  return { termine_da: from, scade_giorno: lastDay, scade_at: endsAt }
}

/** Its author takes it back; what was answered by then stays. */
export async function cancel(
  transaction: ConsoleTransaction,
  { doer }: Author,
  request: string,
  now: Date,
): Promise<Done> {
  const found = await lockedRequest(transaction, request)
  if (!found || found.autore !== doer.person) return problem('not-found')
  if (!['bozza', 'in_convalida', 'sospesa', 'convalidata', 'in_lavorazione'].includes(found.stato))
    return problem('conflict')
  if (found.stato === 'in_lavorazione') await endOpenRows(transaction, found, 'cancelled', now)
  await transaction
    .updateTable('richiesta')
    .set({ stato: 'annullata', annullata_at: now, cambiata_at: now })
    .where('id', '=', request)
    .execute()
  await append(transaction, doer, told(found, 'bulk.cancel', { detail: { state: found.stato } }), now)
  changed()
  return DONE
}
