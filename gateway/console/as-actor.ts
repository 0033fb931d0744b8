import { Kysely, PostgresDialect, sql } from 'kysely'
import pg from 'pg'
import type { Logger } from 'pino'
import { CONFIG, Unusable } from '../settings/unusable.ts'
import { NOT_COMPILED, type Store } from '../store/database.ts'
import type { Tables } from '../store/schema.ts'
import type { Sight } from './permissions/matrix.ts'
import { type ConsoleDatabase, type ConsoleTransaction, withConsole } from './tables.ts'

/** The console's own role of the database, which owns nothing. */
const ROLE = 'totem_console'
const CONNECTIONS = 4
const SETTING = 'CONSOLE_DATABASE_URL'

/** What that role may touch. Sessions and grants are not among it: no fault of a list of totems changes who may what. */
const RIGHTS: readonly (readonly [rights: string, tables: readonly string[]])[] = [
  [
    'select',
    [
      'totem_place',
      'heartbeat',
      'totem_hour',
      'totem_note',
      'journal_entry',
      'journal_base',
      'totem_enrolled',
      'hearing',
      'console_audit',
      'console_audit_base',
      'alarm',
      'alarm_note',
      'maintenance',
      'operation',
      'payment',
      'payment_receipt',
      'refund',
      'command_order',
      'totem_command',
      'totem_readiness',
      'ente',
      'ufficio_ente',
      'profilo',
      'convenzione',
      'stat_ufficio',
      'stat_giorno',
      'stat_fermo',
      'stat_tardi',
      'stat_conto',
      'ufficio_chiuso',
      'regime',
    ],
  ],
  ['select, insert, update', ['richiesta']],
  ['select, insert, update, delete', ['riga']],
  ['select, insert, delete', ['scarico']],
  ['select (id, at, channel, caller, actor, operation, subject, types, outcome)', ['access_log']],
  ['select', ['anomalia']],
  ['update (chiusa_da, chiusa_nome, chiusa_at, chiusa_testo)', ['anomalia']],
  ['insert', ['stat_ufficio', 'ufficio_chiuso', 'regime']],
  ['select, insert, update', ['stat_portato']],
  // Until when it holds; what else it says stays.
  ['update (al, ended_name, ended_at)', ['ufficio_chiuso']],
  ['update (al)', ['regime']],
  ['insert', ['totem_note', 'console_audit', 'alarm_note', 'maintenance']],
  ['insert', ['ente', 'ufficio_ente', 'profilo', 'convenzione']],
  // What a profile or an agreement says is written once (051).
  [
    'update (approved_by, approved_name, approved_at, ended_by, ended_name, ended_at, ended_why)',
    ['profilo', 'convenzione'],
  ],
  // Who looks after it, and an end that a person has said: what an alarm is about, the evaluation says.
  ['update (taken_by, taken_name, taken_at, assigned_by, ended_at)', ['alarm']],
  ['update (approved_by, approved_name, approved_at, ended_by, ended_name, ended_at)', ['maintenance']],
  ['select, update', ['console_audit_head']],
  ['select, insert, update, delete', ['console_view']],
]

/** Does something in the sight of one person: a transaction that sees what they may see, and no more. */
export type AsActor = <T>(
  actor: string | null,
  sight: Sight,
  work: (transaction: ConsoleTransaction) => Promise<T>,
) => Promise<T>

/**
 * Opens the second wall, row level security. On PostgreSQL the console signs in by a role of its own, because the owner of
 * the tables passes every policy. The embedded database runs everything as its superuser, so each transaction takes the
 * role first.
 */
export async function openAsActor(
  store: Pick<Store, 'db' | 'embedded'>,
  url: string | null,
  log: Logger,
): Promise<{ asActor: AsActor; close(): Promise<void> }> {
  await arm(store)
  const own = store.embedded ? null : await ownConnections(url, log)
  const db = own ?? withConsole(store.db)
  return {
    asActor: (actor, sight, work) =>
      db.transaction().execute(async (transaction) => {
        if (!own) await sql`set local role ${sql.ref(ROLE)}`.execute(transaction)
        await sql`
          select set_config('totem.actor', ${actor ?? ''}, true), set_config('totem.all', ${yes(sight.all)}, true),
            set_config('totem.fleet', ${yes(sight.fleet)}, true),
            set_config('totem.regions', ${sight.regions.join(',')}, true),
            set_config('totem.offices', ${sight.offices.join(',')}, true),
            set_config('totem.enti', ${sight.enti.join(',')}, true), set_config('totem.all_enti', ${yes(sight.allEnti)}, true),
            set_config('totem.uffici', ${sight.ufficiEnte.map(({ ente, ufficio, comune }) => `${ente}/${ufficio}@${comune}`).join(',')}, true)`.execute(
          transaction,
        )
        return work(transaction)
      }),
    async close() {
      await own?.destroy()
    },
  }
}

const yes = (is: boolean) => (is ? 'yes' : '')

/** Gives the role what it needs. The embedded database has nobody else to make it. */
async function arm({ db, embedded }: Pick<Store, 'db' | 'embedded'>): Promise<void> {
  const { rows } = await sql`select from pg_roles where rolname = ${ROLE}`.execute(db)
  if (rows.length === 0) {
    if (!embedded)
      throw new Unusable(CONFIG, `console: the database has no role ${ROLE}: gateway/OPERATIONS.md makes it`)
    await sql`create role ${sql.ref(ROLE)}`.execute(db)
  }
  for (const [rights, tables] of RIGHTS)
    for (const table of tables)
      await sql`grant ${sql.raw(rights)} on ${sql.table(table)} to ${sql.ref(ROLE)}`.execute(db)
}

async function ownConnections(url: string | null, log: Logger): Promise<ConsoleDatabase> {
  if (url === null)
    throw new Unusable(CONFIG, `${SETTING}: the console needs a way of its own to PostgreSQL, as ${ROLE}`)
  const pool = new pg.Pool({
    connectionString: url,
    max: CONNECTIONS,
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
    ...NOT_COMPILED,
  })
  const onLost = (error: Error) =>
    log.warn({ kind: 'database-connection-lost', code: (error as { code?: string }).code })
  pool.on('error', onLost)
  pool.on('connect', (client) => client.on('error', onLost))
  const db = withConsole(new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) }))
  try {
    const { rows } = await sql<{ name: string; strong: boolean; owns: boolean }>`
      select rolname as name, rolsuper or rolbypassrls as strong,
        exists (select from pg_class where relname in ('heartbeat', 'console_audit') and pg_has_role(relowner, 'usage')) as owns
      from pg_roles where rolname = current_user`.execute(db)
    const [role] = rows
    // SECURITY: for such a role no policy counts.
    if (role?.name !== ROLE || role.strong || role.owns)
      throw new Unusable(
        CONFIG,
        `${SETTING}: it is to sign in as ${ROLE}, which is neither superuser nor owner of a table`,
      )
    return db
  } catch (reason) {
    await db.destroy()
    throw reason
  }
}
