import helmet from '@fastify/helmet'
import rateLimit from '@fastify/rate-limit'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { polisComune, polisFound, polisParams, polisQuery } from '../../contract/polis.ts'
import type { BuiltPage } from '../http/page.ts'
import { servePage } from '../http/page.ts'
import type { Routes } from '../http/route.ts'
import type { FigureKeeper, Sent } from './figures.ts'

/** A page asks some three things when it opens, and one for each word that is looked for. */
const PER_MINUTE = 300
/** As often as the figures are counted anew. */
const CACHED = 'public, max-age=300'

/** `/v1/…`: the figures. Read-only, without a log-in, and the same for everybody. */
export const polisRoutes =
  (keeper: FigureKeeper): Routes =>
  (server) => {
    server.register(async (scope) => {
      scope.get('/v1/dashboard', async (request, reply) => send(request, reply, (await keeper.figures()).dashboard))
      scope.get('/v1/comuni.geojson', async (request, reply) =>
        send(request, reply.type('application/geo+json'), (await keeper.figures()).map),
      )
      scope.get('/v1/comuni/:istat', async (request, reply) => {
        const asked = polisParams.safeParse(request.params)
        const comune = asked.success ? (await keeper.figures()).comune(asked.data.istat) : null
        if (!comune) return reply.code(404).send({ kind: 'not-found' })
        return reply.header('cache-control', CACHED).send(polisComune.parse(comune))
      })
      scope.get('/v1/search', async (request, reply) => {
        const asked = polisQuery.safeParse(request.query)
        if (!asked.success) return reply.code(400).send({ kind: 'malformed' })
        const found = (await keeper.figures()).search(asked.data.q)
        return reply.header('cache-control', CACHED).send(polisFound.parse({ found }))
      })
    })
  }

const send = (request: FastifyRequest, reply: FastifyReply, { plain, gzipped }: Sent) => {
  reply.header('cache-control', CACHED).header('vary', 'accept-encoding').header('access-control-allow-origin', '*')
  if (!reply.hasHeader('content-type')) reply.type('application/json; charset=utf-8')
  return /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''))
    ? reply.header('content-encoding', 'gzip').send(gzipped)
    : reply.send(plain)
}

/** The figures with the page that shows them, for the public door. */
export const polisPage =
  (page: BuiltPage, figures: Routes): Routes =>
  (server) => {
    server.register(
      async (scope) => {
        await scope.register(rateLimit, { max: PER_MINUTE, timeWindow: '1 minute', addHeadersOnExceeding: {} })
        await scope.register(helmet, {
          contentSecurityPolicy: {
            useDefaults: false,
            directives: {
              ...{ defaultSrc: ["'none'"], scriptSrc: ["'self'"], styleSrc: ["'self'"], fontSrc: ["'self'"] },
              ...{ imgSrc: ["'self'"], connectSrc: ["'self'"], frameAncestors: ["'none'"], baseUri: ["'none'"] },
            },
          },
          referrerPolicy: { policy: 'no-referrer' },
          // Anybody may show the figures on a page of their own.
          crossOriginResourcePolicy: { policy: 'cross-origin' },
        })
        figures(scope)
        servePage(scope, page)
      },
      { prefix: '/polis' },
    )
    server.get('/polis', async (_request, reply) => reply.redirect('/polis/'))
  }
