import { timingSafeEqual } from 'node:crypto'
import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { z } from 'zod'
import {
  type Answer,
  type Body,
  consoleApi,
  type FileRoute,
  type Params,
  type Query,
  type RouteName,
} from '../../contract/console/api.ts'
import { FILE_BYTES } from '../../contract/console/bulk-file.ts'
import {
  type ConsoleProblem,
  type ConsoleProblemKind,
  consoleProblem,
  problemStatus,
} from '../../contract/console/problem.ts'
import type { Result } from '../../contract/result.ts'
import type { AsActor } from './as-actor.ts'
import { append, type Doer } from './audit/chain.ts'
import { FRESH_MS } from './identity/fresh.ts'
import type { Session, Sessions } from './identity/sessions.ts'
import type { IsNewLook } from './looks.ts'
import { heldBy, noteUse } from './permissions/grants.ts'
import { type Held, may, NO_SIGHT, type Sight } from './permissions/matrix.ts'
import type { ConsoleDatabase, ConsoleTransaction } from './tables.ts'

export const SESSION_COOKIE = '__Host-console'

/** What a handler gets. It has no database but in the sight of who asks. */
export interface Ask<N extends RouteName> {
  params: Params<N>
  query: Query<N>
  body: Body<N>
  session: Session
  held: readonly (Held & { until: Date })[]
  sight: Sight
  doer: Doer & { person: string }
  seen<T>(work: (transaction: ConsoleTransaction) => Promise<T>): Promise<T>
  /** In another sight of the same person, such as that of one kind of command. */
  seenAs<T>(sight: Sight, work: (transaction: ConsoleTransaction) => Promise<T>): Promise<T>
  /** As `seen`, in the sight of this moment: a long file ends with the session or the grant that it was begun by. */
  stillSeen<T>(work: (transaction: ConsoleTransaction) => Promise<T>): Promise<T>
}

/** A file that is sent as it is read; whoever holds the connection sees it broken off where `text` throws. */
export interface Download {
  name: string
  type: string
  text: AsyncIterable<string | Uint8Array>
}

export type Handlers = {
  [N in RouteName]: (ask: Ask<N>) => Promise<Result<N extends FileRoute ? Download : Answer<N>, ConsoleProblem>>
}

interface Ground {
  db: ConsoleDatabase
  asActor: AsActor
  sessions: Sessions
  isNewLook: IsNewLook
  /** Where browsers reach the console, once it listens. */
  origin(): string
  now(): Date
}

const refuse = (reply: FastifyReply, kind: ConsoleProblemKind, field: string | null = null) =>
  reply.code(problemStatus[kind]).send(consoleProblem.parse({ kind, field }))

/**
 * Puts the console's wire behind a door. Each request passes the same gates in the same order: a session that lasts; for a
 * deed, that this page and no other sent it; the matrix, by grants that count at this moment; a fresh log-in where the route
 * asks for one. Then the handler works in the sight that the matrix gave. What is refused stands in the audit, and so do the
 * looks that the route names.
 */
export function mountConsole(server: FastifyInstance, handlers: Handlers, ground: Ground): void {
  // SECURITY: a file is read when its sender has passed the gates, and not before.
  server.addContentTypeParser(UPLOAD, (_request, payload, done) => done(null, payload))
  for (const name of Object.keys(consoleApi) as RouteName[]) mountOne(server, name, handlers[name] as Handler, ground)
}

type Handler = (ask: unknown) => Promise<Result<unknown, ConsoleProblem>>

