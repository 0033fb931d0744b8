import type { FastifyInstance, FastifyReply } from 'fastify'
import { append } from '../audit/chain.ts'
import { newGoing } from '../identity/issuer.ts'
import { newToken } from '../identity/secrets.ts'
import type { Sessions } from '../identity/sessions.ts'
import { ownPath } from '../log-in.ts'
import { SESSION_COOKIE } from '../route.ts'
import type { ConsoleDatabase } from '../tables.ts'
import { cardOf, noteEnd, type Proved, present, type Tickets } from './cards.ts'

/** The browser that began a log-in is the one that may end it. */
const CARD_COOKIE = '__Host-console-card'
const COOKIE = { path: '/', httpOnly: true, secure: true, sameSite: 'lax' } as const

/**
 * The way to the listener that asks for a certificate, and back. A browser keeps to the certificate that it has shown until its
 * connection ends, so that no listener can both ask for one and serve the page: the card's comes back with a ticket.
 */
export function mountCardLogIn(
  server: FastifyInstance,
  {
    sessions,
    tickets,
    db,
    cardUrl,
    now,
    limit,
  }: {
    sessions: Sessions
    tickets: Tickets
    db: ConsoleDatabase
    /** Where browsers show their certificate; null: nowhere. */
    cardUrl(): string | null
    now(): Date
    /** Log-ins of one address in a minute. */
    limit: object
  },
): void {
  server.get<{ Querystring: { to?: unknown } }>('/card/log-in', limit, async (request, reply) => {
    const url = cardUrl()
    if (url === null) return fail(reply, 'no-cards')
    const [going, browser] = [newGoing(), newToken()]
    await sessions.goes(going, browser, ownPath(request.query.to))
    return reply
      .setCookie(CARD_COOKIE, browser, { ...COOKIE, maxAge: 600 })
      .redirect(`${url}/?state=${encodeURIComponent(going.state)}`, 303)
  })

  server.get<{ Querystring: { state?: string; ticket?: string; why?: string } }>(
    '/card',
    limit,
    async (request, reply) => {
      const { state = '', ticket = '', why } = request.query
      const browser = request.cookies[CARD_COOKIE] ?? ''
      reply.clearCookie(CARD_COOKIE, COOKIE)
      const going = await sessions.comesBack(String(state), browser)
      if (!going) return fail(reply, 'again')
      // The listener has told the log by which name; here it is the browser that tells, and nobody is let in by it.
      if (why !== undefined) return fail(reply, /^[a-z-]{1,40}$/.test(why) ? why : 'again')
      const proved = await tickets.take(String(ticket), String(state))
      if (!proved) return fail(reply, 'again')
      const before = request.cookies[SESSION_COOKIE] ?? ''
      const card = await cardOf(db, proved.key_hash)
      if (!card) return fail(reply, await presented(proved, before))
      if (!card.approved_at) return refuse(reply, proved, 'card-not-approved')
      if (card.person !== proved.person) return refuse(reply, proved, 'card-of-another')
      await noteEnd(db, card, proved.ends_at)
      const { person, name, shaken_at: at } = proved
      const shaken = { id: card.id, at }
      const who = { iss: 'card', sub: card.id, name, authenticatedAt: at }
      const token =
        (await sessions.shakes(before, person, shaken)) ?? (await sessions.begin(who, person, before, shaken))
      return reply.setCookie(SESSION_COOKIE, token, COOKIE).redirect(going.returnTo, 303)
    },
  )

  /** Whoever has signed in presents a new card; nobody else's is taken. */
  async function presented(proved: Proved, token: string): Promise<string> {
    const session = await sessions.of(token, true)
    if (!session) return 'card-unknown'
    if (session.person !== proved.person) return 'card-of-another'
    const doer = { person: session.person, role: null, session: session.id }
    await db.transaction().execute((transaction) => present(transaction, doer, proved, now()))
    return 'card-presented'
  }

  async function refuse(reply: FastifyReply, { person }: Proved, why: string) {
    const refused = { deed: 'session.refused', outcome: 'refused', detail: { why } } as const
    await db
      .transaction()
      .execute((transaction) => append(transaction, { person, role: null, session: null }, refused, now()))
    return fail(reply, why)
  }
}

/** The page says it in words. */
const fail = (reply: FastifyReply, why: string) => reply.redirect(`/?log-in=${why}`, 303)
