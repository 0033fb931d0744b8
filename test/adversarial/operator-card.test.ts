import { copyFileSync, mkdtempSync, readFileSync, rmSync, utimesSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect } from 'node:tls'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { err, ok } from '../../contract/result.ts'
import { createCardDoor } from '../../gateway/channels/counter/door.ts'
import { createSessions } from '../../gateway/console/identity/sessions.ts'
import { openTls } from '../../gateway/http/tls.ts'
import { cnsOf } from '../../simulator/card/cns.ts'
import { insertCard } from '../../simulator/card/insert.ts'
import { startPcscd } from '../../simulator/card/pcscd.ts'
import type { Browser } from '../../simulator/issuer/browser.ts'
import type { CardCertificate } from '../../trust/card-certificate.ts'
import { type ConsoleCentre, openConsoleCentre } from '../support/console/console-centre.ts'
import { openOfficers } from '../support/console/officers.ts'
import { byCard, byFile } from '../support/console/operator-card.ts'
import { PKI } from '../support/pki.ts'

// An operator's smart card at the door that asks for its certificate. Elena Ferrari works at the counter of PG-101.

const MINUTE = 60_000
let centre: ConsoleCentre
let piattaforma: Browser
const ELENA = byFile('elena-ferrari')
beforeAll(async () => {
  centre = await openConsoleCentre()
  piattaforma = await centre.signedIn('piattaforma')
})
afterAll(() => centre?.stop())

const later = (ms: number) => {
  centre.clock.now = new Date(+centre.clock.now + ms)
}
/** The issuer has a clock of its own, which no test turns. */
async function fresh(who: Browser): Promise<void> {
  centre.clock.now = new Date()
  await who.logIn('piattaforma', { fresh: true })
}

test.each([
  ['without a card', byFile(null), 'certificate-missing'],
  ['one that has expired', byFile('anna-bianchi.expired', 'anna-bianchi'), 'certificate-expired'],
  ['one of tomorrow', byFile('anna-bianchi.not-yet-valid', 'anna-bianchi'), 'certificate-not-yet-valid'],
  ['one of a stranger’s issuer', byFile('anna-bianchi.foreign', 'anna-bianchi'), 'certificate-untrusted'],
  ['one that signs contracts', byFile('anna-bianchi.wrong-policy', 'anna-bianchi'), 'certificate-wrong-policy'],
  ['one that its issuer has revoked', byFile('anna-bianchi.revoked', 'anna-bianchi'), 'certificate-revoked'],
  ['one that nobody has enrolled', byFile('anna-bianchi'), 'card-unknown'],
])('%s: refused by its name, and nobody is signed in', async (_, shake, why) => {
  const browser = centre.browser()
  expect(await browser.logInByCard(shake)).toBe(`/?log-in=${why}`)
  expect((await browser.get('/me')).status).toBe(401)
})

test('a card counts when its person has presented it and another has said yes', async () => {
  const elena = await centre.signedIn('sportello')
  expect(await elena.logInByCard(byFile('mario-rossi'))).toBe('/?log-in=card-of-another')
  expect(await elena.logInByCard(ELENA)).toBe('/?log-in=card-presented')
  // Presented twice, it waits once.
  await elena.logInByCard(ELENA)
  const [card, ...others] = (await elena.get('/cards')).body.cards
  expect(others).toEqual([])
  expect(card).toMatchObject({ state: 'presented', number: expect.stringMatching(/^\d{6}$/) })
  expect(await centre.browser().logInByCard(ELENA)).toBe('/?log-in=card-not-approved')

  // Not by its own holder, who may not decide anyway; and by the platform only with a log-in of just now.
  expect((await elena.post('/cards/approve', { card: card.card })).status).toBe(403)
  later(6 * MINUTE)
  expect((await piattaforma.post('/cards/approve', { card: card.card })).body.kind).toBe('log-in-again')
  await fresh(piattaforma)
  expect((await piattaforma.post('/cards/approve', { card: card.card })).status).toBe(200)
  expect((await piattaforma.post('/cards/approve', { card: card.card })).body.kind).toBe('conflict')

  const counter = centre.browser()
  expect(await counter.logInByCard(ELENA, { to: '/sportello' })).toBe('/sportello')
  expect((await counter.get('/me')).body).toMatchObject({ name: 'Elena Ferrari', card: { number: card.number } })
})

