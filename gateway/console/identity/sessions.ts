import { sql } from 'kysely'
import { ulid } from 'ulid'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../basics/time.ts'
import type { Answer } from '../../../contract/console/api.ts'
import { append } from '../audit/chain.ts'
import type { ConsoleDatabase } from '../tables.ts'
import type { Going, Named } from './issuer.ts'
import { digest, newToken } from './secrets.ts'

const IDLE_MS = 15 * MINUTE_MS
/** At a counter the next citizen stands before the screen. */
const IDLE_BY_CARD_MS = 5 * MINUTE_MS
const ABSOLUTE_MS = 8 * HOUR_MS
const LOGIN_MS = 10 * MINUTE_MS
/** An idle session that is looked at each second need not be written each second. */
const SEEN_EVERY_MS = 20_000
const KEPT_MS = 30 * DAY_MS

export interface Session {
  id: string
  person: string
  name: string
  authenticatedAt: Date
  endsAt: Date
  /** Sent with each deed: a page of another origin cannot read it. */
  csrf: string
  /** Of a log-in by smart card: which, its person's operator number, and when it last shook hands. */
  card: { id: string; number: string; at: Date } | null
  /** The counter at which its person works with it. */
  counter: { office: string; station: string } | null
}

/** A card that has just shaken hands. */
interface Shaken {
  id: string
  at: Date
}

const csrfOf = (token: string) => digest(`csrf|${token}`)

export interface Sessions {
  /** Remembers a log-in that goes to the issuer, by `browser`, a secret in a cookie of its own. */
  goes(going: Going, browser: string, returnTo: string): Promise<void>
  /** The log-in that comes back, once: null when this browser has begun none by this state, or too long ago. */
  comesBack(state: string, browser: string): Promise<(Going & { returnTo: string }) | null>
  /** A new session, whose token this is; the one that the browser had ends. */
  begin(who: Omit<Named, 'codiceFiscale'>, person: string, before: string, card?: Shaken): Promise<string>
  /**
   * The card of a session that lasts has shaken hands anew: its next token, by which alone it goes on; null: this token's is not
   * this person's by this card.
   */
  shakes(token: string, person: string, card: Shaken): Promise<string | null>
  /** Its person begins to work at this counter. */
  worksAt(session: Session, counter: NonNullable<Session['counter']>): Promise<void>
  /** The session of a token, while it lasts; `acts`: its person has just done something, from which its idle time counts. */
  of(token: string, acts: boolean): Promise<Session | null>
  list(session: Session): Promise<Answer<'sessions'>>
  /** Ends a session of the same person. False: there is none such. */
  end(session: Session, id: string): Promise<boolean>
  /** Erases what has ended long ago. */
  tidy(): Promise<void>
}

