import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { CardChoice } from '../../simulator/bench/office.ts'
import { personById } from '../../simulator/population/people.ts'
import { inUse } from '../support/totem/memory.ts'
import { type Office, openOffice } from '../support/totem/office.ts'

// Journeys in a real Electron, through pcscd, hidraw, SQLite and mutual TLS, and their entries in the sync log.
let office: Office
let issuedBefore: number

const issued = async () => (await office.operations()).filter(({ state }) => state === 'issued').length
const visitors = ['anna-bianchi', 'mario-rossi', 'nicolo-dangelo', 'marija-kos'].map(personById)
const events = () => office.journal().map(({ event }) => event)
const sheets = () => office.bench.printer.sheets

beforeAll(async () => {
  office = await openOffice()
})
beforeEach(async () => {
  await office.sees('attract')
  issuedBefore = await issued()
})
afterAll(() => office?.close())

test('happy visit: card, PIN, who it is for, use, summary, paper, receipt', async () => {
  const before = sheets().length
  await office.comesWithCard('anna-bianchi')
  await office.entersPin()
  await office.asksFor()
  await office.prints()
  expect(await office.sees('done')).toMatchObject({ outcome: 'printed', receipt: true })
  expect(sheets()).toHaveLength(before + 1)
  await office.answers('done', { receipt: true })
  await office.sees('printing')
  expect(await office.sees('done')).toMatchObject({ outcome: 'printed', receipt: false })
  expect(
    sheets()
      .slice(before)
      .map(({ kind }) => kind),
  ).toEqual(['whole', 'whole'])
  expect(await issued()).toBe(issuedBefore + 1)
  expect(await inUse(office.app(), [personById('anna-bianchi').surname.toUpperCase()])).toHaveLength(1)
  await office.takesCardAndGoes()
  const recognised = office.journal().find(({ event }) => event === 'visit.recognised')
  expect(recognised?.fields.apdus).toBeLessThanOrEqual(17)
  expect(events()).toEqual(
    expect.arrayContaining(['request.queued', 'request.issued', 'print.acknowledged', 'request.collected']),
  )
})

test('a certificate for a child of the family names the child', async () => {
  await office.comesWithCard('mario-rossi')
  await office.entersPin()
  const { people } = await office.walksTo('person', { of: ({ tie }) => tie.to !== 'self' })
  expect(people.map(({ tie }) => tie)).toEqual([
    { to: 'self' },
    { to: 'kin', relation: '2' },
    { to: 'kin', relation: '3' },
  ])
  const sofia = ({ name }: { name: string }) => name.toUpperCase() === 'SOFIA'
  const wish = { of: sofia, type: 'together', purpose: 'adozione' } as const
  expect(await office.asksFor(wish)).toMatchObject({ use: 'adozione', anpr: 'ready', bollo: { cents: 0 } })
  await office.presses('sheet.see')
  await office.answers('preview')
  await office.prints(wish)
  expect(await office.sees('done')).toMatchObject({ outcome: 'printed' })
  await office.takesCardAndGoes()
})

test('a public body is never a reason to pay: the visit ends with the free declaration', async () => {
  await office.comesWithCard('anna-bianchi')
  await office.entersPin()
  expect(await office.walksTo('declaration', { service: 'declaration' })).toMatchObject({
    screen: 'declaration',
    for: 'publicBody',
  })
  await office.touches('Esci')
  await office.takesCardAndGoes()
  expect(await issued()).toBe(issuedBefore)
})

test('card-pulled-during-pin: explained, and the same card put back goes on', async () => {
  await office.comesWithCard('anna-bianchi', { pullAtApdu: 12 })
  await office.entersPin()
  expect(await office.sees('refused')).toMatchObject({ reason: 'card-removed' })
  await office.bench.insertCard('anna-bianchi')
  await office.sees('pin')
  await office.entersPin()
  await office.sees('menu')
  await office.takesCardAndGoes()
})

test('wrong-pin-then-right: the tries left are told, the right PIN goes on', async () => {
  await office.comesWithCard('giovanni-ricci')
  await office.entersPin('87654321')
  await expect.poll(() => office.screen()).toMatchObject({ screen: 'pin', triesLeft: 2, wrong: true })
  await office.entersPin()
  await office.sees('menu')
  await office.takesCardAndGoes()
})

