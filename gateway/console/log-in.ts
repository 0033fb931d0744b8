import type { FastifyInstance, FastifyReply } from 'fastify'
import { append } from './audit/chain.ts'
import type { Issuer } from './identity/issuer.ts'
import { newGoing } from './identity/issuer.ts'
import { newToken } from './identity/secrets.ts'
import type { Sessions } from './identity/sessions.ts'
import { SESSION_COOKIE } from './route.ts'
import type { ConsoleDatabase } from './tables.ts'

/** The browser that began a log-in is the one that may end it. */
const LOGIN_COOKIE = '__Host-console-login'
const COOKIE = { path: '/', httpOnly: true, secure: true } as const
const CALLBACK = '/console/callback'

/**
 * The way to the issuer and back. The session's cookie is Lax: with Strict the browser would not send it when the issuer
 * sends the person back.
 */
export function mountLogIn(
  server: FastifyInstance,
  {
    issuer,
    sessions,
    db,
    reference,
    origin,
    now,
    limit,
  }: {
    issuer: Issuer
    sessions: Sessions
    db: ConsoleDatabase
    reference(person: string): string
    origin(): string
    now(): Date
    /** Log-ins of one address in a minute. */
    limit: object
  },
): void {
  server.get<{ Querystring: { to?: unknown; fresh?: string } }>('/log-in', limit, async (request, reply) => {
    const [going, browser] = [newGoing(), newToken()]
    const url = await issuer.urlFor(going, `${origin()}${CALLBACK}`, request.query.fresh === '1')
    if (!url.ok) return fail(reply, 'away')
    await sessions.goes(going, browser, ownPath(request.query.to))
    return reply
      .setCookie(LOGIN_COOKIE, browser, { ...COOKIE, sameSite: 'lax', maxAge: 600 })
      .redirect(url.value.href, 303)
  })

  server.get<{ Querystring: { state?: string } }>('/callback', limit, async (request, reply) => {
    const browser = request.cookies[LOGIN_COOKIE] ?? ''
    reply.clearCookie(LOGIN_COOKIE, COOKIE)
    const going = await sessions.comesBack(String(request.query.state ?? ''), browser)
    if (!going) return fail(reply, 'again')
    const named = await issuer.named(new URL(request.url, origin()), going)
    if (!named.ok) {
      const why = named.error.kind
      await db
        .transaction()
        .execute((transaction) =>
          append(
            transaction,
            { person: null, role: null, session: null },
            { deed: 'session.refused', outcome: 'refused', detail: { why } },
            now(),
          ),
        )
      return fail(reply, why === 'issuer-away' ? 'away' : why === 'person-unnamed' ? 'unnamed' : 'again')
    }
    const { codiceFiscale, ...who } = named.value
    const before = request.cookies[SESSION_COOKIE] ?? ''
    const token = await sessions.begin(who, reference(codiceFiscale), before)
    return reply.setCookie(SESSION_COOKIE, token, { ...COOKIE, sameSite: 'lax' }).redirect(going.returnTo, 303)
  })
}

/** The page says it in words. */
const fail = (reply: FastifyReply, why: 'away' | 'again' | 'unnamed') => reply.redirect(`/?log-in=${why}`, 303)

/** SECURITY: only a path of the console's own: anything else could send the person to another site after the log-in. */
export const ownPath = (to: unknown): string =>
  typeof to === 'string' && to.length < 1_000 && /^\/(?![/\\])[\x21-\x7e]*$/.test(to) ? to : '/'
