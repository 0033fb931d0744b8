// tsyringe, inside @peculiar/x509, needs it loaded first.
import 'reflect-metadata'
import { readFileSync } from 'node:fs'
import { type JsonName, Name } from '@peculiar/x509'
import { expect, test } from 'vitest'
import { holderOf } from './holder.ts'

const vectors = JSON.parse(readFileSync(new URL('../test/vectors/cards.json', import.meta.url), 'utf8'))
const codes = (kind: 'valid' | 'invalid'): string[] => vectors.codice_fiscale[kind].map(({ cf }: { cf: string }) => cf)
/** `C=IT, SN=ROSSI, ...` to DER. */
const subject = (text: string) => {
  const parts: JsonName = text.split(', ').map((part) => {
    const [type = '', value = ''] = part.split(/=(.*)/s)
    return { [{ GN: 'G', serialNumber: '2.5.4.5' }[type] ?? type]: [value] }
  })
  return new Uint8Array(new Name(parts).toArrayBuffer())
}

test('the worked subject of a CNS names holder and card', () => {
  expect(holderOf(subject(vectors.cns_subject.subject))).toEqual({
    codiceFiscale: vectors.cns_subject.parsed.codice_fiscale,
    surname: 'ROSSI',
    givenName: 'MARIO',
    cardId: vectors.cns_subject.parsed.card_id,
    documentNumber: null,
  })
})
test('the worked subject of a CIE names holder and document', () => {
  expect(holderOf(subject(vectors.cie_subject.subject))).toEqual({
    codiceFiscale: 'RSSMRA80A01H501U',
    surname: 'ROSSI',
    givenName: 'MARIO',
    cardId: null,
    documentNumber: 'CA00000AA',
  })
})
test.each(codes('valid'))('%s is a holder', (cf) => {
  expect(holderOf(subject(`CN=${cf}/CA00000AA`)).codiceFiscale).toBe(cf)
})
test.each(codes('invalid'))('%s is nobody', (cf) => {
  expect(holderOf(subject(`CN=${cf}/CA00000AA`)).codiceFiscale).toBeNull()
})
test.each([
  ['serialNumber=IT:RSSMRA80A01H501U, CN=MARIO ROSSI', 'RSSMRA80A01H501U'],
  ['serialNumber=TINIT-RSSMRA80A01H501U, CN=MARIO ROSSI', 'RSSMRA80A01H501U'],
  ['serialNumber=it:rssmra80a01h501u, CN=MARIO ROSSI', 'RSSMRA80A01H501U'],
  ['CN=rssmra80a01h501u/6100000000000000.hash', 'RSSMRA80A01H501U'],
  ['CN=TINIT-RSSMRA80A01H501U', 'RSSMRA80A01H501U'],
  // Sixteen letters are no code, and neither is a code with a wrong check letter.
  ['serialNumber=TINIT-RSSMRA80A01H501U, CN=BARTOLOMEOCOSTAN', 'RSSMRA80A01H501U'],
  ['serialNumber=TINIT-RSSMRA80A01H501U, CN=BARTOLOMEO COSTANZO', 'RSSMRA80A01H501U'],
  ['serialNumber=TINIT-RSSMRA80A01H501X, CN=MARIO ROSSI', null],
  ['serialNumber=IT:RSSMRA80A01H501UX, CN=MARIO ROSSI', null],
  // Two codes that both pass would be two people.
  ['serialNumber=IT:BNCLRA85C55F205D, CN=RSSMRA80A01H501U/6100000000000000.hash', null],
])('holder of %s', (text, code) => {
  expect(holderOf(subject(text)).codiceFiscale).toBe(code)
})
test.each([
  ['serialNumber=IDCIT-CA12345BB', 'CA12345BB'],
  ['serialNumber=CA12345BB', 'CA12345BB'],
  ['CN=RSSMRA80A01H501U/CA12345BB', 'CA12345BB'],
  ['CN=RSSMRA80A01H501U/CA12345BB.q83v', 'CA12345BB'],
  ['serialNumber=TINIT-RSSMRA80A01H501U', null],
  ['CN=RSSMRA80A01H501U', null],
])('document number of %s', (text, number) => {
  expect(holderOf(subject(text)).documentNumber).toBe(number)
})
