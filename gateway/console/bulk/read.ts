import { sql } from 'kysely'
import { italianDay } from '../../../basics/time.ts'
import type { Answer, Query } from '../../../contract/console/api.ts'
import { type ServiceCode, services } from '../../../contract/console/consultations.ts'
import type { Allowances } from '../../anpr/quotas.ts'
import { consultationOf, type Listed } from '../../anpr/services.ts'
import type { SealingKeys } from '../../sealing/sealing.ts'
import type { ConsoleDatabase, ConsoleTransaction } from '../tables.ts'
import { isWithinTerritory } from './ask.ts'
import { bulkEstimateOf, type Estimate, endsOn, estimateOf } from './estimate.ts'
import { meaningOf } from './files/answers.ts'
import type { Domanda, Request } from './rows.ts'
import { openKey } from './seal.ts'
import { remindersOf } from './terms.ts'
import { termsNow } from './terms-now.ts'
import { type ListSettings, PART } from './work.ts'

const PAGE = 100
const ROWS = 200

/** Requests in sight of somebody. Those that wait for a comune come by their term, the earliest first; others newest first. */
export async function requestsOf(
  transaction: ConsoleTransaction,
  { list, after }: Query<'bulkRequests'>,
  person: string,
  now: Date,
): Promise<Answer<'bulkRequests'>> {
  let query = transaction.selectFrom('richiesta').selectAll()
  if (list === 'own') query = query.where('autore', '=', person)
  if (list === 'waiting')
    query = query
      .where('stato', '=', 'in_convalida')
      .where('autore', '<>', person)
      .orderBy(sql`scade_at asc nulls last`)
  if (after !== undefined && list !== 'waiting') query = query.where('id', '<', after)
  const found = await query
    .orderBy('id', 'desc')
    .limit(PAGE + 1)
    .execute()
  return { requests: found.slice(0, PAGE).map((one) => shortOf(one, person, now)), more: found.length > PAGE }
}

function shortOf(one: Request, person: string, now: Date): Answer<'bulkRequests'>['requests'][number] {
  const asked = one.chiarimenti_at ? (one.risposta_at ? 'answered' : 'asked') : null
  return {
    ...{ request: one.id, state: one.stato, comuneName: one.comune_nome, fruitoreName: one.fruitore_nome },
    ...{ ufficio: one.ufficio_nome, servizio: one.servizio, servizioName: nameOf(one.servizio) },
    ...{ motivo: one.motivo, protocollo: one.protocollo, author: one.autore_nome, isOwn: one.autore === person },
    ...{ createdAt: one.creata_at.toISOString(), changedAt: one.cambiata_at.toISOString() },
    ...{ rows: one.righe, counts: one.conteggi },
    ...{ lastDay: one.scade_giorno, endsAt: one.scade_at?.toISOString() ?? null, silence: one.silenzio },
    ...{ isUnusual: one.insolita, clarification: asked, reminder: reminderOf(one, now) },
  }
}

const nameOf = (service: string) => services[service as ServiceCode]?.name ?? service

/** What TOPs are reminded of: half of the term is over, or its last morning has come. */
export function reminderOf({ stato, termine_da, scade_at, scade_giorno }: Request, now: Date): 'half' | 'last' | null {
  if (stato !== 'in_convalida' || !termine_da || !scade_at || scade_giorno === null) return null
  const { half, last } = remindersOf(termine_da, { lastDay: scade_giorno, endsAt: scade_at })
  return +now >= +last ? 'last' : +now >= +half ? 'half' : null
}

const found = (transaction: ConsoleTransaction, request: string): Promise<Request | undefined> =>
  transaction.selectFrom('richiesta').selectAll().where('id', '=', request).executeTakeFirst()

export async function requestOf(
  transaction: ConsoleTransaction,
  request: string,
  person: string,
  now: Date,
): Promise<Answer<'bulkRequest'> | null> {
  const one = await found(transaction, request)
  if (!one) return null
  const at = (date: Date | null) => date?.toISOString() ?? null
  return {
    ...shortOf(one, person, now),
    ...{ profiloNome: one.profilo_nome, profiloVersione: one.profilo_versione, baseGiuridica: one.base_giuridica },
    ...{ territorio: one.territorio, sentAt: at(one.inviata_at), way: one.modo, days: one.giorni_stimati },
    against: one.contro_silenzio,
    validated: one.convalida_come &&
      one.convalidata_at && {
        ...{ how: one.convalida_come, by: one.convalidata_nome, at: one.convalidata_at.toISOString() },
        reason: one.convalida_perche,
      },
    refused: one.respinta_at &&
      one.respinta_causa && {
        ...{ by: one.respinta_nome ?? '', at: one.respinta_at.toISOString() },
        ...{ cause: one.respinta_causa, text: one.respinta_testo ?? '' },
      },
    suspendedWhy: one.sospesa_perche,
    clarifications: one.chiarimenti_at &&
      one.chiarimenti_fino && {
        ...{ by: one.chiarimenti_nome ?? '', at: one.chiarimenti_at.toISOString(), text: one.chiarimenti_testo ?? '' },
        ...{ until: one.chiarimenti_fino.toISOString(), answer: one.risposta_testo },
      },
    ...{ startedAt: at(one.iniziata_at), endedAt: at(one.finita_at), erasedAt: at(one.cancellata_at) },
  }
}