export function createSessions(db: ConsoleDatabase, now: () => Date): Sessions {
  const alive = (at: Date) =>
    db
      .selectFrom('console_session')
      .selectAll()
      .where('ended_at', 'is', null)
      .where(
        sql<boolean>`seen_at > case when card is null then ${new Date(+at - IDLE_MS)}::timestamptz
          else ${new Date(+at - IDLE_BY_CARD_MS)}::timestamptz end`,
      )
      .where('began_at', '>', new Date(+at - ABSOLUTE_MS))
      // SECURITY: asked at each use, since a session may begin while its card is revoked.
      .where(sql<boolean>`(card is null or card in (select id from operator_card where revoked_at is null))`)

  const numberOf = async (card: string): Promise<string | null> =>
    (await db.selectFrom('operator_card').select('number').where('id', '=', card).executeTakeFirst())?.number ?? null

  return {
    async goes({ state, nonce, verifier }, browser, return_to) {
      const expires_at = new Date(+now() + LOGIN_MS)
      const hashes = { state_hash: digest(state), browser_hash: digest(browser) }
      await db
        .insertInto('console_login')
        .values({ ...hashes, nonce, verifier, return_to, expires_at })
        .execute()
    },
    async comesBack(state, browser) {
      const going = await db
        .deleteFrom('console_login')
        .where('state_hash', '=', digest(state))
        .returningAll()
        .executeTakeFirst()
      if (!going || going.browser_hash !== digest(browser) || +going.expires_at < +now()) return null
      return { state, nonce: going.nonce, verifier: going.verifier, returnTo: going.return_to }
    },
    async begin({ iss, sub, name, authenticatedAt }, person, before, card) {
      const at = now()
      const [token, id] = [newToken(), ulid(+at)]
      const seen = { person, name, seen_at: at }
      await db.transaction().execute(async (transaction) => {
        await transaction
          .insertInto('console_person')
          .values({ iss, sub, ...seen })
          .onConflict((conflict) => conflict.columns(['iss', 'sub']).doUpdateSet(seen))
          .execute()
        // SECURITY: a token that somebody has put into the browser beforehand is worth nothing after the log-in.
        await transaction
          .updateTable('console_session')
          .set({ ended_at: at })
          .where('token_hash', '=', digest(before))
          .where('ended_at', 'is', null)
          .execute()
        // One card, one counter: whoever goes to another one locks the first.
        if (card)
          await transaction
            .updateTable('console_session')
            .set({ ended_at: at })
            .where('person', '=', person)
            .where('card', 'is not', null)
            .where('ended_at', 'is', null)
            .execute()
        await transaction
          .insertInto('console_session')
          .values({
            token_hash: digest(token),
            id,
            ...seen,
            began_at: at,
            authenticated_at: authenticatedAt,
            ended_at: null,
            ...{ card: card?.id ?? null, shaken_at: card?.at ?? null, office: null, station: null },
          })
          .execute()
        await append(
          transaction,
          { person, role: null, session: id },
          { deed: 'session.begun', detail: card ? { card: card.id } : {} },
          at,
        )
      })
      return token
    },
    async shakes(token, person, { id, at }) {
      const found = await alive(now()).where('token_hash', '=', digest(token)).executeTakeFirst()
      if (found?.person !== person || found.card !== id) return null
      // SECURITY: whoever had stolen the token before has nothing of the new half hour.
      const next = newToken()
      const shaken = await db
        .updateTable('console_session')
        .set({ token_hash: digest(next), shaken_at: at, authenticated_at: at, seen_at: now() })
        .where('token_hash', '=', found.token_hash)
        .where('ended_at', 'is', null)
        .returning('id')
        .executeTakeFirst()
      return shaken ? next : null
    },
    async worksAt({ id }, counter) {
      await db.updateTable('console_session').set(counter).where('id', '=', id).execute()
    },
    async of(token, acts) {
      const at = now()
      const found = await alive(at).where('token_hash', '=', digest(token)).executeTakeFirst()
      if (!found) return null
      if (acts && +at - +found.seen_at > SEEN_EVERY_MS)
        await db
          .updateTable('console_session')
          .set({ seen_at: at })
          .where('token_hash', '=', found.token_hash)
          .where('ended_at', 'is', null)
          .execute()
      const { card, shaken_at, office, station } = found
      const number = card && (await numberOf(card))
      return {
        ...{ id: found.id, person: found.person, name: found.name, authenticatedAt: found.authenticated_at },
        ...{ endsAt: new Date(+found.began_at + ABSOLUTE_MS), csrf: csrfOf(token) },
        card: card && number && shaken_at ? { id: card, number, at: shaken_at } : null,
        counter: office && station ? { office, station } : null,
      }
    },
    async list({ person, id }) {
      const found = await alive(now()).where('person', '=', person).orderBy('began_at', 'desc').execute()
      return {
        sessions: found.map((each) => ({
          ...{ session: each.id, beganAt: each.began_at.toISOString(), seenAt: each.seen_at.toISOString() },
          isThis: each.id === id,
        })),
      }
    },
    async end({ person, id: by }, id) {
      const at = now()
      return db.transaction().execute(async (transaction) => {
        const ended = await transaction
          .updateTable('console_session')
          .set({ ended_at: at })
          .where('id', '=', id)
          .where('person', '=', person)
          .where('ended_at', 'is', null)
          .returning('id')
          .executeTakeFirst()
        if (!ended) return false
        await append(transaction, { person, role: null, session: by }, { deed: 'session.ended', object: id }, at)
        return true
      })
    },
    async tidy() {
      const before = new Date(+now() - KEPT_MS)
      for (const table of ['console_login', 'card_ticket'] as const)
        await db.deleteFrom(table).where('expires_at', '<', now()).execute()
      await db.deleteFrom('console_session').where('began_at', '<', before).execute()
    },
  }
}
