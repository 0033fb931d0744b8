import { sql } from 'kysely'
import type { Logger } from 'pino'
import { ulid } from 'ulid'
import { type Recurring, recurring } from '../../../basics/recurring.ts'
import { type Clock, DAY_MS, HOUR_MS, italianDay, italianMidnight, MINUTE_MS } from '../../../basics/time.ts'
import type { Answer } from '../../../contract/console/api.ts'
import type { AnomalyKind } from '../../../contract/console/history.ts'
import { append, type Doer } from '../audit/chain.ts'
import type { Request } from '../bulk/rows.ts'
import { isWorkingDay } from '../bulk/terms.ts'
import type { ConsoleDatabase, ConsoleTransaction } from '../tables.ts'

const LOOK_MS = 5 * MINUTE_MS
/** Of fewer answers a share says nothing. */
const LEAST_ANSWERS = 10
const NOT_FOUND_SHARE = 0.3
const SAME_PERSON = 3
const MONTH_MS = 30 * DAY_MS
/** When offices work; who sends at another hour is asked why. */
const OPEN = { from: 7 * HOUR_MS, until: 20 * HOUR_MS }
const MOST_SHOWN = 300

type Found = [kind: AnomalyKind, figure: number]

/**
 * Judges each request once when it was sent and once when it has ended, whichever gateway looks first; one of each kind for
 * an author and a day.
 */
export function judgeRequests({ db, now, log }: { db: ConsoleDatabase; now: Clock; log: Logger }): Recurring {
  async function look(): Promise<void> {
    for (const moment of ['sent', 'ended'] as const) {
      const open = await db
        .selectFrom('richiesta')
        .selectAll()
        // Who takes a request back shortly before its end has its answers all the same.
        .where(
          moment === 'sent'
            ? sql<boolean>`inviata_at is not null`
            : sql<boolean>`finita_at is not null or (annullata_at is not null and iniziata_at is not null)`,
        )
        .where(({ not, exists, selectFrom }) =>
          not(
            exists(
              selectFrom('anomalia_giudizio')
                .select('richiesta')
                .whereRef('anomalia_giudizio.richiesta', '=', 'richiesta.id')
                .where('momento', '=', moment),
            ),
          ),
        )
        .orderBy('id')
        .execute()
      for (const one of open) await judge(one, moment)
    }
  }

  async function judge(one: Request, momento: 'sent' | 'ended'): Promise<void> {
    const found = momento === 'ended' ? notFound(one) : await ofSending(one)
    await db.transaction().execute(async (transaction) => {
      const { numInsertedOrUpdatedRows: mine } = await transaction
        .insertInto('anomalia_giudizio')
        .values({ richiesta: one.id, momento })
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirst()
      if (!mine || found.length === 0) return
      const { id: richiesta, autore, comune } = one
      const giorno = italianDay(one.inviata_at ?? now())
      await transaction
        .insertInto('anomalia')
        .values(
          found.map(([specie, cifra]) => ({
            id: ulid(+now()),
            specie,
            autore,
            giorno,
            comune,
            richiesta,
            cifra,
            vista_at: now(),
          })),
        )
        .onConflict((conflict) => conflict.columns(['specie', 'autore', 'giorno', 'comune']).doNothing())
        .execute()
    })
  }

  async function ofSending(one: Request): Promise<Found[]> {
    const sent = one.inviata_at ?? now()
    const ente = await db.selectFrom('ente').select('patron').where('id', '=', one.comune).executeTakeFirst()
    const { rows } = await sql<{ same: number; colleagues: number; self: number }>`
      with mine as (select distinct persona from riga where richiesta = ${one.id} and persona is not null),
      often as (
        select mine.persona from mine join riga on riga.persona = mine.persona
        join richiesta other on other.id = riga.richiesta and other.autore = ${one.autore}
          and other.inviata_at > ${new Date(+sent - MONTH_MS)} and other.inviata_at <= ${sent}
        group by 1 having count(distinct other.id) >= ${SAME_PERSON}
      )
      select (select count(*)::integer from often) as same,
        (select count(*)::integer from mine where persona <> ${one.autore}
          and exists (select from console_person where person = mine.persona)) as colleagues,
        (select count(*)::integer from mine where persona = ${one.autore}) as self`.execute(db)
    const [{ same = 0, colleagues = 0, self = 0 } = {}] = rows
    const isOutside =
      !isWorkingDay(italianDay(sent), { comune: one.comune, patron: ente?.patron ?? null }) || isNight(sent)
    const all: Found[] = [
      ['volume', one.insolita ? one.righe : 0],
      ['same-person', same],
      ['colleague', colleagues],
      ['self', self],
      ['hours', isOutside ? one.righe : 0],
    ]
    return all.filter(([, figure]) => figure > 0)
  }

  return recurring(look, LOOK_MS, ({ code }) => log.error({ kind: 'anomalies-failed', code }))
}

