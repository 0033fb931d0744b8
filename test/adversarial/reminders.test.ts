import { join } from 'node:path'
import { sql } from 'kysely'
import { pino } from 'pino'
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest'
import { remind } from '../../gateway/console/reminders.ts'
import { mailSettings } from '../../gateway/settings/mail.ts'
import { type MailServer, startMailServer } from '../../simulator/mail/mail-server.ts'
import { AUTHOR, codeOf, type Officers, openOfficers, TOP } from '../support/console/officers.ts'
import { PKI } from '../support/pki.ts'

// What waits for somebody, over a real SMTP server on loopback.

const BOXES = {
  '054050': 'anagrafe@spello.example',
  USL2: 'protocollo@usl2.example',
  piattaforma: 'later@poste.example',
}
let officers: Officers
let server: MailServer
beforeAll(async () => {
  ;[officers, server] = await Promise.all([openOfficers(), startMailServer({ pki: PKI, returnsPort: () => null })])
})
afterAll(() => Promise.all([officers?.stop(), server?.stop()]))
beforeEach(() => {
  server.mails.length = 0
})

async function reminding(port = server.port) {
  const lines: string[] = []
  const reminder = await remind({
    ...{ db: officers.db, boxes: BOXES, consoleUrl: () => 'https://console.example', now: () => officers.clock.now },
    mail: mailSettings.parse({
      ...{ host: 'localhost', port, ca: join(PKI, 'gateway-ca.pem') },
      from: { name: 'Totem Polis', address: 'totem@poste.example' },
      returns: { address: 'ritorno@poste.example', listen: { host: '127.0.0.1', port: 0 } },
    }),
    log: pino({}, { write: (line) => lines.push(line) }),
  })
  onTestFinished(reminder.stop)
  return Object.assign(reminder, { lines })
}
const lookAt = async (at: string) => {
  officers.clock.now = new Date(at)
  const two = [await reminding(), await reminding()]
  await Promise.all(two.map(({ look }) => look()))
}
/** Decoded as far as these mails are encoded. */
const said = () =>
  server.mails.map(({ to, secure, raw }) => {
    const text = Buffer.from(
      raw.replace(/=\r?\n/g, '').replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16))),
      'latin1',
    ).toString()
    const [, path] = /https:\/\/console\.example(\S+)/.exec(text) ?? []
    return { to: to.join(), secure, path, text }
  })
const told = () =>
  said()
    .map(({ to, path }) => `${to} ${path}`)
    .sort()

test('a request that waits is told of at half of its term and on its last morning, once each, and names nobody', async () => {
  const { id } = await officers.agreement({ territorio: 'comune', silenzio: { giorni: 3, righeMax: 10 } })
  officers.clock.now = new Date('2026-11-23T09:00:00Z')
  const request = await officers.draft(id, `codFiscale\n${codeOf(7)}\n`)
  await officers.send(request)
  await lookAt('2026-11-24T09:00:00Z')
  expect(told()).toEqual([])
  for (const at of ['2026-11-25T09:00:00Z', '2026-11-25T15:00:00Z', '2026-11-26T07:59:00Z']) await lookAt(at)
  expect(told()).toEqual([`anagrafe@spello.example /richieste/${request}`])
  for (const at of ['2026-11-26T08:00:00Z', '2026-11-26T12:00:00Z']) await lookAt(at)
  expect(told()).toHaveLength(2)
  for (const { secure, text } of said()) {
    expect(secure).toBe(true)
    expect(text).toContain('26/11/2026')
    expect(text).toContain('silenzio-assenso')
    for (const secret of [codeOf(7), 'Anna', 'Azienda', 'Ausili', 'PROT 7', AUTHOR.person])
      expect(text).not.toContain(secret)
  }
  server.mails.length = 0
  // What was decided is told of no more.
  await officers.send(await officers.draft(id, `codFiscale\n${codeOf(8)}\n`))
  const other = await officers.db
    .selectFrom('richiesta')
    .select('id')
    .where('stato', '=', 'in_convalida')
    .where('id', '<>', request)
    .executeTakeFirstOrThrow()
  await officers.validate(other.id)
  await officers.validate(request)
  await lookAt('2026-12-01T08:30:00Z')
  expect(told()).toEqual([])
})

test('thirty days before their end: a profile to its comune, an agreement to both; not what was withdrawn', async () => {
  const { profilo } = await officers.agreement()
  await sql`update convenzione set ended_by = 'x', ended_name = 'x', ended_at = now(), ended_why = 'x' where profilo = ${profilo}`.execute(
    officers.db,
  )
  await lookAt('2028-11-29T12:00:00Z')
  expect(told()).toEqual([])
  for (const at of ['2028-12-01T12:00:00Z', '2028-12-20T12:00:00Z', '2029-01-02T12:00:00Z']) await lookAt(at)
  expect(told()).toEqual(
    [
      ...['anagrafe@spello.example /convenzioni', 'protocollo@usl2.example /convenzioni'],
      ...['anagrafe@spello.example /profili', 'anagrafe@spello.example /profili'],
    ].sort(),
  )
})

test('grants to be confirmed are one mail a box; a mail server that was away gets it an hour later', async () => {
  const grant = (id: string, scope: object, approved: string) =>
    sql`
    insert into console_grant (id, holder, role, scope, from_at, until_at, reason, proposed_by, proposed_at, approved_by, approved_at, used_at)
    values (${id}, ${TOP.person}, 'TOP', ${JSON.stringify(scope)}::jsonb, ${approved}, '2027-11-30T00:00:00Z', 'r', 'p', ${approved}, 'installation',
      ${approved}, '2027-06-01T00:00:00Z')`.execute(officers.db)
  for (const [id, scope] of [
    ['1', { kind: 'ente', ente: '054050' }],
    ['2', { kind: 'ente', ente: '054050' }],
    ['3', { kind: 'flotta' }],
  ] as const)
    await grant(id, scope, '2027-03-01T00:00:00Z')
  await grant('4', { kind: 'ente', ente: '054050' }, '2027-05-20T00:00:00Z')
  officers.clock.now = new Date('2027-06-02T09:00:00Z')
  const away = await reminding(9)
  await away.look()
  expect(away.lines.map((line) => JSON.parse(line).kind)).toEqual(['reminder-not-sent', 'reminder-not-sent'])
  expect(away.lines.join()).not.toContain('@')
  await lookAt('2027-06-02T09:30:00Z')
  expect(told()).toEqual([])
  // The mail server asks to come again where it is asked for the platform's box.
  await lookAt('2027-06-02T10:00:00Z')
  expect(told()).toEqual(['anagrafe@spello.example /incarichi'])
  expect(said()[0]?.text).toContain('2 incarichi attendono')
  for (const at of ['2027-06-02T11:00:00Z', '2027-06-05T11:00:00Z']) await lookAt(at)
  expect(told()).toEqual(['anagrafe@spello.example /incarichi', 'later@poste.example /incarichi'])
})
