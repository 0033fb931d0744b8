import { createHash } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { personById } from '../../simulator/population/people.ts'
import type { Sheet } from '../../simulator/printer/virtual-printer.ts'
import { type Office, openOffice } from '../support/totem/office.ts'
import { verified } from '../support/verification/verified.ts'

// The free declaration in place of a certificate that nobody needs (invariant 6), from the card to the paper. The codes
// are read from the picture of the paper and checked by the command that anyone with the key list can run.
let office: Office
const anna = personById('anna-bianchi')
/** Sheets of this visit whose picture is complete. */
let before = 0
async function sheets(): Promise<Sheet[]> {
  await office.bench.printer.settled()
  return office.bench.printer.sheets.slice(before)
}
const events = (name: string) => office.journal().filter(({ event }) => event === name).length

/** From the menu to a certificate, and then to the declaration in its place: it is for a public body after all. */
async function comesToDeclaration(wish: Parameters<Office['asksFor']>[0]) {
  await office.asksFor(wish)
  await office.touches(`${office.says('sheet.change')}: ${office.says('sheet.use')}`)
  await office.answers('purpose', { purpose: 'publicBody' })
  return office.sees('declaration')
}

beforeAll(async () => {
  // Short, so that a failed visit ends by itself and spoils no other.
  office = await openOffice({ timings: { idleMs: 20_000, warningMs: 5_000 } })
})
beforeEach(async () => {
  await office.takesCardAndGoes()
  before = office.bench.printer.sheets.length
})
afterAll(() => office?.close())

test('a public body: the declaration is printed, names its holder, and its code is genuine', async () => {
  const printed = events('visit.declaration')
  await office.comesWithCard('anna-bianchi')
  await office.entersPin()
  expect(await comesToDeclaration({ type: '12' })).toMatchObject({
    themes: [{ ticked: ['f'] }, { ticked: [] }, { ticked: [] }],
    forAnother: false,
  })
  await office.answers('declaration')
  expect(await office.sees('done')).toMatchObject({ outcome: 'printed', document: 'declaration' })
  const [sheet, ...more] = await sheets()
  expect(more).toEqual([])
  expect(sheet).toMatchObject({ kind: 'whole' })
  const { kind, claims } = await verified(office.bench.pki, sheet as Sheet)
  expect(kind).toBe('genuine')
  expect(claims).toMatchObject({
    document: 'dichiarazioneSostitutiva',
    totem: office.bench.totem.config.totem,
    subject: { codiceFiscale: anna.codiceFiscale },
    declared: {},
  })
  // The other people stand only on a declaration of the family.
  expect(Object.keys(claims.fromAnpr)).toEqual(['a', 'f'])
  expect(claims.fromAnpr.f.toUpperCase()).toContain(anna.surname.toUpperCase())
  expect(events('visit.declaration')).toBe(printed + 1)
  expect(await office.operations()).toEqual([])
  await office.takesCardAndGoes()
})

test('another person’s certificate: the declaration stays the holder’s, and the screen says so', async () => {
  await office.comesWithCard('anna-bianchi')
  await office.entersPin()
  expect(await comesToDeclaration({ type: '8', of: ({ tie }) => tie.to !== 'self' })).toMatchObject({
    themes: [{ ticked: [] }, { ticked: [] }, { ticked: [] }],
    forAnother: true,
  })
  await office.touches('Esci')
  await office.takesCardAndGoes()
  expect(await sheets()).toEqual([])
})

test('line-down: the declaration still comes out, and its code claims nothing from ANPR', async () => {
  office.bench.line.cut()
  await expect.poll(async () => await office.screen()).toMatchObject({ screen: 'attract', online: false })
  await office.comesWithCard('anna-bianchi')
  await office.entersPin()
  await comesToDeclaration({ type: 'together' })
  await office.answers('declaration')
  await office.sees('done')
  const [sheet] = await sheets()
  const { kind, claims } = await verified(office.bench.pki, sheet as Sheet)
  expect(kind).toBe('genuine')
  expect(claims).toMatchObject({ subject: { codiceFiscale: anna.codiceFiscale }, fromAnpr: {}, declared: {} })
  await office.takesCardAndGoes()
  office.bench.line.up()
  await expect.poll(async () => await office.screen()).toMatchObject({ screen: 'attract', online: true })
  expect(await office.operations()).toEqual([])
})

test('paper-out-mid-declaration: the sheet is void, the same declaration is printed again', async () => {
  await office.comesWithCard('anna-bianchi')
  await office.entersPin()
  await comesToDeclaration({ type: '8' })
  office.bench.printer.paperOutAfter(40_000)
  await office.answers('declaration')
  expect(await office.sees('print-fault')).toMatchObject({ document: 'declaration', status: 'paperOut', page: 1 })
  office.bench.printer.setPaper('ok')
  await expect.poll(() => office.screen()).toMatchObject({ screen: 'print-fault', resumable: true })
  await office.touches('Stampa di nuovo')
  expect(await office.sees('done')).toMatchObject({ outcome: 'printed', document: 'declaration' })
  const out = await sheets()
  expect(out.map(({ kind }) => kind)).toEqual(['void', 'whole'])
  expect((await verified(office.bench.pki, out[1] as Sheet)).kind).toBe('genuine')
  await office.takesCardAndGoes()
})

test('printer-out and no patience: nothing is printed, nothing is kept, and the screen says so', async () => {
  office.bench.printer.setPaper('out')
  await expect.poll(() => office.screen()).toMatchObject({ screen: 'attract', printing: false })
  await office.comesWithCard('anna-bianchi')
  await office.entersPin()
  await comesToDeclaration({ type: '8' })
  await office.answers('declaration')
  await office.sees('print-fault')
  await office.touches('Rinuncio alla stampa')
  expect(await office.sees('done')).toMatchObject({ outcome: 'nothing' })
  await office.takesCardAndGoes()
  office.bench.printer.setPaper('ok')
  await expect.poll(() => office.screen()).toMatchObject({ screen: 'attract', printing: true })
})

test('the receipt of a certificate carries a genuine code, tied to the very file of ANPR', async () => {
  await office.comesWithCard('anna-bianchi')
  await office.entersPin()
  await office.asksFor()
  await office.prints()
  await office.answers('done', { receipt: true })
  await office.sees('printing')
  await office.sees('done')
  const receipt = (await sheets()).at(-1)
  const [operation] = await office.operations()
  const { kind, claims } = await verified(office.bench.pki, receipt as Sheet)
  expect(kind).toBe('genuine')
  const file = await fetch(`${office.bench.anpr.controlUrl}/simulator/issued/${operation?.anprId}`)
  const pdfSha256 = createHash('sha256')
    .update(await file.bytes())
    .digest('hex')
  expect(claims).toMatchObject({
    document: 'receipt',
    operation: operation?.operation,
    types: ['8'],
    pages: 1,
    pdfSha256,
  })
  await office.takesCardAndGoes()
})