test('the card itself, through pcscd and OpenSC’s PKCS#11', async () => {
  const pcscd = await startPcscd()
  try {
    const card = await insertCard(cnsOf('elena-ferrari', PKI), pcscd.ports[0])
    const browser = centre.browser()
    expect(await browser.logInByCard(byCard(pcscd.socket))).toBe('/')
    expect((await browser.get('/me')).body.card).not.toBeNull()
    await card.remove()
    // Without the card no hand is shaken.
    await expect(browser.logInByCard(byCard(pcscd.socket))).rejects.toThrow()
  } finally {
    await pcscd.stop()
  }
})

test('a ticket is good once, for a minute, and for the browser that began the log-in', async () => {
  const [mine, thief] = [centre.browser(), centre.browser()]
  const begun = async (browser: Browser) => ELENA(await browser.location(`${browser.origin}/console/card/log-in?to=/`))
  const stolen = await begun(mine)
  expect(await thief.location(stolen)).toBe('/?log-in=again')
  // The state is spent by that: its own browser begins anew.
  expect(await mine.location(stolen)).toBe('/?log-in=again')

  const late = await begun(mine)
  later(61_000)
  expect(await mine.location(late)).toBe('/?log-in=again')

  // A ticket of one's own under the state of another log-in.
  const [first, second] = [new URL(await begun(mine)), new URL(await begun(thief))]
  second.searchParams.set('ticket', first.searchParams.get('ticket') ?? '')
  expect(await thief.location(second.href)).toBe('/?log-in=again')

  const good = await begun(mine)
  expect(await mine.location(good)).toBe('/')
  expect(await mine.location(good)).toBe('/?log-in=again')
})

test('five minutes of nothing lock it, a handshake anew keeps it, and a second counter ends the first', async () => {
  const counter = centre.browser()
  await counter.logInByCard(ELENA)
  later(4 * MINUTE)
  expect((await counter.get('/me')).status).toBe(200)
  later(4 * MINUTE)
  const before = (await counter.get('/me')).body.card.goodUntil
  const thief = centre.browser()
  thief.cookies = counter.cookies
  await counter.logInByCard(ELENA)
  const { card, csrf } = (await counter.get('/me')).body
  expect([Date.parse(card.goodUntil) > Date.parse(before), csrf]).toEqual([true, counter.csrf])
  // Whoever had the cookie before has none of the new half hour.
  expect((await thief.get('/me')).status).toBe(401)

  const second = centre.browser()
  await second.logInByCard(ELENA)
  expect((await counter.get('/me')).status).toBe(401)
  later(5 * MINUTE + 1_000)
  expect((await second.get('/me')).status).toBe(401)
})

test('a card that is taken away ends its sessions, and logs in no more', async () => {
  const counter = centre.browser()
  await counter.logInByCard(ELENA)
  await fresh(piattaforma)
  const [card] = (await piattaforma.get('/cards')).body.cards
  expect((await piattaforma.post('/cards/revoke', { card: card.card })).status).toBe(200)
  expect((await counter.get('/me')).status).toBe(401)
  expect(await centre.browser().logInByCard(ELENA)).toBe('/?log-in=card-unknown')
  // No name of anybody stands in the log.
  expect(centre.logged()).not.toMatch(/FRRLNE|Ferrari/i)
})

const TRUSTED = ['elena-ferrari', 'mario-rossi'].map((name) => readFileSync(join(PKI, 'cards', `${name}.cert.der`)))
/** A door with these files, which trusts these cards and no other. */
async function doorOf(perAddress: number | null) {
  const folder = mkdtempSync(join(tmpdir(), 'card-door-'))
  const files = { key: join(folder, 'key.pem'), certificate: join(folder, 'cert.pem') }
  copyFileSync(join(PKI, 'gateway.key.pem'), files.key)
  copyFileSync(join(PKI, 'gateway.cert.pem'), files.certificate)
  const log = pino({ enabled: false })
  const tls = await openTls('console.tls', files, { now: () => new Date(), log })
  const door = await createCardDoor({
    ...{
      tls,
      log,
      connections: { most: 1_000, perAddress },
      judge: (der: Uint8Array) =>
        TRUSTED.some((card) => card.equals(der))
          ? ok({} as CardCertificate)
          : err({ kind: 'certificate-untrusted' as const }),
    },
    ...{ ticketFor: async () => '', consoleUrl: () => 'https://console' },
  })
  await door.listen({ port: 0, host: '127.0.0.1' })
  const { port } = door.server.address() as { port: number }
  return {
    url: `https://localhost:${port}/?state=x`,
    port,
    async renew() {
      for (const file of Object.values(files)) utimesSync(file, new Date(), new Date(Date.now() + 5_000))
      await tls.look()
    },
    async close() {
      await door.close()
      tls.stop()
      rmSync(folder, { recursive: true })
    },
  }
}

