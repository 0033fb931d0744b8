import { createHash } from 'node:crypto'
import { unzipSync } from 'fflate'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { csvRows } from '../../../../basics/csv.ts'
import type { ResultForm } from '../../../../contract/console/bulk-file.ts'
import {
  AUTHOR,
  codeOf,
  idOf,
  MAKING,
  type Officers,
  openOfficers,
  TOP,
  VALIDATING,
  workThrough,
} from '../../../../test/support/console/officers.ts'
import type { Sight } from '../../permissions/matrix.ts'
import type { Ask } from '../../route.ts'
import type { ConsoleTransaction } from '../../tables.ts'
import { downloadHandlers } from './download.ts'

// A request's answers as its author fetches them, and nobody else.

let officers: Officers
let request: string
let handlers: ReturnType<typeof downloadHandlers>
const OTHER = { person: 'o'.repeat(43), role: 'STANDARD', session: null } as const
const keys = [idOf(1), codeOf(2), idOf(1), 'RSSMRA80A01H501V', idOf(3)]

beforeAll(async () => {
  officers = await openOfficers()
  handlers = downloadHandlers({ keys: officers.keys, now: () => officers.clock.now })
  const { id } = await officers.agreement()
  const rows = keys.map((key, at) => (key.length === 9 ? `R${at};ID;;${key}` : `=R${at};CF;${key};`))
  request = await officers.draft(id, ['riferimento;chiave;codFiscale;idANPR', ...rows].join('\n'))
  await officers.send(request)
  await officers.validate(request)
  officers.anpr.of = (key) => (key === idOf(3) ? { kind: 'nobody' } : { kind: 'told' })
})
afterAll(() => officers?.stop())

function asked(by: { person: string; role: 'STANDARD' | 'TOP' } = AUTHOR, sight: Sight = MAKING) {
  const seen = <T>(work: (transaction: ConsoleTransaction) => Promise<T>) => officers.asActor(by.person, sight, work)
  const doer = { person: by.person, role: by.role, session: null }
  return { seen, stillSeen: seen, doer, session: { person: by.person } }
}
const link = async (form: ResultForm, part = 1, by = asked()) =>
  handlers.makeDownload({ ...by, params: { request }, body: { form, part } } as unknown as Ask<'makeDownload'>)
const open = (download: string, by = asked()) =>
  handlers.download({ ...by, params: { download } } as unknown as Ask<'download'>)
async function fetched(form: ResultForm): Promise<{ name: string; bytes: Buffer }> {
  const made = await link(form)
  if (!made.ok) throw new Error(made.error.kind)
  const file = await open(made.value.download)
  if (!file.ok) throw new Error(file.error.kind)
  const pieces: Buffer[] = []
  for await (const piece of file.value.text) pieces.push(Buffer.from(piece))
  expect(file.value.name).toBe(made.value.name)
  return { name: file.value.name, bytes: Buffer.concat(pieces) }
}
const digest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

test('nothing can be fetched before there are answers', async () => {
  expect(await link('csv')).toMatchObject({ error: { kind: 'not-found' } })
  expect(await workThrough(officers, officers.work(), request)).toBe('completata')
})

test('every row comes back in its place, a double with the answer of the row that it repeats; the audit has the digest', async () => {
  const { name, bytes } = await fetched('csv')
  expect(name).toBe(`consultazione-2026-11-23-${request}-esito.csv`)
  const [names = [], ...rows] = csvRows(bytes.toString())
  const of = (row: string[], column: string) => row[names.indexOf(column)]
  expect(
    rows.map((row) => ['riga', 'riferimento', 'codFiscale', 'esito', 'errore'].map((name) => of(row, name))),
  ).toEqual([
    ['1', 'R0', '', 'trovato', ''],
    ['2', "'=R1", codeOf(2), 'trovato', ''],
    ['3', 'R2', '', 'doppione', ''],
    ['4', "'=R3", 'RSSMRA80A01H501V', 'formale', 'CF_CONTROLLO'],
    ['5', 'R4', '', 'non_trovato', 'EN122'],
  ])
  expect(rows.map((row) => of(row, 'idANPR'))).toEqual([idOf(1), idOf(2), idOf(1), '', idOf(3)])
  expect(rows.map((row) => of(row, 'infoSoggettoEnte_valore'))).toEqual(['S', 'S', 'S', '', ''])
  expect(rows.map((row) => of(row, 'messaggio'))).toEqual([
    ...['', '', 'Chiede lo stesso della riga 1, il cui esito è: trovato.'],
    'Il carattere di controllo del codice fiscale non torna (atteso U).',
    expect.stringContaining('Nessuna posizione attiva'),
  ])
  const entry = await officers.db
    .selectFrom('console_audit')
    .selectAll()
    .where('deed', '=', 'bulk.downloaded')
    .orderBy('n', 'desc')
    .executeTakeFirstOrThrow()
  expect(entry).toMatchObject({ actor: AUTHOR.person, object: request })
  expect(entry.detail).toMatchObject({ sha256: digest(bytes), bytes: bytes.length, comune: '054050', file: name })
})

