import { randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import { type Caller, operatorOf } from '../../contract/caller.ts'
import type { Database } from '../store/schema.ts'
import type { CitizenTables } from './tables.ts'

export interface SessionRow {
  tokenHash: string
  caller: Caller
  idAnpr: string
  requester: string
  expires: Date
}

/** What a session may ask: a long visit with every paper asks some twenty questions, and mistypes a mark now and then. */
const QUESTIONS = 60
const MARKS = 10
/** Sessions of one person at one machine that live at the same time: somebody who puts the card in again and again. */
const LIVE_SESSIONS = 20

/**
 * Opens a session, unless the challenge of its log-in has opened one before or its person has too many. It also deletes
 * sessions that have ended, and challenges after `challengeLifeMs`, when their log-in would be stale anyway.
 */
export function openSession(
  db: Database,
  { tokenHash, caller, idAnpr, requester, expires }: SessionRow,
  { challenge, at, challengeLifeMs }: { challenge: string; at: Date; challengeLifeMs: number },
): Promise<'opened' | 'statement-replayed' | 'session-spent'> {
  return ownTables(db)
    .transaction()
    .execute(async (transaction) => {
      const spent = await transaction
        .insertInto('spent_challenge')
        .values({ challenge, spent_at: at })
        .onConflict((conflict) => conflict.column('challenge').doNothing())
        .returning('challenge')
        .executeTakeFirst()
      if (!spent) return 'statement-replayed'
      await transaction
        .deleteFrom('spent_challenge')
        .where('spent_at', '<', new Date(+at - challengeLifeMs))
        .execute()
      await transaction.deleteFrom('session').where('expires_at', '<', at).execute()
      await sql`select pg_advisory_xact_lock(hashtextextended(${`session ${requester}`}, 0))`.execute(transaction)
      if (await isFull(transaction, caller, requester, at)) return 'session-spent'
      await transaction
        .insertInto('session')
        .values({ ...columnsOf(caller), token_hash: tokenHash, id_anpr: idAnpr, requester, expires_at: expires })
        .execute()
      return 'opened'
    })
}

/**
 * Why this log-in opens no session; null: it may. Asked before ANPR is, which a log-in that comes again and again would
 * ask each time.
 */
export async function whyNotOpen(
  db: Database,
  { challenge, caller, requester, at }: { challenge: string; caller: Caller; requester: string; at: Date },
): Promise<'statement-replayed' | 'session-spent' | null> {
  const row = await ownTables(db)
    .selectFrom('spent_challenge')
    .select('challenge')
    .where('challenge', '=', challenge)
    .executeTakeFirst()
  if (row !== undefined) return 'statement-replayed'
  return (await isFull(ownTables(db), caller, requester, at)) ? 'session-spent' : null
}

/** Uses a challenge up whose log-in ANPR has refused: the answer would be the same each time. */
export async function spendChallenge(db: Database, challenge: string, at: Date): Promise<void> {
  await ownTables(db)
    .insertInto('spent_challenge')
    .values({ challenge, spent_at: at })
    .onConflict((conflict) => conflict.column('challenge').doNothing())
    .execute()
}

/** Has this person as many live sessions at this machine as one may have? */
async function isFull(
  db: ReturnType<typeof ownTables>,
  { channel, id }: Caller,
  requester: string,
  at: Date,
): Promise<boolean> {
  const { live } = await db
    .selectFrom('session')
    .select(({ fn }) => fn.countAll<string>().as('live'))
    .where('channel', '=', channel)
    .where('caller', '=', id)
    .where('requester', '=', requester)
    .where('expires_at', '>', at)
    .executeTakeFirstOrThrow()
  return Number(live) >= LIVE_SESSIONS
}

/** Counts one more question of a session; false when it has asked as much as one may. */
export async function ask(db: Database, tokenHash: string, { mark }: { mark: boolean }): Promise<boolean> {
  const more = mark ? 1 : 0
  const { rows } = await sql`
    update session set questions = questions + 1, marks = marks + ${more}::integer
    where token_hash = ${tokenHash} and questions < ${QUESTIONS} and marks + ${more}::integer <= ${MARKS}
    returning token_hash`.execute(db)
  return rows.length > 0
}

/** Keeps for the live sessions of this person at this machine where they live: an ISTAT code, or nothing. */
export async function noteComune(
  db: Database,
  { caller, idAnpr }: Pick<SessionRow, 'caller' | 'idAnpr'>,
  comune: string | null,
  at: Date,
): Promise<void> {
  await ownTables(db)
    .updateTable('session')
    .set({ comune: comune ?? '' })
    .where('channel', '=', caller.channel)
    .where('caller', '=', caller.id)
    .where('id_anpr', '=', idAnpr)
    .where('expires_at', '>', at)
    .execute()
}

/** The visit is over: its token is nobody's any more. The row stays, since what one person may open is counted by it. */
export async function end(db: Database, tokenHash: string): Promise<void> {
  const nobodys = randomBytes(32).toString('base64url')
  await ownTables(db)
    .updateTable('session')
    .set({ token_hash: nobodys, comune: null })
    .where('token_hash', '=', tokenHash)
    .execute()
}

/** The holder of a live session of this caller; null when there is none. */
export async function holderOf(
  db: Database,
  tokenHash: string,
  caller: Caller,
  at: Date,
): Promise<(Told & { requester: string | null }) | null> {
  const { channel, caller: id, actor } = columnsOf(caller)
  const row = await ownTables(db)
    .selectFrom('session')
    .select(['id_anpr as idAnpr', 'requester', 'comune'])
    .where('token_hash', '=', tokenHash)
    .where('channel', '=', channel)
    .where('caller', '=', id)
    .where('actor', 'is not distinct from', actor)
    .where('expires_at', '>', at)
    .executeTakeFirst()
  return row ?? null
}

/** What ANPR has told of the person of a session. `comune`: as in the table. */
export interface Told {
  idAnpr: string
  comune: string | null
}

/** What ANPR has told of the person who is `requester`, for a session at this caller; null where they have none that lives. */
export async function toldFor(db: Database, caller: Caller, requester: string, at: Date): Promise<Told | null> {
  const row = await ownTables(db)
    .selectFrom('session')
    .select(['id_anpr as idAnpr', 'comune'])
    .where('channel', '=', caller.channel)
    .where('caller', '=', caller.id)
    .where('requester', '=', requester)
    .where('expires_at', '>', at)
    // Of several, one that knows the comune.
    .orderBy('comune', (order) => order.desc().nullsLast())
    .executeTakeFirst()
  return row ?? null
}

const ownTables = (db: Database) => db.$extendTables<CitizenTables>()

const columnsOf = (caller: Caller) => ({ channel: caller.channel, caller: caller.id, actor: operatorOf(caller) })
