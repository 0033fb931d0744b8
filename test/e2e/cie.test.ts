import { PDFiumLibrary } from '@hyzyla/pdfium'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { canOf } from '../../simulator/card/cie/identity.ts'
import { personById } from '../../simulator/population/people.ts'
import { type Office, openOffice } from '../support/totem/office.ts'

// Visits with a CIE on the contactless reader: through pcscd and the virtual card's own cryptography to the paper.
let office: Office

const LIFTED = 'Rimetta la carta sul lettore'
const words = () => office.page().evaluate(() => document.body.textContent ?? '')
const heading = async () => await office.page().getByRole('heading', { level: 1 }).textContent()
/** Text of the last certificate that ANPR issued. */
async function lastCertificate(): Promise<string> {
  const { anpr } = office.bench
  const sealed = await fetch(`${anpr.controlUrl}/simulator/issued/${anpr.issued().at(-1)}`)
  const library = await PDFiumLibrary.init()
  const pdf = await library.loadDocument(new Uint8Array(await sealed.arrayBuffer()))
  const text = [...pdf.pages()].map((page) => page.getText()).join('\n')
  pdf.destroy()
  library.destroy()
  return text
}
const cie = { kind: 'cie' } as const

beforeAll(async () => {
  // Short, so that a failed visit ends by itself and spoils no other.
  office = await openOffice({ timings: { idleMs: 20_000, warningMs: 5_000 } })
})
beforeEach(async () => {
  await office.takesCardAndGoes()
})
afterAll(() => office?.close())

// The first visit: while a card before is still waited for, the next one is read to tell them apart, and the APDUs
// count from there.
test('card-lifted-during-login: asked back, and the visit goes on', async () => {
  await office.comesWithCard('anna-bianchi', { ...cie, pullAtApdu: 24 })
  await office.entersPin()
  await expect.poll(heading).toBe(LIFTED)
  await office.bench.putBack()
  expect(await office.sees('menu')).toMatchObject({ online: true })
  await office.takesCardAndGoes()
})

test('happy visit with a CIE: card, PIN, person, certificate on paper, in the name of its holder', async () => {
  const before = (await office.operations()).length
  await office.comesWithCard('anna-bianchi', cie)
  expect(await office.screen()).toMatchObject({ screen: 'pin', card: 'cie', pinPad: false, expiry: true })
  await office.entersPin()
  await office.asksFor()
  await office.prints()
  expect(await office.sees('done')).toMatchObject({ outcome: 'printed', cardPresent: true })
  const operations = await office.operations()
  // The gateway settled the request, so it accepted the evidence of this card.
  expect(operations).toHaveLength(before + 1)
  expect(operations.every(({ state }) => state === 'issued')).toBe(true)
  const certificate = (await lastCertificate()).toUpperCase()
  expect(certificate).toContain('BIANCHI')
  expect(certificate).toContain('ANNA MARIA')
  await office.takesCardAndGoes()
  const recognised = office.journal().findLast(({ event }) => event === 'visit.recognised')
  expect(recognised?.fields.card).toBe('cie')
  expect(recognised?.fields.apdus).toBeLessThanOrEqual(45)
})

test('card-lifted-later: everything is covered, and the same screen returns with the card', async () => {
  const { surname } = personById('anna-bianchi')
  await office.comesWithCard('anna-bianchi', cie)
  await office.entersPin()
  await office.asksFor()
  expect((await words()).toUpperCase()).toContain(surname.toUpperCase())
  await office.bench.removeCard()
  await expect.poll(heading).toBe(LIFTED)
  expect((await words()).toUpperCase()).not.toContain(surname.toUpperCase())
  await office.bench.putBack()
  await expect.poll(heading).not.toBe(LIFTED)
  expect(await office.screen()).toMatchObject({ screen: 'sheet' })
  expect((await words()).toUpperCase()).toContain(surname.toUpperCase())

  // Another person's card begins a visit of its own.
  await office.bench.removeCard()
  await expect.poll(heading).toBe(LIFTED)
  await office.bench.insertCard('mario-rossi', cie)
  await office.sees('goodbye', 'language')
  expect((await words()).toUpperCase()).not.toContain(surname.toUpperCase())
  await office.sees('language')
  await office.touches('Italiano')
  await office.sees('pin')
  await office.entersPin()
  const next = await office.asksFor()
  expect(JSON.stringify(next).toUpperCase()).not.toContain(surname.toUpperCase())
  expect(JSON.stringify(next).toUpperCase()).toContain('ROSSI')
  await office.takesCardAndGoes()
})

