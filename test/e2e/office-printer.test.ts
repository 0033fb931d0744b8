import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type IppPrinter, startIppPrinter } from '../../simulator/printer/ipp-printer.ts'
import { PKI } from '../support/pki.ts'
import { type Office, openOffice } from '../support/totem/office.ts'

// A totem without a thermal head, in an office of Alto Adige: its papers go to the office's printer by ipps.
let printer: IppPrinter
let office: Office

beforeAll(async () => {
  // The bench's one certificate for localhost.
  const tls = { certificate: join(PKI, 'gateway.cert.pem'), key: join(PKI, 'gateway.key.pem') }
  printer = await startIppPrinter({ tls })
  office = await openOffice({
    provision: ({ gateway, office: place }) => ({
      printer: { profile: 'a4-office', uri: printer.uri, ca: gateway.ca },
      office: { ...place, province: 'BZ', comune: 'Sluderno', secondLanguage: 'de' },
    }),
  })
})
afterAll(async () => {
  await office?.close()
  await printer?.stop()
})

/** The ledger's sheets, in order. */
function ledger() {
  const db = new Database(join(office.bench.totem.config.dataDir, 'queue.db'), { readonly: true })
  try {
    return db.prepare('SELECT document, page, state, reprint, perhaps_printed AS perhaps FROM sheet ORDER BY seq').all()
  } finally {
    db.close()
  }
}

test('the printer fails and is repaired: the certificate is printed again as ANPR made it, and the ledger shows both', async () => {
  await expect.poll(() => office.screen()).toMatchObject({ screen: 'attract', printing: true })
  await office.comesWithCard('anna-bianchi')
  await office.entersPin()
  await office.asksFor()
  await printer.beforeEachSheet('exit 1')
  await office.prints()
  // The printer is asked for its state again and again: between two jobs it says that it is ready.
  expect(await office.sees('print-fault')).toMatchObject({ document: 'certificate', page: 1 })
  await printer.beforeEachSheet('')
  await expect.poll(() => office.screen()).toMatchObject({ screen: 'print-fault', resumable: true })
  await office.touches('Stampa di nuovo')
  expect(await office.sees('done')).toMatchObject({ outcome: 'printed', document: 'certificate' })

  // In German beside Italian, as the law of the territory asks (DPR 574/1988).
  await office.touches('Un’altra richiesta')
  await office.answers('menu', { service: 'declaration' })
  await office.answers('declaration')
  expect(await office.sees('done')).toMatchObject({ outcome: 'printed', document: 'declaration' })

  const [failed, certificate, receipt, declaration, ...more] = await printer.documents()
  expect(more).toEqual([])
  const [issued] = await office.operations()
  const asIssued = await fetch(`${office.bench.anpr.controlUrl}/simulator/issued/${issued?.anprId}`)
  expect(certificate).toEqual(Buffer.from(await asIssued.arrayBuffer()))
  expect(failed).toEqual(certificate)
  expect(textOf(receipt)).toContain('Il certificato è stampato di nuovo')
  expect(textOf(declaration)).toMatch(/DICHIARAZIONE SOSTITUTIVA[\s\S]*Eigenerklärung/)
  const out = { state: 'acknowledged', page: 1, perhaps: null }
  // Two languages stand on one sheet.
  expect((await printer.paper()).map(({ page }) => page)).toEqual([1, 1, 1])
  expect(ledger()).toEqual([
    // The page had been sent, so it may have come out.
    { document: 'certificate', page: 1, state: 'void', reprint: 0, perhaps: 1 },
    { document: 'certificate', reprint: 1, ...out },
    { document: 'receipt', reprint: 0, ...out },
    { document: 'declaration', reprint: 0, ...out },
  ])
  await office.takesCardAndGoes()
})

const textOf = (pdf: Buffer | undefined) => execFileSync('pdftotext', ['-', '-'], { input: pdf, encoding: 'utf8' })
