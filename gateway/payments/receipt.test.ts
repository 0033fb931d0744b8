import { describe, expect, test } from 'vitest'
import { receiptIn } from './receipt.ts'

const fields = {
  receiptId: 'c110729d258c4ab1b765fe902aae41d6',
  noticeNumber: '301202611280000124',
  fiscalCode: '99999000013',
  outcome: 'OK',
  paymentAmount: '16.00',
}
const xml = (change: Partial<Record<keyof typeof fields, string | null>> = {}, more = '') => {
  const inner = Object.entries({ ...fields, ...change })
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `<${name}>${value}</${name}>`)
    .join('')
  // As the SANP shows it, with the persons whom a receipt names.
  return `<?xml version="1.0"?><soapenv:Envelope xmlns:soapenv="s" xmlns:pafn="p"><soapenv:Body><pafn:paSendRTV2Request>
    <idPA>99999000013</idPA><receipt>${inner}${more}
    <debtor><uniqueIdentifier><fiscalCode>BNCNMR51H58I888T</fiscalCode></uniqueIdentifier><fullName>A</fullName></debtor>
    <transferList><transfer><transferAmount>16.00</transferAmount></transfer></transferList>
    </receipt></pafn:paSendRTV2Request></soapenv:Body></soapenv:Envelope>`
}

describe('a receipt', () => {
  test('is read, in its envelope or without, of both versions', () => {
    const read = {
      id: fields.receiptId,
      notice: fields.noticeNumber,
      body: fields.fiscalCode,
      outcome: 'OK',
      cents: 1600,
    }
    const whole = xml()
    expect(receiptIn(whole)).toEqual({ ok: true, value: read })
    const bare = /<pafn:.*<\/pafn:paSendRTV2Request>/s.exec(whole)?.[0] ?? ''
    expect(receiptIn(bare)).toEqual({ ok: true, value: read })
    expect(receiptIn(bare.replaceAll('paSendRTV2Request', 'paSendRTReq'))).toEqual({ ok: true, value: read })
  })
  test.each([
    ['16.00', 1600],
    ['0.01', 1],
    ['1234567.89', 123_456_789],
    // 0.29 * 100 is no whole number in floating point.
    ['0.29', 29],
  ])('of %s euro is of %i cents', (paymentAmount, cents) => {
    expect(receiptIn(xml({ paymentAmount }))).toMatchObject({ value: { cents } })
  })
  test.each<[string, string]>([
    ['nothing', ''],
    ['no XML', '{"receiptId":"x"}'],
    ['cut off', xml().slice(0, 300)],
    ['without outcome', xml({ outcome: null })],
    ['another outcome', xml({ outcome: 'NOK' })],
    ['16 euro without cents', xml({ paymentAmount: '16' })],
    ['a comma', xml({ paymentAmount: '16,00' })],
    ['a sum below nothing', xml({ paymentAmount: '-16.00' })],
    ['an exponent', xml({ paymentAmount: '1e3.00' })],
    ['a notice of 17 digits', xml({ noticeNumber: '30120261128000012' })],
    ['a receipt id with a line break', xml({ receiptId: 'a\nb' })],
    ['a long receipt id', xml({ receiptId: 'a'.repeat(36) })],
    ['two outcomes', xml({ outcome: 'KO' }, '<outcome>OK</outcome>')],
    ['two notices', xml({}, '<noticeNumber>301202611280000124</noticeNumber>')],
    ['a document type', xml().replace('<soapenv:Envelope', '<!DOCTYPE x [<!ENTITY a "b">]><soapenv:Envelope')],
    ['an entity', xml({ receiptId: '&a;' })],
    ['deep nesting', `${'<a>'.repeat(200_000)}`],
    ['fields at another place', `<x>${xml().replaceAll('receipt>', 'other>')}</x>`],
  ])('%s is none', (_name, text) => {
    expect(receiptIn(text)).toEqual({ ok: false, error: { kind: 'receipt-malformed' } })
  })
})
