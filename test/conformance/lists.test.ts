// What an operator asks ANPR about a list: the command beside a running gateway, and the bulk services with all that they
// do wrong, over the simulated ANPR and PostgreSQL.
import { execFile } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Kysely, PostgresDialect, sql } from 'kysely'
import pg from 'pg'
import { pino } from 'pino'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { csvRows } from '../../basics/csv.ts'
import { checkLetter } from '../../contract/identity.ts'
import { accessesAbout } from '../../gateway/access/about.ts'
import { createRegister, type Looks } from '../../gateway/access/register.ts'
import { askingAnpr, wayToAnpr } from '../../gateway/anpr/open.ts'
import { consultationOf, type Listed } from '../../gateway/anpr/services.ts'
import type { Transport } from '../../gateway/anpr/transport.ts'
import { askList, type RowAnswer } from '../../gateway/lists/ask.ts'
import { throughBulk } from '../../gateway/lists/job.ts'
import { rowsIn } from '../../gateway/lists/rows.ts'
import { gatewayConfig } from '../../gateway/settings/config.ts'
import type { Tables } from '../../gateway/store/schema.ts'
import { inRegistry } from '../../simulator/anpr/grant.ts'
import { type Centre, openCentre } from '../support/gateway/centre.ts'
import { type Postgres, startPostgres } from '../support/gateway/postgres.ts'
import { PKI } from '../support/pki.ts'

const COMMAND = fileURLToPath(new URL('../../gateway/consult.ts', import.meta.url))
const CALLER = { channel: 'console', id: 'PG-0001-01', person: 'bench' } as const
const QUESTION = { day: '2026-11-29', reason: 'PROT 12/2026' }
const code = (id: string) => inRegistry().byId(id)?.generalita.codiceFiscale?.codFiscale ?? ''
const idOf = (id: string) => inRegistry().byId(id)?.identificativi.idANPR ?? ''
const NOBODY = `AAAAAA00A00A000${checkLetter('AAAAAA00A00A000')}`

let postgres: Postgres
let centre: Centre
let db: Kysely<Tables>
let way: Transport
let looks: Looks
let now: Date
beforeAll(async () => {
  postgres = await startPostgres()
  const lists = { services: ['C003', 'C007', 'C020'] as Listed[], bulkFrom: 5, rows: 50 }
  centre = await openCentre(postgres.url, {}, { reusePdf: true, throughLine: (anpr) => ({ ...anpr, lists }) })
  db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool: new pg.Pool({ connectionString: postgres.url }) }) })
  const log = pino({ enabled: false })
  const { anpr: settings } = gatewayConfig.omit({}).parse(gatewayFile())
  way = await wayToAnpr(settings, log)
  const metrics = { anprOpen() {}, anprAnswered() {} }
  const { anpr } = askingAnpr(way, { db, limits: {}, metrics, log, now: () => new Date() })
  const reference = (person: string) => `reference of ${person}`
  const register = createRegister({ db, anpr, reference, loa: settings.pdnd.loa, now: () => new Date() })
  looks = register.askedBy({ caller: CALLER, requester: null, operation: QUESTION.reason })
}, 120_000)
afterAll(async () => {
  await way?.close()
  await db?.destroy()
  await centre?.stop()
  await postgres?.stop()
})
beforeEach(async () => {
  now = new Date('2026-11-29T10:00:00Z')
  centre.anpr.setFault({ kind: 'none' })
  await sql`delete from access_log`.execute(db)
})

function gatewayFile() {
  const { databaseUrl: _, ...config } = centre.config
  return config
}
const logged = () => db.selectFrom('access_log').selectAll().orderBy('id').execute()
const jobs = async () => (await sql`select * from anpr_bulk_job`.execute(db)).rows

