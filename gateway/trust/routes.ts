import { createReadStream } from 'node:fs'
import { ok } from '../../contract/result.ts'
import { trustBundle } from '../../contract/trust.ts'
import { malformed, refuse } from '../http/problems.ts'
import { type Routes, route, routes } from '../http/route.ts'
import type { TrustKeeper } from './keeper.ts'

/** The trust list and its CRLs, byte for byte as they count here. */
export const trustRoutes = (trust: TrustKeeper): Routes =>
  routes(
    route({ method: 'GET', path: '/trust', answer: trustBundle }, async () => ok(trust.bundle())),
    // A stream of DER: there is no JSON that a schema could parse.
    (server) =>
      server.get('/trust/crls/:sha256', async (request, reply) => {
        const { sha256 } = request.params as { sha256: string }
        const crl = trust.crl(sha256)
        if (!crl) return refuse(reply, malformed, 404)
        return reply.type('application/pkix-crl').header('content-length', crl.bytes).send(createReadStream(crl.path))
      }),
  )
