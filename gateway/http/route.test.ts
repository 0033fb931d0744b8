import Fastify from 'fastify'
import { pino } from 'pino'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { atTotem, type Caller } from '../../contract/caller.ts'
import { err, ok } from '../../contract/result.ts'
import { answerErrors } from './problems.ts'
import { mount, type Routes, route, routes } from './route.ts'

const MALFORMED = { kind: 'request-malformed', anpr: null }
const COUNTER: Caller = { channel: 'counter', id: 'TT-0001-01', person: 'm.verdi' }

/** A door at which this caller stands. */
function doorOf(caller: Caller | null, room: Routes) {
  const server = Fastify()
  answerErrors(server, pino({ enabled: false }))
  server.decorateRequest('caller', null)
  server.addHook('onRequest', async (request) => {
    request.caller = caller
  })
  mount(server, '/v1', room)
  return server
}

const names = z.strictObject({ name: z.string() })
const room = routes(
  route({ method: 'GET', path: '/anybody', answer: names }, async () => ok({ name: 'anybody' })),
  route({ method: 'GET', path: '/caller', answer: names }, async ({ caller }) => ok({ name: caller.id })),
  route({ method: 'GET', path: '/totem', from: 'totem', answer: names }, async ({ caller }) => ok({ name: caller.id })),
  route({ method: 'GET', path: '/bearer', answer: names }, async ({ bearer }) => ok({ name: bearer })),
  route({ method: 'POST', path: '/echo', body: names, answer: names, status: 201 }, async ({ body }) => ok(body)),
  route({ method: 'GET', path: '/slip', answer: names }, async () => ok({ name: 'x', codiceFiscale: 'y' })),
  route({ method: 'GET', path: '/no', answer: names }, async () => err({ kind: 'session-expired', anpr: null })),
)

describe('a route', () => {
  test.each<[string, Caller | null, number]>([
    ['a totem', atTotem('TT-0001'), 200],
    ['a counter', COUNTER, 403],
    ['a console', { ...COUNTER, channel: 'console' }, 403],
    ['nobody whom the door knows', null, 403],
  ])('for totems, asked by %s: %i', async (_, caller, status) => {
    const { statusCode, json } = await doorOf(caller, room).inject('/v1/totem')
    expect([statusCode, json()]).toEqual([status, status === 200 ? { name: 'TT-0001' } : MALFORMED])
  })
  test('for every caller takes each of them, and fails where the door has proved none', async () => {
    for (const caller of [atTotem('TT-0001'), COUNTER]) {
      expect((await doorOf(caller, room).inject('/v1/caller')).json()).toEqual({ name: caller.id })
    }
    expect((await doorOf(null, room).inject('/v1/caller')).statusCode).toBe(500)
    expect((await doorOf(null, room).inject('/v1/anybody')).json()).toEqual({ name: 'anybody' })
  })
  test.each([
    ['Bearer abc', 'abc'],
    ['Bearer a b', ''],
    ['bearer abc', ''],
    ['Basic abc', ''],
    [undefined, ''],
  ])('reads the token of "%s" as "%s"', async (authorization, name) => {
    const headers = authorization === undefined ? {} : { authorization }
    expect((await doorOf(null, room).inject({ url: '/v1/bearer', headers })).json()).toEqual({ name })
  })
  test('takes its own body and no other', async () => {
    const post = (payload: object) => doorOf(null, room).inject({ method: 'POST', url: '/v1/echo', payload })
    expect((await post({ name: 'a' })).statusCode).toBe(201)
    for (const body of [{}, { name: 1 }, { name: 'a', more: true }]) {
      const { statusCode, json } = await post(body)
      expect([statusCode, json()]).toEqual([400, MALFORMED])
    }
  })
  test('lets no field out that its answer does not have', async () => {
    const { statusCode, body } = await doorOf(null, room).inject('/v1/slip')
    expect([statusCode, body]).toEqual([500, ''])
  })
  test('answers a refusal with its status', async () => {
    const { statusCode, json } = await doorOf(null, room).inject('/v1/no')
    expect([statusCode, json()]).toEqual([401, { kind: 'session-expired', anpr: null }])
  })
  test('is under the prefix of its door only', async () => {
    expect((await doorOf(null, room).inject('/anybody')).statusCode).toBe(404)
  })
})
