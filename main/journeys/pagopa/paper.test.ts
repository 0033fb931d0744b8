import { expect, test } from 'vitest'
import { language } from '../../../contract/language.ts'
import { refundReason } from '../../../contract/pagopa.ts'
import { payment } from '../../../test/support/visit/scripted-visit.ts'
import { noticePaper, refundPaper } from './paper.ts'

const place = { totem: 'TT-0001', office: 'Ufficio postale di Spello (PG)' }
const refund = { receipt: 'c110729d258c4ab1b765fe902aae41d6', cents: 1600, by: '2027-01-21T10:00:00.000Z' }
const drawn = (reason: (typeof refundReason.options)[number], spoken: (typeof language.options)[number], more = {}) =>
  JSON.stringify(
    refundPaper(
      { ...payment, creditor: { ...payment.creditor, ...more }, state: 'unspendable', refund: { ...refund, reason } },
      { language: spoken, place, at: new Date('2026-11-22T10:00:00Z') },
    ).blocks,
  )

test.each(language.options.flatMap((spoken) => refundReason.options.map((reason) => [spoken, reason] as const)))(
  '%s, %s: a sentence and no code, with sum, receipt, notice and day',
  (spoken, reason) => {
    const text = drawn(reason, spoken)
    expect(text).not.toContain(reason)
    expect(text).not.toMatch(/\{[a-zA-Z]+\}/)
    for (const fact of [refund.receipt, '3012 0261 1280 0001 24', '2027', '16']) expect(text).toContain(fact)
  },
)

test('whom to ask: as the creditor says, else the counter', () => {
  expect(drawn('person-removed', 'it')).toContain('Lo sportello di questo ufficio. Serve il numero della ricevuta')
  expect(drawn('person-removed', 'it', { contact: 'Tel. 800 123 456' })).toContain('Tel. 800 123 456. Serve il numero')
})

test('a notice with a comune’s diritti says both sums, and one without says the bollo alone', () => {
  const charges = { bollo: 1600, diritti: { withBollo: 52, withoutBollo: 26 } }
  const facts = (cents: number) => {
    const paper = noticePaper({ ...payment, cents }, { language: 'it', place, at: new Date(0), charges })
    return paper.blocks.flatMap((block) => (block.kind === 'facts' ? block.facts : []))
  }
  const told = (cents: number) => JSON.stringify(facts(cents).map(({ label, value }) => [label, value]))
  expect(told(1652)).toMatch(/16,52.*Imposta di bollo.*16,00.*Diritti di segreteria.*0,52/)
  expect(told(1600)).not.toContain('Diritti')
})