async function asked(
  service: Listed,
  list: string,
  { mayAsk = true, inBulk = true, onPause = (): unknown => undefined } = {},
): Promise<RowAnswer[]> {
  const rows = rowsIn(list, service, 100)
  if (!rows.ok) throw new Error(rows.error.kind)
  const twin = consultationOf(service).bulk?.service
  // Each look at a job costs a minute of this clock.
  const pause = async (ms: number) => {
    now = new Date(+now + ms)
    onPause()
  }
  const parts = { db, looks, now: () => now, pause }
  const answers = askList(rows.value, {
    ...{ looks, code: service, question: QUESTION, mayAsk: async () => mayAsk },
    inBulk:
      twin && inBulk ? (keys) => throughBulk(parts, { service: twin, code: service, keys, question: QUESTION }) : null,
  })
  const all: RowAnswer[] = []
  for await (const answer of answers) all.push(answer)
  return all
}
const PEOPLE = ['anna-bianchi', 'mario-rossi', 'sofia-rossi', 'aldo-conti', 'giulia-verdi']
const list = (keys: readonly string[]) => ['chiave', ...keys].join('\n')
const states = (answers: readonly RowAnswer[]) =>
  answers.map(({ state, fields }) => [state, fields[0] ?? ''].join(' ').trim())

function command(args: string[], input: string, environment: Record<string, string> = {}) {
  const file = join(centre.config.dataDir, 'gateway.json')
  writeFileSync(file, JSON.stringify(gatewayFile()))
  const env = {
    ...process.env,
    ...{ GATEWAY_CONFIG: file, DATABASE_URL: postgres.url },
    OPERATOR_TOKEN: readFileSync(join(PKI, 'operator-token'), 'utf8').trim(),
    ...environment,
  }
  return new Promise<{ exit: number; out: string; said: string }>((resolve) => {
    const child = execFile(process.execPath, [COMMAND, ...args], { env }, (_error, out, said) =>
      resolve({ exit: child.exitCode ?? -1, out, said }),
    )
    child.stdin?.end(input)
  })
}
const ARGS = ['--service', 'C003', '--station', 'PG-0001-01', '--reason', 'PROT 12/2026']

test('the command: a row for a row, each person in the access log by the operator’s name', async () => {
  const declared = `chiave;generalita.cognome
${code('anna-bianchi')};BIANCHI
${idOf('mario-rossi')};VERDI
=cmd;X
${code('anna-bianchi')};BIANCHI
${NOBODY};X
`
  const { exit, out } = await command(ARGS, declared)
  const [names, ...rows] = csvRows(out)
  expect(names?.slice(0, 8)).toEqual([
    ...['riga', 'chiave', 'stato', 'idANPR', 'idOperazioneANPR', 'motivo'],
    ...['infoSoggettoEnte.valore', 'infoSoggettoEnte.dettaglio'],
  ])
  expect(rows.map((row) => [0, 1, 2, 3, 5, 6, 7].map((at) => row[at]))).toEqual([
    ['1', code('anna-bianchi'), 'trovato', idOf('anna-bianchi'), '', 'S', ''],
    ['2', idOf('mario-rossi'), 'trovato', idOf('mario-rossi'), '', 'N', 'Dato non corrispondente'],
    ['3', '', 'formale', '', '', '', ''],
    ['4', code('anna-bianchi'), 'doppione', '', '1', '', ''],
    ['5', NOBODY, 'non_trovato', '', 'EN122', '', ''],
  ])
  expect(exit).toBe(0)
  const lines = await logged()
  expect(lines.map(({ types, outcome }) => `${types} ${outcome}`).sort()).toEqual([
    ...['C003 shown', 'C003 shown', 'C030 EN122', 'C030 shown'],
  ])
  for (const line of lines)
    expect(line).toMatchObject({ channel: 'console', caller: 'PG-0001-01', actor: 'bench', operation: 'PROT 12/2026' })
})

test.each<[string, string[], Record<string, string>, number, RegExp]>([
  ['no operator', ARGS, { OPERATOR_TOKEN: 'x'.repeat(43) }, 77, /OPERATOR_TOKEN/],
  ['a service that no agreement names', ARGS.with(1, 'C024'), {}, 77, /C024 about a list/],
  ['a reason that names somebody', ARGS.with(5, `pratica ${code('anna-bianchi')}`), {}, 64, /--reason/],
  ['a day to come', [...ARGS, '--day', '2999-01-01'], {}, 64, /--day/],
  ['a list without names', ARGS, {}, 65, /no-line-of-names/],
])('the command refuses %s, and asks nobody', async (_name, args, environment, exit, said) => {
  const answer = await command(args, `${idOf('mario-rossi')}\n${idOf('anna-bianchi')}\n`, environment)
  expect([answer.exit, answer.out]).toEqual([exit, ''])
  expect(answer.said).toMatch(said)
  expect(await logged()).toEqual([])
})

