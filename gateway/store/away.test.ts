import pg from 'pg'
import { expect, test } from 'vitest'
import { isDatabaseAway } from './away.ts'

const failed = (connectionString: string) =>
  new pg.Client({ connectionString, connectionTimeoutMillis: 5_000 }).connect().catch((failure: unknown) => failure)

test.each([
  ['no server behind the socket', 'postgresql://totem@/postgres?host=/nonexistent'],
  ['nobody at the port', 'postgresql://totem@127.0.0.1:9/postgres'],
  ['nobody at the port of a name', 'postgresql://totem@localhost:9/postgres'],
  ['no such name', 'postgresql://totem@database.invalid/postgres'],
])('%s: away', async (_, url) => {
  expect(isDatabaseAway(await failed(url))).toBe(true)
})
test.each([
  ['a shutdown', { code: '57P01' }],
  ['a crash of another connection', { code: '57P02' }],
  ['a server that starts', { code: '57P03' }],
  ['too many connections', { code: '53300' }],
  ['a standby', { code: '25006' }],
  ['a broken connection', { code: '08006' }],
  ['a reset', { code: 'ECONNRESET', syscall: 'read' }],
  ['a connection that ended', new Error('Connection terminated unexpectedly')],
  ['a pool without a connection', new Error('timeout exceeded when trying to connect')],
])('%s: away', (_, failure) => {
  expect(isDatabaseAway(failure)).toBe(true)
})
test.each([
  ['a broken constraint', { code: '23505' }],
  ['wrong SQL', { code: '42601' }],
  ['a missing file', { code: 'ENOENT', syscall: 'open' }],
  ['a bug', new TypeError('x is not a function')],
])('%s: a bug', (_, failure) => {
  expect(isDatabaseAway(failure)).toBe(false)
})