test('wrong-pin on a CIE: the tries left are told, the right PIN goes on', async () => {
  await office.comesWithCard('giovanni-ricci', cie)
  await office.entersPin('87654321')
  await expect.poll(() => office.screen()).toMatchObject({ screen: 'pin', card: 'cie', triesLeft: 2, wrong: true })
  await office.entersPin()
  await office.sees('menu')
  await office.takesCardAndGoes()
})

test('pin-blocked on a CIE: the way to the PUK is told for this card', async () => {
  await office.comesWithCard('mario-rossi', { ...cie, triesLeft: 0 })
  await office.entersPin()
  expect(await office.sees('refused')).toMatchObject({ reason: 'pin-blocked', card: 'cie' })
  expect(await words()).toContain('CieID')
  await office.takesCardAndGoes()
})

test('certificate-expired on a CIE: the day and the comune are told', async () => {
  await office.comesWithCard('anna-bianchi', { ...cie, certificate: 'expired' })
  await office.entersPin()
  expect(await office.sees('refused')).toMatchObject({
    reason: 'certificate-expired',
    card: 'cie',
    date: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
  })
  expect(await words()).toMatch(/Questa tessera è scaduta il \d+ \p{L}+ \d{4}/u)
  expect(await words()).toContain('comune')
  await office.takesCardAndGoes()
})

const refusedBeforePin: [reason: string, choice: Parameters<Office['putsCard']>[1]][] = [
  ['card-altered', { ...cie, altered: 'nis' }],
  ['card-altered', { ...cie, foreignSodSigner: true }],
]
test.each(refusedBeforePin)('%s: refused before a PIN is asked for', async (reason, choice) => {
  await office.putsCard('anna-bianchi', choice)
  expect(await office.sees('refused')).toMatchObject({ reason, card: 'cie' })
  await office.takesCardAndGoes()
})

test('card-cloned: a copied chip proves nothing, and the next citizen is not affected', async () => {
  await office.comesWithCard('anna-bianchi', { ...cie, clone: 'files-of-holder' })
  await office.entersPin()
  expect(await office.sees('refused')).toMatchObject({ reason: 'card-cloned', card: 'cie' })
  await office.takesCardAndGoes()
  await office.comesWithCard('anna-bianchi')
  await office.takesCardAndGoes()
})

test('expiry by the CAN: shown without a PIN, and leads to no request', async () => {
  const can = canOf(personById('anna-bianchi'))
  await office.comesWithCard('anna-bianchi', cie)
  await office.touches('Senza PIN')
  await office.sees('can')
  await office.types(can === '000000' ? '111111' : '000000')
  await office.touches('Mostra la scadenza')
  await expect.poll(() => office.screen()).toEqual({ screen: 'can', wrong: true })
  await office.types(can)
  await office.touches('Mostra la scadenza')
  const shown = await office.sees('card-expiry')
  expect(shown.expired).toBe(false)
  expect((await words()).toUpperCase()).toContain('BIANCHI')
  await office.touches('Indietro')
  await office.sees('pin')
  await office.takesCardAndGoes()
})

test('neither CAN nor PIN nor a name is in the sync log', () => {
  const log = JSON.stringify(office.journal())
  for (const secret of [
    canOf(personById('anna-bianchi')),
    '12345678',
    'BIANCHI',
    personById('anna-bianchi').codiceFiscale,
  ])
    expect(log.includes(secret), secret).toBe(false)
})
