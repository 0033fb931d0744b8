import { describe, expect, test } from 'vitest'
import type { IssuedOutcome } from '../../../contract/gateway.ts'
import { language as known, type Language } from '../../../contract/language.ts'
import { type ReceiptDocument, receiptDocument } from '../../../contract/print.ts'
import { dateTime, texts, titleOf } from '../../documents/texts.ts'
import { receiptFor, slipFor } from './receipt.ts'

const outcome: IssuedOutcome = {
  operation: '01K0M3Z8Q4V7N2B5X9C1D6F8GH',
  types: ['8', '12'],
  protocol: '2198294275',
  idOperazioneAnpr: '77242849',
  issuedAt: '2026-11-22T09:00:00.000Z',
  pdf: Buffer.from('%PDF-1.7 Bianchi').toString('base64'),
}
const verification = 'TP1:6BFOXN%TS3DHPVO13J'
const place = { totem: 'TT-0001', office: 'Ufficio postale di Spello (PG)' }
const words = ({ lines }: ReceiptDocument) =>
  lines
    .map((line) =>
      Object.values(line)
        .filter((value) => typeof value === 'string')
        .join(' '),
    )
    .join('\n')

const NOT_A_CERTIFICATE: Record<Language, RegExp> = {
  it: /non è un certificato/,
  de: /keine Bescheinigung/,
  fr: /n’est pas un certificat/,
  sl: /ni potrdilo/,
  en: /not a certificate/,
}

describe.each(known.options)('%s', (language) => {
  test('a receipt names the operation and ties itself to the sealed file, but names nobody', () => {
    const receipt = receiptFor(outcome, { pages: 2, at: '2026-11-22T09:01:00.000Z', language, place, verification })
    expect(receiptDocument.parse(receipt)).toEqual(receipt)
    const text = words(receipt)
    for (const fact of [
      outcome.operation,
      outcome.protocol,
      'TT-0001',
      place.office,
      dateTime('2026-11-22T09:01:00.000Z', language),
      titleOf(language, ['8', '12']),
    ]) {
      expect(text).toContain(fact)
    }
    expect(text).toContain(verification)
    expect(text.toLowerCase()).not.toContain('bianchi')
  })

  test('a receipt says what was taken, what is due to the comune, and how long the certificate is good', () => {
    const said = (changes: Partial<IssuedOutcome>) =>
      words(receiptFor({ ...outcome, ...changes }, { pages: 1, at: outcome.issuedAt, language, place, verification }))
    const comma = (amount: string) => (language === 'en' ? amount : amount.replace('.', ','))
    const mark = { kind: 'contrassegno', number: '01234567890123', issued: '2026-03-05' } as const
    const notice = { kind: 'pagopa', notice: '301202611280000124' } as const
    const cents = { bollo: 1600, diritti: 52 }
    expect(said({ bollo: notice, cents, validMonths: 6 })).toContain(comma('16.52 euro'))
    expect(said({ bollo: notice, cents, validMonths: 6 })).toContain(texts[language].months(6))
    for (const owed of [
      said({ bollo: mark, cents }),
      said({ bollo: { kind: 'exempt', exemption: 'onlus' }, cents: { bollo: 0, diritti: 52 } }),
    ]) {
      expect(owed).toContain(comma('0.00 euro'))
      expect(owed).toContain(`${comma('0.52 euro')} (${texts[language].dirittiDue})`)
      expect(owed).not.toContain(texts[language].valid)
    }
    // As an earlier gateway sends it.
    expect(said({ bollo: notice })).toContain(comma('16.00 euro'))
  })

  test('both say where their code is verified and whom to call, where the totem knows it', () => {
    const known = { ...place, verifyAt: 'verifica.totem.example', phone: '800 000 000' }
    const at = '2026-11-22T09:01:00.000Z'
    const told = (where: typeof place, code: string | null) => {
      const printed = { language, place: where, verification: code }
      return [
        receiptFor(outcome, { pages: 2, at, ...printed }),
        slipFor({ operation: outcome.operation, types: ['8'], requestedAt: at }, { until: at, ...printed }),
      ].map(words)
    }
    for (const text of told(known, verification)) {
      expect(text).toContain('verifica.totem.example')
      expect(text).toContain('800 000 000')
    }
    // Without a code there is nothing to verify.
    for (const text of told(known, null)) expect(text).not.toContain('verifica.totem.example')
    for (const text of told(place, verification)) expect(text).not.toMatch(/800|verifica\./)
  })

  test('what is shown to the clerk stands on both, in Italian and below in the language of the paper', () => {
    const printed = { language, place, verification }
    const at = outcome.issuedAt
    // A paper in Italian says it all already.
    for (const [italian, text] of [
      ['Il totem mi ha stampato il certificato', words(receiptFor(outcome, { pages: 2, at, ...printed }))],
      [
        'Ho chiesto un certificato al totem',
        words(slipFor({ operation: outcome.operation, types: ['8'], requestedAt: at }, { until: at, ...printed })),
      ],
    ] as const)
      expect(text.includes(italian)).toBe(language !== 'it')
  })

  test('a slip says that nothing is certified, where the request is and until when', () => {
    const slip = slipFor(
      { operation: outcome.operation, types: ['8'], requestedAt: outcome.issuedAt },
      { until: '2026-12-22T09:00:00.000Z', language, place, verification: null },
    )
    const text = words(slip)
    for (const fact of [dateTime('2026-12-22T09:00:00.000Z', language), outcome.operation]) expect(text).toContain(fact)
    expect(slip.lines.some(({ kind }) => kind === 'qr')).toBe(false)
    expect(text).toMatch(NOT_A_CERTIFICATE[language])
  })
})

test('times are the office’s, summer and winter', () => {
  expect(dateTime('2026-07-01T22:30:00.000Z', 'it')).toBe('02/07/2026 00:30')
  expect(dateTime('2026-01-01T22:30:00.000Z', 'en')).toBe('01/01/2026 23:30')
})