/** Rows as row level security gives them: to their author all, to who validates the first twenty. Persons are masked. */
export async function rowsOf(
  transaction: ConsoleTransaction,
  request: string,
  { state, after }: Query<'bulkRows'>,
  keys: SealingKeys,
): Promise<Answer<'bulkRows'> | null> {
  const one = await found(transaction, request)
  if (!one) return null
  let query = transaction.selectFrom('riga').selectAll().where('richiesta', '=', request).where('n', '>', after)
  if (state !== undefined) query = query.where('stato', '=', state)
  const rows = await query
    .orderBy('n')
    .limit(ROWS + 1)
    .execute()
  const seal = one.chiave === null ? null : openKey(request, one.chiave, keys)
  return {
    rows: rows.slice(0, ROWS).map(({ n, stato, domanda, codice, doppione_di, operazione, govway, giorno }) => {
      const asked = seal && domanda !== null ? (seal.open(n, 'domanda', domanda) as Domanda) : null
      return {
        ...{ n, line: asked?.line ?? null, state: stato, reference: asked?.riferimento ?? '' },
        ...{ key: asked ? masked(asked.valore) : '', day: giorno ?? '', code: codice },
        message: meaningOf(codice) ?? asked?.message ?? null,
        ...{ doubleOf: doppione_di, operation: operazione, govway },
      }
    }),
    more: rows.length > ROWS,
  }
}

/** `RS••••••••••501U`: enough to find a row in one's own file, and nobody by it. */
const masked = (key: string): string =>
  key.length < 8 ? '•'.repeat(key.length) : `${key.slice(0, 2)}${'•'.repeat(key.length - 6)}${key.slice(-4)}`

export type Estimates = Pick<Answer<'bulkEstimate'>, 'singole' | 'massivo'>

/** How long a draft's rows take, one by one and as a list. */
export async function estimateFor(
  { db, allowance, settings }: { db: ConsoleDatabase; allowance: Allowances; settings: ListSettings },
  one: Request,
  now: Date,
): Promise<Estimates> {
  const code = one.servizio as Listed
  const today = italianDay(now)
  const terms = await termsNow(db, one, today)
  const open = one.conteggi.da_fare ?? 0
  const { rows } = await sql<{ codes: number; bodies: number }>`
    select (select count(*)::integer from riga where richiesta = ${one.id} and stato = 'da_fare' and chiave_cf) as codes,
      (select count(distinct fruitore)::integer from richiesta where stato in ('convalidata', 'in_lavorazione')
        and fruitore <> ${one.fruitore}) as bodies`.execute(db)
  const { codes = 0, bodies = 0 } = rows[0] ?? {}
  const share = 1 / (1 + bodies)
  // Each service has a day of its own; the slowest says when it is over.
  const asks: [Parameters<Allowances>[0], number][] = [
    ['C030', codes],
    ...(terms.territory !== null && code !== 'C020' && code !== 'C029' ? [['C020', open] as ['C020', number]] : []),
    ...(code === 'C030' ? [] : [[code, open] as [Listed, number]]),
  ]
  const each: Estimate[] = await Promise.all(
    asks.map(async ([service, calls]) => estimateOf(calls, await allowance(service), share)),
  )
  const paced = estimateOf(open, { daily: terms.rowsADay, left: terms.rowsADay - terms.rowsToday }, 1)
  const days = [...each, paced].map((one) => one.days)
  const singole = {
    calls: each.reduce((sum, { calls }) => sum + calls, 0),
    days: days.includes(null) ? null : Math.max(...days.map((count) => count ?? 0)),
  }
  const twin = consultationOf(code).bulk?.service
  const isThere = twin !== undefined && settings.bulk.includes(twin) && isWithinTerritory(code, terms.territory)
  const massivo = isThere && open >= settings.bulkFrom ? bulkEstimateOf(open, Math.min(PART, terms.rowsADay)) : null
  const dated = (estimate: Estimate) => ({
    ...estimate,
    endsOn: estimate.days === null ? null : endsOn(today, estimate.days),
  })
  return { singole: dated(singole), massivo: massivo && dated(massivo) }
}