test('nobody comes back by an earlier handshake, nor after the door’s certificate was renewed', async () => {
  const door = await doorOf(null)
  const shake = (session?: Buffer) =>
    new Promise<{ reused: boolean; session: Buffer | undefined }>((resolve, reject) => {
      const got: { reused: boolean; session: Buffer | undefined } = { reused: false, session: undefined }
      const at = { port: door.port, host: '127.0.0.1', rejectUnauthorized: false }
      const socket = connect({ ...at, ...(session && { session }) }, () => {
        got.reused = socket.isSessionReused()
        socket.write('GET / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n')
      })
      socket.on('session', (one) => {
        got.session = one
      })
      socket.on('error', reject).on('close', () => resolve(got))
      socket.resume()
    })
  try {
    for (const renewed of [false, true]) {
      if (renewed) await door.renew()
      const { session } = await shake()
      expect([renewed, (await shake(session)).reused]).toEqual([renewed, false])
    }
  } finally {
    await door.close()
  }
})

test.each([
  ['by itself, behind a load balancer', null, [429, 303]],
  ['with its address, where operators call themselves', 100, [429, 429]],
])('thirty handshakes in a minute: a card is counted %s', async (_, perAddress, expected) => {
  const door = await doorOf(perAddress)
  try {
    for (let n = 0; n < 30; n++) await ELENA(door.url)
    const status = async (shake: typeof ELENA) => ((await shake(door.url)) === '' ? 429 : 303)
    expect([await status(ELENA), await status(byFile('anna-bianchi'))]).toEqual(expected)
  } finally {
    await door.close()
  }
})

test('behind a load balancer all who show no trusted card are counted together, and no operator with them', async () => {
  const door = await doorOf(null)
  try {
    const strangers = ['anna-bianchi', 'anna-bianchi.foreign', null].map((name) => byFile(name, name && 'anna-bianchi'))
    const answers: string[] = []
    for (let n = 0; n < 31; n++) answers.push((await strangers[n % 3]?.(door.url)) ?? '')
    expect(answers.map((to) => to === '')).toEqual([...Array(30).fill(false), true])
    expect(await ELENA(door.url)).toContain('ticket=')
  } finally {
    await door.close()
  }
})

test('a session that began while its card was taken away is none; tickets that nobody fetched are erased', async () => {
  const officers = await openOfficers()
  try {
    const { db, clock } = officers
    const at = clock.now
    const card = { id: 'C1', person: 'p', number: '100001', key_hash: 'k', ends_at: new Date(+at + 86_400_000) }
    const none = { approved_by: null, approved_at: null, revoked_by: null, revoked_at: null }
    await db
      .insertInto('operator_card')
      .values({ ...card, presented_at: at, ...none })
      .execute()
    const sessions = createSessions(db, () => clock.now)
    const who = { iss: 'card', sub: 'C1', name: 'Elena Ferrari', authenticatedAt: at }
    const begin = () => sessions.begin(who, 'p', '', { id: 'C1', at })
    expect(await sessions.of(await begin(), true)).toMatchObject({ card: { number: '100001' } })
    await db.updateTable('operator_card').set({ revoked_by: 'q', revoked_at: at }).execute()
    expect(await sessions.of(await begin(), true)).toBeNull()

    const ticket = {
      ticket_hash: 't',
      state_hash: 's',
      key_hash: 'k',
      person: 'p',
      name: 'n',
      ends_at: at,
      shaken_at: at,
    }
    await db
      .insertInto('card_ticket')
      .values({ ...ticket, expires_at: new Date(+at - 1) })
      .execute()
    await sessions.tidy()
    expect(await db.selectFrom('card_ticket').select('person').execute()).toEqual([])
  } finally {
    await officers.stop()
  }
})
