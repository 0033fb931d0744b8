import { afterAll, beforeAll, expect, test } from 'vitest'
import { cnsOf } from '../../simulator/card/cns.ts'
import { insertCard } from '../../simulator/card/insert.ts'
import { startPcscd } from '../../simulator/card/pcscd.ts'
import type { Browser } from '../../simulator/issuer/browser.ts'
import { type ConsoleCentre, openConsoleCentre } from '../support/console/console-centre.ts'
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
  await counter.logInByCard(ELENA)
  const { card, csrf } = (await counter.get('/me')).body
  expect([Date.parse(card.goodUntil) > Date.parse(before), csrf]).toEqual([true, counter.csrf])

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
