import Fastify from 'fastify'
import { expect, test } from 'vitest'
import { atTotem } from '../../contract/caller.ts'
import { relievePressure } from './pressure.ts'

/** A gateway whose database has a queue of `waiting`; each request names its totem. */
function busyServer(waiting: number) {
  const server = Fastify()
  server.decorateRequest('caller', null)
  server.addHook('onRequest', async (request) => {
    request.caller = atTotem(String(request.headers['x-totem']))
  })
  let shed = 0
  const stopping = new AbortController()
  const onShed = () => {
    shed++
  }
  relievePressure(server, { waiting: () => waiting, stopping: stopping.signal, onShed })
  server.post('/backlog', { config: { patient: true } }, async () => 'taken')
  server.post('/full', { config: { patient: true, isFull: ({ id }) => id === 'TT-1' } }, async () => 'taken')
  server.get('/citizen', async () => 'answered')
  const body = Buffer.alloc(20 * 1024)
  const send = (url: string, totem: number, sent: Buffer) =>
    server.inject({
      method: 'POST',
      url,
      headers: { 'x-totem': `TT-${totem}`, 'content-type': 'application/octet-stream' },
      body: sent,
    })
  const backlogOf = (totem: number) => send('/backlog', totem, body)
  return { server, send, body, backlogOf, shed: () => shed, stopping }
}

test('queue of the database: backlogs wait, a citizen who looks at the screen does not', async () => {
  const { server, backlogOf, shed } = busyServer(41)
  expect((await backlogOf(1)).statusCode).toBe(429)
  expect((await server.inject({ url: '/citizen' })).statusCode).toBe(200)
  expect(shed()).toBe(1)
  await server.close()
})

test('no room behind the door for one totem: its backlog is turned away, its citizen and the others are not', async () => {
  const { server, send, body } = busyServer(0)
  server.addContentTypeParser('application/octet-stream', (_request, _payload, done) => done(null))
  const status = async (totem: number, sent: Buffer) => (await send('/full', totem, sent)).statusCode
  expect([await status(1, body), await status(1, body.subarray(0, 100)), await status(2, body)]).toEqual([
    429, 200, 200,
  ])
  await server.close()
})

test.each([
  { totems: 5, times: 100, longest: 10 },
  { totems: 150, times: 1, longest: 10 },
  { totems: 600, times: 1, longest: 30 },
  { totems: 4_000, times: 1, longest: 120 },
])('$totems totems turned away $times times each: they come back within $longest s', async (herd) => {
  const { server, backlogOf } = busyServer(41)
  const told: number[] = []
  for (let round = 0; round < herd.times; round++) {
    for (let totem = 0; totem < herd.totems; totem++) {
      told.push(Number((await backlogOf(totem)).headers['retry-after']))
    }
  }
  expect(Math.min(...told)).toBeGreaterThanOrEqual(1)
  expect(Math.max(...told)).toBeLessThanOrEqual(herd.longest)
  expect(new Set(told).size).toBeGreaterThan(herd.longest / 2)
  await server.close()
})

test('one totem asks and asks, whatever it is: the others are answered, and so is it when it has stopped', async () => {
  const { server } = busyServer(0)
  const release = new AbortController()
  server.get('/held', () => new Promise((answer) => release.signal.addEventListener('abort', () => answer('held'))))
  const of = async (totem: string, url: string) => server.inject({ url, headers: { 'x-totem': totem } })
  await server.ready()
  const asked = Array.from({ length: 100 }, () => of('TT-1', '/held'))
  expect((await of('TT-1', '/citizen')).statusCode).toBe(429)
  expect((await of('TT-2', '/citizen')).statusCode).toBe(200)
  release.abort()
  const answers = (await Promise.all(asked)).map(({ statusCode }) => statusCode)
  expect(answers.filter((status) => status === 200)).toHaveLength(24)
  expect((await of('TT-1', '/citizen')).statusCode).toBe(200)
  await server.close()
})

test('a herd was turned away, and the gateway stops: totems that wait for outcomes still come back within 10 s', async () => {
  const { server, backlogOf, stopping } = busyServer(41)
  for (let totem = 0; totem < 4_000; totem++) await backlogOf(totem)
  stopping.abort()
  for (let times = 0; times < 30; times++) {
    const { headers } = await server.inject({ url: '/citizen' })
    expect(Number(headers['retry-after'])).toBeLessThanOrEqual(10)
  }
  await server.close()
})

test('stops: says when to come again, and closes the connection', async () => {
  const { server, stopping } = busyServer(0)
  stopping.abort()
  const answer = await server.inject({ url: '/citizen' })
  expect(answer.statusCode).toBe(503)
  expect(answer.headers).toMatchObject({ connection: 'close', 'retry-after': expect.stringMatching(/^\d+$/) })
  await server.close()
})
