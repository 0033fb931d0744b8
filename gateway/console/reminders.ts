import { createHash } from 'node:crypto'
import { type Selectable, sql } from 'kysely'
import type { Logger } from 'pino'
import { type Recurring, recurring } from '../../basics/recurring.ts'
import { type Clock, DAY_MS, HOUR_MS, italianDay, MINUTE_MS } from '../../basics/time.ts'
import { mailerOf } from '../delivery/mailer.ts'
import type { MailSettings } from '../settings/mail.ts'
import { reminderOf } from './bulk/read.ts'
import { comuneOf } from './permissions/giving.ts'
import { confirmFrom, stateOf } from './permissions/grants.ts'
import type { ConsoleDatabase, ConsoleTables } from './tables.ts'

const LOOK_MS = 5 * MINUTE_MS
/** After a try in vain. */
const AGAIN_MS = HOUR_MS
/** Before the last day of a profile or an agreement: the next one takes two people. */
const EXPIRES_MS = 30 * DAY_MS
/** What was sent is known for longer than any of it can be due again. */
const KEPT_MS = 400 * DAY_MS
/** The box of who looks after the platform; others have the id of their comune or body. */
const PLATFORM = 'piattaforma'

/** What waits for somebody; `keys`: each is told of once, to one box. `path`: where in the console it is done. */
interface Due {
  box: string
  keys: string[]
  path: string
  said(many: number): { subject: string; text: string }
}

/**
 * Mails to boxes of offices what waits for a person there: a request before its silence approves it, profiles and agreements
 * before they end, grants that are to be confirmed each quarter. Each once, by whichever gateway looks first; a gateway that dies
 * between the mail server's answer and the database sends one twice, under the same Message-ID. No mail names a person.
 */