test('pin-blocked: the last try only after a yes, then the way to the PUK', async () => {
  await office.comesWithCard('elena-ferrari')
  for (const wrong of ['11111111', '22222222']) {
    await office.entersPin(wrong)
    await office.sees('pin', 'last-try')
    await expect.poll(async () => (await office.screen()).screen).not.toBe('pin-checking')
  }
  await office.sees('last-try')
  // The card is the same one after it was pulled and put back, and the totem still asks for a yes.
  await office.bench.removeCard()
  await office.sees('refused')
  await office.bench.insertCard('elena-ferrari')
  await office.sees('last-try')
  await office.touches('Conosco il PIN')
  await office.sees('pin')
  await office.entersPin('33333333')
  expect(await office.sees('refused')).toMatchObject({ reason: 'pin-blocked' })
  await office.takesCardAndGoes()
})

const badCards: [reason: string, who: string, choice: CardChoice][] = [
  ['certificate-expired', 'anna-bianchi', { certificate: 'expired' }],
  ['certificate-untrusted', 'anna-bianchi', { certificate: 'foreign' }],
  ['codice-fiscale-differs', 'anna-bianchi', { certificate: 'other-cf' }],
  ['certificate-truncated', 'anna-bianchi', { truncatedCertificate: true }],
  ['card-unsupported', 'anna-bianchi', { profile: 'actalis2025' }],
  ['no-certificate', 'anna-bianchi', { noCertificate: 'absent' }],
  ['key-unsupported', 'anna-bianchi', { certificate: 'ec' }],
  ['certificate-signature-unsupported', 'anna-bianchi', { certificate: 'sha1' }],
  ['card-unknown', 'unknown', {}],
]
test.each(badCards)(
  '%s: refused by name before a PIN is asked, the next citizen unaffected',
  async (reason, who, choice) => {
    await office.putsCard(who, choice)
    expect(await office.sees('refused')).toMatchObject({ reason })
    await office.takesCardAndGoes()
    await office.comesWithCard('anna-bianchi')
    await office.takesCardAndGoes()
  },
)

test('a health card whose personal data do not read, and whose PIN was never activated, is refused for the PIN alone', async () => {
  await office.comesWithCard('mario-rossi', { personalFileStart: '0000FFzz', faults: { verifyAnswers: 0x6984 } })
  await office.entersPin()
  expect(await office.sees('refused')).toMatchObject({ reason: 'pin-not-active', card: 'cns' })
  await office.takesCardAndGoes()
  // The sync log tells what the screens do not.
  const told = (event: string) =>
    office
      .journal()
      .filter((entry) => entry.event === event)
      .map(({ fields }) => fields)
  expect(told('card.data-unread')).toContainEqual({ reason: 'field-length-not-hex' })
  expect(told('card.failed')).toContainEqual({ step: 'ace-2025', sw: null })
})

test('signature-invalid: a card that signs something else proves nobody', async () => {
  await office.comesWithCard('mario-rossi', { faults: { signsOtherData: true } })
  await office.entersPin()
  expect(await office.sees('refused')).toMatchObject({ reason: 'signature-invalid' })
  await office.takesCardAndGoes()
})

test('line-down: a slip, and the certificate in a later visit with the same card', async () => {
  office.bench.line.cut()
  await expect.poll(async () => await office.screen()).toMatchObject({ screen: 'attract', online: false })
  const before = sheets().length
  await office.comesWithCard('nicolo-dangelo')
  await office.entersPin()
  expect(await office.sees('menu')).toMatchObject({ online: false })
  await office.asksFor()
  await office.touches('Registra la richiesta')
  const done = await office.sees('done')
  expect(done).toMatchObject({ outcome: 'queued', slip: true })
  expect(sheets()).toHaveLength(before + 1)
  expect(await issued()).toBe(issuedBefore)
  await office.takesCardAndGoes()

  office.bench.line.up()
  await expect.poll(issued, { timeout: 60_000 }).toBe(issuedBefore + 1)
  await expect
    .poll(
      () =>
        events().at(-1) === 'request.issued' ||
        events().lastIndexOf('request.issued') > events().lastIndexOf('request.queued'),
      { timeout: 30_000 },
    )
    .toBe(true)
  await office.comesWithCard('nicolo-dangelo')
  await office.entersPin()
  expect((await office.sees('collect')).waiting).toHaveLength(1)
  await office.touches('Stampa ora')
  expect(await office.sees('done')).toMatchObject({ outcome: 'printed' })
  expect(sheets()).toHaveLength(before + 2)
  await office.takesCardAndGoes()
  expect(await issued()).toBe(issuedBefore + 1)
})

