import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import pg from 'pg'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Postgres, startPostgres } from '../../test/support/gateway/postgres.ts'
import { openStore } from './database.ts'
import { refusalOf } from './refusals.ts'

// What a gateway that starts says of a database that it cannot use, from real servers and from programs that are none.

let postgres: Postgres
let admin: pg.Client
beforeAll(async () => {
  postgres = await startPostgres()
  admin = new pg.Client(postgres.url)
  await admin.connect()
  await admin.query('create role weak login; create role stranger login password $$other$$')
  const { hba_file } = (await admin.query('show hba_file')).rows[0]
  await admin.query(`copy (values ('local all stranger scram-sha-256'), ('local all all trust')) to '${hba_file}'`)
  await admin.query('select pg_reload_conf()')
})
afterAll(async () => {
  await admin?.end()
  await postgres?.stop()
})

const opened = async (databaseUrl: string) => openStore({ databaseUrl, dataDir: '' }, pino({ enabled: false }))
const failed = (databaseUrl: string) =>
  opened(databaseUrl).then(
    (store) => store.close(),
    (reason: unknown) => reason,
  )
const as = (user: string) => postgres.url.replace('totem@', `${user}@`)
/** Another program at a port of this machine. */
async function listening(answer: (socket: Socket) => void): Promise<string> {
  const server = createServer((socket) => answer(socket.on('error', () => {}))).listen(0, '127.0.0.1')
  await once(server, 'listening')
  server.unref()
  return `postgresql://totem:geheim@127.0.0.1:${(server.address() as AddressInfo).port}/postgres`
}

test.each<[string, string, string, () => string | Promise<string>]>([
  ['no such role', 'not-let-in', '28000', () => as('nobody')],
  ['a wrong password', 'not-let-in', '28P01', () => as('stranger:geheim')],
  ['no password', 'not-let-in', 'no password', () => as('stranger')],
  ['no such database', 'no-such-database', '3D000', () => postgres.url.replace('/postgres', '/none')],
  ['no right to make tables', 'no-right', '42501', () => as('weak')],
  ['no socket', 'away', 'ENOENT', () => 'postgresql://totem@/postgres?host=/nonexistent'],
  ['nobody at the port', 'away', 'ECONNREFUSED', () => 'postgresql://totem@127.0.0.1:9/postgres'],
  ['a program that closes', 'away', 'no answer', () => listening((socket) => socket.destroy())],
  ['a web server', 'away', 'no answer', () => listening((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))],
  ['no TLS', 'no-tls', 'no TLS', async () => `${await listening((socket) => socket.write('N'))}?sslmode=verify-full`],
])('%s: %s (%s)', async (_, kind, code, url) => {
  expect(refusalOf(await failed(await url()))).toEqual({ kind, code })
})

test('a line that breaks at any moment of the start: away', async () => {
  const [, folder] = /host=(.*)$/.exec(postgres.url) ?? []
  for (const bytes of [0, 300, 900, 2_700]) {
    const both = new Set<Socket>()
    let left = bytes
    const url = await listening((socket) => {
      const server = connect(join(folder ?? '', '.s.PGSQL.5432')).on('error', () => {})
      for (const each of [socket, server]) both.add(each)
      if (left < 0) for (const each of both) each.destroy()
      socket.pipe(server)
      server.on('data', (data) => {
        left -= data.length
        if (left >= 0) socket.write(data)
        else for (const each of both) each.destroy()
      })
    })
    const own = /(\/\w+)\?/.exec(await postgres.database())?.[1] ?? ''
    const reason = await failed(url.replace(':geheim', '').replace('/postgres', own))
    expect(refusalOf(reason)?.kind, `${bytes} bytes`).toBe('away')
  }
})

test('a database of a newer version is refused, and left as it is', async () => {
  const url = await postgres.database()
  await (await opened(url)).close()
  const database = new pg.Client(url)
  await database.connect()
  const names = async () => (await database.query('select name from kysely_migration order by name')).rows
  for (const [change, back] of [
    [
      "insert into kysely_migration values ('999-future', '')",
      "delete from kysely_migration where name = '999-future'",
    ],
    ['update pgboss.version set version = version + 1', 'update pgboss.version set version = version - 1'],
  ] as const) {
    await database.query(change)
    const before = await names()
    expect(refusalOf(await failed(url))?.kind).toBe('newer')
    expect(await names()).toEqual(before)
    await database.query(back)
  }
  await database.end()
  await (await opened(url)).close()
})

test('a certificate that is not believed, a full disk, a start under way: each by its code', () => {
  expect(refusalOf({ code: 'SELF_SIGNED_CERT_IN_CHAIN' })?.kind).toBe('not-believed')
  expect(refusalOf({ code: 'ERR_TLS_CERT_ALTNAME_INVALID' })?.kind).toBe('not-believed')
  expect(refusalOf({ code: 'CERT_HAS_EXPIRED' })?.kind).toBe('not-believed')
  expect(refusalOf({ code: '53100' })?.kind).toBe('busy')
  expect(refusalOf({ code: '57P03' })?.kind).toBe('busy')
  expect(refusalOf({ code: '42P01' })?.kind).toBe('refused')
  expect(refusalOf(new TypeError('x is not a function'))).toBeNull()
})
