import { createReadStream } from 'node:fs'
import { type Clock, HOUR_MS } from '../../basics/time.ts'
import { fleetReleases, releaseOrder, releaseOrdered } from '../../contract/operators.ts'
import { ASSIGNMENT_TYP, type Assignment, releasesAnswer } from '../../contract/release.ts'
import { err, ok } from '../../contract/result.ts'
import { malformed, refuse } from '../http/problems.ts'
import { type Routes, route, routes } from '../http/route.ts'
import type { Keyring } from '../keys/keyring.ts'
import type { ReleaseKeeper } from './keeper.ts'
import type { Rollouts } from './rollouts.ts'

/** An assignment counts so long: a totem asks every hour or two. */
const GOOD_MS = 12 * HOUR_MS
/** A range is never longer: the line is a citizen's first. */
const MOST_BYTES = 4 * 1024 * 1024

/** What a totem is to run, and the files of releases in ranges. */
export const releaseRoutes = ({
  keeper,
  rollouts,
  keys,
  now,
}: {
  keeper: ReleaseKeeper
  rollouts: Pick<Rollouts, 'assigned'>
  keys: Pick<Keyring, 'sign'>
  now: Clock
}): Routes =>
  routes(
    route({ method: 'GET', path: '/releases', from: 'totem', answer: releasesAnswer }, async ({ caller }) => {
      const assigned = await rollouts.assigned(caller.id)
      const at = +now()
      const told: Assignment = {
        totem: caller.id,
        number: assigned?.number ?? null,
        from: new Date(assigned?.from ?? at).toISOString(),
        urgent: assigned?.urgent ?? false,
        until: new Date(at + GOOD_MS).toISOString(),
      }
      return ok({ list: keeper.list, assignment: await keys.sign(ASSIGNMENT_TYP, told) })
    }),
    // Bytes as they are: the signed digest is of them.
    (server) =>
      server.get('/releases/:sha256', async (request, reply) => {
        const file = await keeper.file((request.params as { sha256: string }).sha256)
        if (!file) return refuse(reply, malformed, 404)
        const range = rangeIn(request.headers.range, file.bytes)
        if (!range) return refuse(reply.header('content-range', `bytes */${file.bytes}`), malformed, 416)
        const { from, to } = range
        return reply
          .code(206)
          .type('application/octet-stream')
          .header('content-range', `bytes ${from}-${to}/${file.bytes}`)
          .header('content-length', to - from + 1)
          .send(createReadStream(file.path, { start: from, end: to }))
      }),
  )

/** `bytes=FROM-TO`, both within the file (RFC 9110 §14.1.2); null: none, several, or too long. */
export function rangeIn(header: string | undefined, bytes: number): { from: number; to: number } | null {
  const [, first = '', last = ''] = /^bytes=(\d{1,10})-(\d{1,10})$/.exec(header ?? '') ?? []
  if (first === '' || last === '') return null
  const [from, to] = [Number(first), Math.min(Number(last), bytes - 1)]
  return from <= to && to - from < MOST_BYTES ? { from, to } : null
}

/** How releases go through the fleet, and an operator's orders about them. */
export const overseeReleases = (keeper: ReleaseKeeper, rollouts: Rollouts): Routes =>
  routes(
    route({ method: 'GET', path: '/releases', answer: fleetReleases }, async () => {
      const { sequence, nextUpdate: ends, releases: listed } = keeper.releases
      return ok({ sequence, ends, listed, rollouts: await rollouts.overview() })
    }),
    route({ method: 'POST', path: '/releases', body: releaseOrder, answer: releaseOrdered }, async ({ body }) => {
      if (body.order === 'hold' || body.order === 'release') {
        await rollouts.hold(body.totem, body.order === 'hold')
        return ok({ done: true })
      }
      const { number } = body
      if (body.order !== 'begin')
        return ok({ done: body.order === 'stop' ? await rollouts.stop(number) : await rollouts.lift(number) })
      // Nothing is begun that no totem could fetch.
      const listed = keeper.releases.releases.find((each) => each.number === number)
      if (!listed || !(await keeper.file(listed.sha256))) return err({ kind: 'request-malformed', anpr: null })
      return ok({ done: await rollouts.begin(number, body.urgent) })
    }),
  )