function isNight(at: Date): boolean {
  const time = +at - +italianMidnight(italianDay(at))
  return time < OPEN.from || time >= OPEN.until
}

function notFound({ conteggi }: Request): Found[] {
  const { trovato = 0, non_trovato = 0, ambiguo = 0, fuori_territorio = 0, errore = 0 } = conteggi
  const answered = trovato + non_trovato + ambiguo + fuori_territorio + errore
  return answered >= LEAST_ANSWERS && non_trovato > NOT_FOUND_SHARE * answered ? [['not-found', non_trovato]] : []
}

/** What is open first, then the newest; in sight of a comune that validates, and of who audits it. */
export async function anomaliesOf(transaction: ConsoleTransaction, person: string): Promise<Answer<'anomalies'>> {
  const rows = await transaction
    .selectFrom('anomalia')
    .innerJoin('richiesta', 'richiesta.id', 'anomalia.richiesta')
    .selectAll('anomalia')
    .select(['richiesta.autore_nome', 'richiesta.comune_nome', 'richiesta.fruitore_nome', 'richiesta.ufficio_nome'])
    .select('richiesta.protocollo')
    .orderBy(sql`anomalia.chiusa_at is not null`)
    .orderBy('anomalia.id', 'desc')
    .limit(MOST_SHOWN)
    .execute()
  return {
    anomalies: rows.map((one) => ({
      ...{
        anomaly: one.id,
        kind: one.specie,
        author: one.autore_nome,
        at: one.vista_at.toISOString(),
        figure: one.cifra,
      },
      ...{ comuneName: one.comune_nome, fruitoreName: one.fruitore_nome, ufficio: one.ufficio_nome },
      ...{ request: one.richiesta, protocollo: one.protocollo, isOwn: one.autore === person },
      closed: one.chiusa_at && {
        ...{ by: one.chiusa_nome ?? '', at: one.chiusa_at.toISOString(), text: one.chiusa_testo ?? '' },
      },
    })),
  }
}

/** Says what came of one. False: there is none that is open, or it is about who closes it. */
export async function closeAnomaly(
  transaction: ConsoleTransaction,
  { doer, name }: { doer: Doer & { person: string }; name: string },
  { anomaly, text }: { anomaly: string; text: string },
  now: Date,
): Promise<boolean> {
  const closed = await transaction
    .updateTable('anomalia')
    .set({ chiusa_da: doer.person, chiusa_nome: name, chiusa_at: now, chiusa_testo: text })
    .where('id', '=', anomaly)
    .where('chiusa_at', 'is', null)
    .where('autore', '<>', doer.person)
    .returning(['comune', 'specie'])
    .executeTakeFirst()
  if (!closed) return false
  const { comune, specie } = closed
  await append(
    transaction,
    doer,
    { deed: 'anomalies.close', object: anomaly, reason: text, detail: { comune, kind: specie } },
    now,
  )
  return true
}