test('a bulk service answers the whole list: alive, dead, unknown', async () => {
  const answers = await asked('C007', list([...PEOPLE.slice(0, 3).map(code), idOf('aldo-conti'), NOBODY]))
  expect(states(answers)).toEqual(['trovato S', 'trovato S', 'trovato S', 'trovato N', 'non_trovato'])
  expect((await logged()).map(({ types, outcome }) => `${types} ${outcome}`)).toEqual([
    ...Array(4).fill('C007 shown'),
    'C007 EN122',
  ])
  expect(await jobs()).toEqual([])
})

test('rows that ANPR leaves out are asked one by one', async () => {
  centre.anpr.setFault({ kind: 'bulk-drops-rows', times: 1 })
  const answers = await asked('C020', list(PEOPLE.slice(0, 4).map(code)))
  expect(answers.map(({ state }) => state)).toEqual(['trovato', 'trovato', 'trovato', 'non_trovato'])
  const lines = (await logged()).map(({ types, outcome }) => `${types} ${outcome}`)
  expect(lines.filter((line) => line === 'C020 not-answered')).toHaveLength(1)
})

test('a person sees that an office asked about them', async () => {
  await asked('C007', list([idOf('mario-rossi')]), { inBulk: false })
  const self = { codiceFiscale: 'their codice fiscale', idAnpr: `reference of ${idOf('mario-rossi')}` }
  const { accesses } = await accessesAbout({ db, offices: async () => new Map() }, self, new Date(0))
  expect(accesses).toMatchObject([{ machine: 'PG-0001-01', by: 'office', looked: ['identity'], types: [] }])
})

test('a process that ends cancels its job', async () => {
  const onPause = () => {
    throw new Error('to end')
  }
  const keys = list([code('mario-rossi')])
  expect((await asked('C007', keys, { onPause })).map(({ state, why }) => [state, why])).toEqual([
    ['non_risposto', 'stopped'],
  ])
  expect(states(await asked('C007', keys))).toEqual(['trovato S'])
})

test('without leave of the quota nobody more is asked', async () => {
  const answers = await asked('C007', list(PEOPLE.slice(0, 2).map(code)), { mayAsk: false, inBulk: false })
  expect(answers.map(({ state, why }) => [state, why])).toEqual([
    ['non_risposto', 'quota'],
    ['non_risposto', 'quota'],
  ])
  expect(await logged()).toEqual([])
})

test('a job that never ends is cancelled after a day, and shuts nobody out', async () => {
  centre.anpr.setFault({ kind: 'bulk-stuck', times: 1 })
  const keys = list(PEOPLE.slice(0, 2).map(code))
  const answers = await asked('C007', keys)
  expect(answers.map(({ state, why }) => [state, why])).toEqual([
    ['non_risposto', 'stuck'],
    ['non_risposto', 'stuck'],
  ])
  expect(states(await asked('C007', keys))).toEqual(['trovato S', 'trovato S'])
}, 120_000)

test('one list at a time; the job of a process that died is cancelled first', async () => {
  await sql`insert into anpr_bulk_job (service, job, touched_at) values
    ('ElabMassivaVerificaDichEsistenzaInVita', '1', ${now})`.execute(db)
  const keys = list([code('mario-rossi')])
  expect((await asked('C007', keys)).map(({ why }) => why)).toEqual(['another-list'])
  now = new Date(+now + 11 * 60_000)
  expect(states(await asked('C007', keys))).toEqual(['trovato S'])
})

test('an empty answer is waited out; the file comes with the next look', async () => {
  const onPause = () => centre.anpr.setFault({ kind: 'empty', service: 'ElabMassivaAccertamentoResidenza', times: 1 })
  let looked = 0
  const [answer] = await asked('C020', list([code('mario-rossi')]), { onPause: () => looked++ === 0 && onPause() })
  expect([answer?.state, looked]).toEqual(['trovato', 4])
})

test('an answer that is no file ends the list without an answer, and leaves no job behind', async () => {
  const onPause = () => centre.anpr.setFault({ kind: 'garbage', service: 'ElabMassivaAccertamentoResidenza', times: 1 })
  const [answer] = await asked('C020', list([code('mario-rossi')]), { onPause })
  expect([answer?.state, answer?.why]).toEqual(['non_risposto', 'no-json'])
  centre.anpr.setFault({ kind: 'none' })
  expect((await asked('C020', list([code('mario-rossi')]))).map(({ state }) => state)).toEqual(['trovato'])
})