test('another person’s card does not see the waiting certificate', async () => {
  office.bench.line.cut()
  await expect.poll(async () => await office.screen()).toMatchObject({ online: false })
  await office.comesWithCard('marija-kos')
  await office.entersPin()
  await office.asksFor()
  await office.touches('Registra la richiesta')
  await office.sees('done')
  await office.takesCardAndGoes()
  office.bench.line.up()
  await expect.poll(issued, { timeout: 60_000 }).toBe(issuedBefore + 1)
  await office.comesWithCard('anna-bianchi')
  await office.entersPin()
  await office.sees('menu')
  await office.takesCardAndGoes()
})

test('paper-out-mid-certificate: the sheet is void, a whole one is printed after the roll is changed', async () => {
  const before = sheets().length
  await office.comesWithCard('anna-bianchi')
  await office.entersPin()
  await office.asksFor()
  office.bench.printer.paperOutAfter(60_000)
  await office.prints()
  expect(await office.sees('print-fault')).toMatchObject({ document: 'certificate', status: 'paperOut', page: 1 })
  office.bench.printer.setPaper('ok')
  await expect.poll(() => office.screen()).toMatchObject({ screen: 'print-fault', resumable: true })
  await office.touches('Stampa di nuovo')
  expect(await office.sees('done')).toMatchObject({ outcome: 'printed' })
  expect(
    sheets()
      .slice(before)
      .map(({ kind }) => kind),
  ).toEqual(['void', 'whole'])
  expect(await issued()).toBe(issuedBefore + 1)
  expect(events()).toContain('print.void')
  await office.takesCardAndGoes()
})

test('printer-out and no patience: the certificate waits for the same card', async () => {
  office.bench.printer.setPaper('out')
  await expect.poll(() => office.screen()).toMatchObject({ screen: 'attract', printing: false })
  await office.comesWithCard('anna-bianchi')
  await office.entersPin()
  await office.asksFor()
  await office.prints()
  await office.sees('print-fault')
  await office.touches('Ritiro più tardi')
  expect(await office.sees('done')).toMatchObject({ outcome: 'kept' })
  await office.takesCardAndGoes()
  office.bench.printer.setPaper('ok')
  await expect.poll(() => office.screen()).toMatchObject({ screen: 'attract', printing: true })
  await office.comesWithCard('anna-bianchi')
  await office.entersPin()
  await office.sees('collect')
  await office.touches('Stampa ora')
  await office.sees('done')
  await office.takesCardAndGoes()
})

test('nothing of the visits is in use in main; what is not is overwritten (basics/memory.test.ts)', async () => {
  const words = visitors.flatMap(({ codiceFiscale, surname }) => [codiceFiscale, surname, surname.toUpperCase()])
  await expect.poll(() => inUse(office.app(), words)).toEqual([])
})

test('nothing personal is readable at rest, nor in the sync log', async () => {
  const { dataDir } = office.bench.totem.config
  const files = readdirSync(dataDir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  expect(files.map(({ name }) => name)).toEqual(expect.arrayContaining(['queue.db', 'journal.db']))
  for (const file of files) {
    const bytes = readFileSync(join(file.parentPath, file.name))
    for (const { codiceFiscale, surname, idAnpr } of visitors) {
      for (const secret of [codiceFiscale, surname, surname.toUpperCase(), idAnpr]) {
        expect(bytes.includes(secret), `${secret} in ${file.name}`).toBe(false)
        expect(bytes.includes(Buffer.from(secret, 'utf16le')), `${secret} in ${file.name}`).toBe(false)
      }
    }
    expect(bytes.includes('12345678'), `the PIN in ${file.name}`).toBe(false)
  }
})