test('the account names each file with its digest, in the archive too', async () => {
  const { name, bytes } = await fetched('csv')
  const account = JSON.parse((await fetched('riepilogo')).bytes.toString())
  expect(account).toMatchObject({
    ...{ richiesta: request, righe: 5, esiti: { trovato: 2, doppione: 1, formale: 1, non_trovato: 1 } },
    convalida: { come: 'puntuale', da: 'Tina', perche: 'va bene' },
    file: [{ nome: name, byte: bytes.length, sha256: digest(bytes) }],
  })
  const parts = unzipSync((await fetched('zip')).bytes)
  expect(Object.keys(parts)).toEqual([name, name.replace('esito.csv', 'riepilogo.json')])
  expect(digest(parts[name] ?? new Uint8Array())).toBe(digest(bytes))
  expect((await fetched('xlsx')).bytes.subarray(0, 2).toString()).toBe('PK')
  // A page is of one person.
  expect(await link('pdf')).toMatchObject({ error: { kind: 'not-found' } })
  expect(await link('csv', 2)).toMatchObject({ error: { kind: 'not-found' } })
})

test('a link opens once, for five minutes, for who asked for it', async () => {
  const [once, late, mine] = await Promise.all([link('riepilogo'), link('riepilogo'), link('riepilogo')])
  if (!once.ok || !late.ok || !mine.ok) throw new Error('no links')
  const [one, two] = await Promise.all([open(once.value.download), open(once.value.download)])
  expect([one.ok, two.ok].sort()).toEqual([false, true])
  expect(await open(mine.value.download, asked(OTHER))).toMatchObject({ error: { kind: 'not-found' } })
  const before = officers.clock.now
  officers.clock.now = new Date(+before + 5 * 60_000)
  expect(await open(late.value.download)).toMatchObject({ error: { kind: 'not-found' } })
  officers.clock.now = before
  expect((await open(mine.value.download)).ok).toBe(true)
})

test('nobody else of the office or of the comune gets a file, nor a link', async () => {
  for (const by of [asked(OTHER), asked(TOP, VALIDATING)]) {
    expect(await link('csv', 1, by)).toMatchObject({ error: { kind: 'not-found' } })
    expect(await handlers.resultFiles({ ...by, params: { request } } as unknown as Ask<'resultFiles'>)).toMatchObject({
      error: { kind: 'not-found' },
    })
  }
})

test('a file that its reader breaks off stands in the audit, as begun and not as fetched', async () => {
  const deeds = async () =>
    (
      await officers.db
        .selectFrom('console_audit')
        .select('deed')
        .where('deed', 'like', 'bulk.download%')
        .orderBy('n')
        .execute()
    ).map(({ deed }) => deed)
  const before = await deeds()
  // An archive is of several pieces.
  const made = await link('zip')
  if (!made.ok) throw new Error(made.error.kind)
  const file = await open(made.value.download)
  if (!file.ok) throw new Error(file.error.kind)
  for await (const _ of file.value.text) break
  expect((await deeds()).slice(before.length)).toEqual(['bulk.download-begun'])
})

test('who has gone to another office of the same body leaves these answers behind', async () => {
  const moved = asked(AUTHOR, { ...MAKING, ufficiEnte: [{ ente: 'USL2', ufficio: 'CUP', comune: '054050' }] })
  expect(await link('csv', 1, moved)).toMatchObject({ error: { kind: 'not-found' } })
  const rows = await moved.seen((transaction) => transaction.selectFrom('riga').select('n').execute())
  expect(rows).toEqual([])
})

test('what is at rest opens nothing; after the erasure a file that has begun breaks off, and none begins', async () => {
  const made = await link('csv')
  if (!made.ok) throw new Error(made.error.kind)
  const stored = JSON.stringify([
    await officers.db.selectFrom('scarico').selectAll().execute(),
    await officers.rows(request),
    await officers.request(request),
  ])
  for (const secret of [made.value.download, codeOf(2), idOf(1)]) expect(stored).not.toContain(secret)

  const begun = await open(made.value.download)
  if (!begun.ok) throw new Error(begun.error.kind)
  officers.clock.now = new Date(+officers.clock.now + 8 * 86_400_000)
  const tending = officers.tending()
  await tending.look()
  await tending.stop()
  expect(await officers.request(request)).toMatchObject({ stato: 'scaduta', chiave: null })
  const reading = (async () => {
    for await (const _ of begun.value.text);
  })()
  await expect(reading).rejects.toThrow('erased')
  expect(await link('csv')).toMatchObject({ error: { kind: 'not-found' } })
})