function mountOne(server: FastifyInstance, name: RouteName, handle: Handler, ground: Ground): void {
  const route: {
    method: 'GET' | 'POST'
    path: string
    action: Parameters<typeof may>[1] | null
    fresh?: true
    told?: true
    params?: z.ZodType
    query?: z.ZodType
    body?: z.ZodType | 'file'
    answer: z.ZodType | 'file' | 'events'
  } = consoleApi[name]
  server.route({
    method: route.method,
    url: route.path,
    async handler(request, reply) {
      const session = await ground.sessions.of(request.cookies[SESSION_COOKIE] ?? '', hasActed(request))
      if (!session) return refuse(reply, 'signed-out')
      if (route.method === 'POST' && !isOwnDeed(request, session, ground.origin(), route.body === 'file'))
        return refuse(reply, 'cross-site')
      const held = await heldBy(ground.db, session.person, ground.now())
      const sight = route.action === null ? NO_SIGHT : may(held, route.action)
      const doer = {
        person: session.person,
        role: sight === NO_SIGHT ? null : (sight?.role ?? null),
        session: session.id,
      }
      // Of all that an address can name these two: a download's is a secret.
      const { totem, request: asked } = request.params as { totem?: string; request?: string }
      const object = totem ?? asked ?? null
      const parsed: Record<string, unknown> = {}
      if (!sight) {
        await tell(`refused.${name}`, 'refused')
        return refuse(reply, 'forbidden')
      }
      if (route.fresh && +ground.now() - +session.authenticatedAt > FRESH_MS) return refuse(reply, 'log-in-again')

      for (const part of ['params', 'query', 'body'] as const) {
        const schema = route[part]
        if (schema === 'file') {
          const bytes = await bytesOf(request.body as Readable)
          if (!bytes) return refuse(reply, 'too-large')
          parsed[part] = bytes
          continue
        }
        const read = schema?.safeParse(request[part])
        if (read?.success === false) return refuse(reply, 'malformed', read.error.issues[0]?.path.join('.') ?? null)
        parsed[part] = read?.data
      }
      if (hasActed(request))
        await noteUse(
          ground.db,
          held.filter(({ role }) => role === sight.role && sight !== NO_SIGHT),
          ground.now(),
        )
      const result = await handle({
        ...parsed,
        ...{ session, held, sight, doer },
        seen: (work: (transaction: ConsoleTransaction) => Promise<unknown>) =>
          ground.asActor(session.person, sight, work),
        seenAs: (other: Sight, work: (transaction: ConsoleTransaction) => Promise<unknown>) =>
          ground.asActor(session.person, other, work),
        stillSeen: async (work: (transaction: ConsoleTransaction) => Promise<unknown>) =>
          ground.asActor(session.person, await sightNow(), work),
      })
      if (!result.ok) {
        if (result.error.kind === 'not-found') await tell(`missed.${name}`, 'refused')
        return refuse(reply, result.error.kind, result.error.field)
      }
      // Before the answer leaves: a look that could not be told shows nothing.
      if (route.told) await tell(`seen.${name}`, 'done')
      if (route.answer === 'file') return sendFile(reply, result.value as Download)
      if (route.answer === 'events') return sendEvents(reply, result.value as Download)
      return reply.send(route.answer.parse(result.value))

      async function sightNow(): Promise<Sight> {
        const lasts = await ground.sessions.of(request.cookies[SESSION_COOKIE] ?? '', false)
        const counts =
          lasts && route.action ? may(await heldBy(ground.db, lasts.person, ground.now()), route.action) : null
        if (!counts) throw new Error('the session or the grant has ended')
        return counts
      }

      async function tell(what: string, outcome: 'done' | 'refused'): Promise<void> {
        const deed = what.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
        const filters = Object.entries((parsed.query ?? {}) as Record<string, unknown>)
          // Further pages of one look are the same look.
          .filter(([key, value]) => value !== undefined && key !== 'before' && key !== 'after')
          .map(([key, value]) => [key, String(value).slice(0, 100)] as const)
        const detail = Object.fromEntries(filters)
        if (!ground.isNewLook(session?.id ?? '', `${deed} ${object} ${JSON.stringify(detail)}`)) return
        const told = { deed, object: object?.slice(0, 80) ?? null, outcome, detail }
        await ground.asActor(session?.person ?? null, sight ?? NO_SIGHT, (transaction) =>
          append(transaction, doer, told, ground.now()),
        )
      }
    },
  })
}

/** Files that one gateway sends at a time: each reads the database page by page. */
const MOST_FILES = 3
let sending = 0

function sendFile(reply: FastifyReply, { name, type, text }: Download) {
  if (sending >= MOST_FILES) return refuse(reply, 'too-many')
  sending++
  const body = Readable.from(text)
  body.once('close', () => {
    sending--
  })
  return reply.header('content-type', type).header('content-disposition', `attachment; filename="${name}"`).send(body)
}

/** Screens that listen at a time: each looks at the database when something has changed. */
const MOST_LISTENERS = 500
let listening = 0

function sendEvents(reply: FastifyReply, { type, text }: Download) {
  if (listening >= MOST_LISTENERS) return refuse(reply, 'too-many')
  listening++
  const body = Readable.from(text)
  // Where the session ends, so does the line; its screen asks again and hears why.
  body.on('error', () => undefined)
  body.once('close', () => {
    listening--
  })
  return reply.header('content-type', type).send(body)
}

const UPLOAD = 'text/csv'

/** Null: it is larger than any file may be. */
async function bytesOf(file: Readable): Promise<Uint8Array | null> {
  const pieces: Buffer[] = []
  let size = 0
  for await (const piece of file as AsyncIterable<Buffer>) {
    size += piece.length
    // Read to its end, so that its sender hears the answer.
    if (size <= FILE_BYTES) pieces.push(piece)
  }
  return size > FILE_BYTES ? null : Buffer.concat(pieces)
}

/** A screen that looks again by itself keeps nobody signed in: the page says when its person has just used it. */
const hasActed = ({ method, headers }: FastifyRequest) => method === 'POST' || headers['x-acted'] === '1'

/**
 * SECURITY: a deed comes from the console's own page. Browsers say where a request was made (Sec-Fetch-Site, Origin), a form
 * of another site can send neither JSON nor CSV, and nobody else can read the session's token.
 */
function isOwnDeed({ headers }: FastifyRequest, { csrf }: Session, origin: string, isUpload: boolean): boolean {
  const given = Buffer.from(String(headers['x-csrf'] ?? ''))
  const wanted = Buffer.from(csrf)
  return (
    headers['sec-fetch-site'] === 'same-origin' &&
    headers.origin === origin &&
    (isUpload ? /^text\/csv\b/ : /^application\/json\b/).test(headers['content-type'] ?? '') &&
    given.length === wanted.length &&
    timingSafeEqual(given, wanted)
  )
}