export async function remind({
  db,
  boxes,
  mail,
  consoleUrl,
  now,
  log,
}: {
  db: ConsoleDatabase
  /** Addresses by comune, body or `piattaforma`. */
  boxes: Readonly<Record<string, string>>
  mail: MailSettings
  /** Null: the console is not reached yet. */
  consoleUrl(): string | null
  now: Clock
  log: Logger
}): Promise<Recurring> {
  const mailer = await mailerOf(mail)
  const [returnName = '', returnDomain = ''] = mail.returns.address.split('@')

  async function look(): Promise<void> {
    const base = consoleUrl()
    if (base === null) return
    await sql`delete from promemoria where mandato_at < ${new Date(+now() - KEPT_MS)}`.execute(db)
    for (const due of [...(await waiting()), ...(await ending()), ...(await unconfirmed())]) {
      const to = boxes[due.box]
      const keys = to === undefined ? [] : await claim(due.keys)
      if (to !== undefined && keys.length > 0) await send(to, keys, due, base)
    }
  }

  /** Those that nobody has sent, or is sending. */
  async function claim(keys: readonly string[]): Promise<string[]> {
    const { rows } = await sql<{ chiave: string }>`
      insert into promemoria (chiave, presa_at) select chiave, ${now()}::timestamptz from unnest(${keys}::text[]) as chiave
      on conflict (chiave) do update set presa_at = excluded.presa_at
        where promemoria.mandato_at is null and promemoria.presa_at <= ${new Date(+now() - AGAIN_MS)}::timestamptz
      returning chiave`.execute(db)
    return rows.map(({ chiave }) => chiave).sort()
  }

  async function send(to: string, keys: readonly string[], { said, path }: Due, base: string): Promise<void> {
    const { subject, text } = said(keys.length)
    const id = createHash('sha256').update(keys.join('\n')).digest('hex').slice(0, 32)
    try {
      await mailer.sendMail({
        from: mail.from,
        to: { name: '', address: to },
        // SECURITY: one receiver, whatever stands in the address.
        envelope: { from: `${returnName}@${returnDomain}`, to: [to] },
        messageId: `<promemoria-${id}@${returnDomain}>`,
        headers: { 'Auto-Submitted': 'auto-generated' },
        subject,
        text: `${text}\n\n${new URL(path, base).href}\n\nÈ un messaggio automatico: alle risposte non risponde nessuno.\n`,
      })
    } catch (failure) {
      // The message of a failure may quote the address.
      const { code, responseCode } = failure as { code?: string; responseCode?: number }
      log.warn({ kind: 'reminder-not-sent', code, status: responseCode })
      return
    }
    await sql`update promemoria set mandato_at = ${now()}::timestamptz where chiave = any(${keys}::text[])`.execute(db)
  }

  async function waiting(): Promise<Due[]> {
    const requests = await db
      .selectFrom('richiesta')
      .selectAll()
      .where('stato', '=', 'in_convalida')
      .orderBy('id')
      .execute()
    return requests.flatMap((one) => {
      const moment = reminderOf(one, now())
      if (moment === null || one.scade_giorno === null) return []
      const day = daySaid(one.scade_giorno)
      return {
        ...{
          box: one.comune,
          keys: [`richiesta ${one.id} ${moment} ${one.scade_giorno}`],
          path: `/richieste/${one.id}`,
        },
        said: () => ({
          subject: `Una richiesta attende la convalida entro il ${day}`,
          text: one.silenzio
            ? `Una richiesta di consultazione attende una decisione. Se nessuno decide entro il ${day}, vale come approvata (silenzio-assenso).`
            : `Una richiesta di consultazione attende una decisione, da prendere entro il ${day}. Il silenzio non la approva.`,
        }),
      }
    })
  }

  async function ending(): Promise<Due[]> {
    const [today, last] = [italianDay(now()), italianDay(new Date(+now() + EXPIRES_MS))]
    const { rows } = await sql<{ box: string; key: string; path: string; al: string }>`
      select unnest(array[comune, fruitore]) as box, 'convenzione ' || id as key, '/convenzioni' as path, al from convenzione
      where approved_at is not null and ended_at is null and al between ${today} and ${last}
      union all
      select comune, 'profilo ' || id || ' ' || versione, '/profili', al from profilo
      where approved_at is not null and ended_at is null and al between ${today} and ${last}
      order by key, box`.execute(db)
    return rows.map(({ box, key, path, al }) => {
      const what = path === '/profili' ? 'Un profilo di consultazione' : 'Una convenzione'
      return {
        ...{ box, keys: [`${key} ${box}`], path },
        said: () => ({
          subject: `${what} scade il ${daySaid(al)}`,
          text: `${what} vale fino al ${daySaid(al)} compreso; poi le richieste si fermano. Per continuare ne serve uno nuovo, che due persone del comune propongono e approvano.`,
        }),
      }
    })
  }

  async function unconfirmed(): Promise<Due[]> {
    const grants = await db
      .selectFrom('console_grant')
      .selectAll()
      .where('revoked_at', 'is', null)
      .orderBy('id')
      .execute()
    const open = grants.filter((grant) => stateOf(grant, now()) === 'given' && +now() >= confirmFrom(grant))
    const boxOf = ({ scope }: Selectable<ConsoleTables['console_grant']>) => comuneOf(scope) ?? PLATFORM
    return [...Map.groupBy(open, boxOf)].map(([box, own]) => ({
      box,
      keys: own.map((grant) => `incarico ${grant.id} ${new Date(confirmFrom(grant)).toISOString()}`),
      path: '/incarichi',
      said: (many) => ({
        subject: 'Revisione trimestrale degli incarichi',
        text: `${many === 1 ? 'Un incarico attende' : `${many} incarichi attendono`} la conferma trimestrale. Un incarico che entro 30 giorni nessuno conferma smette di valere.`,
      }),
    }))
  }

  const { look: lookSafely, stop } = recurring(look, LOOK_MS, ({ code }) =>
    log.error({ kind: 'reminders-failed', code }),
  )
  return {
    look: lookSafely,
    async stop() {
      await stop()
      mailer.close()
    },
  }
}

const daySaid = (day: string): string => day.split('-').reverse().join('/')
