import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { personalData } from '../../contract/device.ts'
import { parsePersonalData } from './personal-data.ts'

const { ef_dati_personali: vectors } = JSON.parse(
  readFileSync(new URL('../../test/vectors/cards.json', import.meta.url), 'utf8'),
) as {
  ef_dati_personali: {
    examples: { content_hex: string; file_size_with_padding: number; fields: Record<string, string> }[]
    malformed: { hex: string; expect: string }[]
  }
}

const parse = (text: string) => parsePersonalData(Buffer.from(text, 'latin1'))
const refused = (reason: string) => ({ ok: false, error: { kind: 'personal-data-malformed', reason } })

test.each(vectors.examples)('$fields.surname', ({ content_hex, file_size_with_padding, fields }) => {
  const content = Buffer.from(content_hex, 'hex')
  const file = Buffer.concat([content], file_size_with_padding)
  const value = {
    issuer: fields.issuer,
    issued: fields.issue_date,
    expires: fields.expiry_date,
    surname: fields.surname,
    name: fields.given_name,
    born: fields.birth_date,
    sex: fields.sex,
    codiceFiscale: fields.codice_fiscale,
    birthComune: fields.birth_municipality,
    residenceComune: fields.residence_municipality,
  }
  expect(parsePersonalData(file)).toEqual({ ok: true, value })
  expect(parsePersonalData(content)).toEqual({ ok: true, value })
})

describe('a malformed file is refused with its reason', () => {
  const reasons: Record<string, string | null> = {
    'reject: header not hex': 'header-not-hex',
    'reject: field overruns': 'field-overruns',
    'reject: header longer than the file': 'longer-than-file',
    empty: null,
  }
  test.each(vectors.malformed)('$expect', ({ hex, expect: what }) => {
    const parsed = parsePersonalData(Buffer.from(hex, 'hex'))
    const reason = reasons[what]
    expect(reason).not.toBe(undefined)
    if (reason) expect(parsed).toEqual(refused(reason))
    else expect(parsed).toMatchObject({ ok: true, value: { surname: '', codiceFiscale: '' } })
  })
  test.each([
    ['no file', '', 'header-missing'],
    ['longer than any card has', `00018B${'0'.repeat(395)}`, 'longer-than-file'],
    ['a field length that is no number', '000004zz00', 'field-length-not-hex'],
    ['half a field length at the end', '000003000', 'field-length-not-hex'],
    ['an escape in a name', '000005' + '0001\x1b', 'control-character'],
  ])('%s', (_, text, reason) => {
    expect(parse(text)).toEqual(refused(reason))
  })
})

test('any file is a person or a refusal', () => {
  const hex = fc.constantFrom(...'0123456789ABCDEFabcdef')
  const nearlyRight = fc
    .tuple(fc.string({ unit: hex, minLength: 6, maxLength: 6 }), fc.string({ unit: hex, maxLength: 400 }))
    .map(([header, rest]) => Buffer.from(`0000${header.slice(4)}${rest}`, 'latin1'))
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 420 }), nearlyRight), (file) => {
      const parsed = parsePersonalData(file)
      if (parsed.ok) personalData.parse(parsed.value)
      else expect(parsed.error.kind).toBe('personal-data-malformed')
    }),
    { numRuns: 1000 },
  )
})
