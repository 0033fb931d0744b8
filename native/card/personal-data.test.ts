import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { personalData } from '../../contract/device.ts'
import { parsePersonalData } from './personal-data.ts'

const { ef_dati_personali: vectors } = JSON.parse(
  readFileSync(new URL('../../test/vectors/cards.json', import.meta.url), 'utf8'),
) as {
  ef_dati_personali: {
    examples: {
      header_counts: string
      content_hex: string
      file_size_with_padding: number
      fields: Record<string, string>
    }[]
    malformed: { hex: string; expect: string }[]
  }
}

const parse = (text: string) => parsePersonalData(Buffer.from(text, 'latin1'))
const refused = (kind: string) => ({ ok: false, error: { kind } })
const CODE = 'RSSMRA80A01H501U'

const hex = (value: number, digits: number) => value.toString(16).padStart(digits, '0')
const content = (fields: readonly Uint8Array[]) =>
  Buffer.concat(fields.flatMap((field) => [Buffer.from(hex(field.length, 2)), field]))
const latin1 = (fields: readonly string[]) => fields.map((field) => Buffer.from(field, 'latin1'))
/** A file whose header counts `more` than what follows. */
const file = (fields: readonly Uint8Array[], more: number) =>
  Buffer.concat([Buffer.from(hex(content(fields).length + more, 6)), content(fields)])
/** Header counted without and with its own six digits. */
const READINGS = [0, 6]

test.each(vectors.examples)(
  '$fields.surname, header counts $header_counts',
  ({ content_hex, file_size_with_padding, fields }) => {
    const used = Buffer.from(content_hex, 'hex')
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
    for (const padding of ['\0', '\xff', ' ', '0'])
      expect(
        parsePersonalData(Buffer.concat([used, Buffer.alloc(file_size_with_padding - used.length, padding, 'latin1')])),
      ).toEqual({ ok: true, value })
    expect(parsePersonalData(used)).toEqual({ ok: true, value })
  },
)

describe('names in any encoding', () => {
  const nine = (surname: Uint8Array) => [...latin1(['', '', '']), surname, ...latin1(['', '', '', '', CODE])]
  test.each<[string, Uint8Array, string]>([
    ['Latin-1', Buffer.from('NICOLÒ', 'latin1'), 'NICOLÒ'],
    ['UTF-8', Buffer.from('NICOLÒ'), 'NICOLÒ'],
    ['UTF-8, a letter that Latin-1 lacks', Buffer.from('KOŠUTA'), 'KOŠUTA'],
    ['an apostrophe of Windows-1252', Buffer.from('D\x92ANGELO', 'latin1'), 'D’ANGELO'],
    ['an escape, which commands a printer', Buffer.from('RO\x1b@SSI'), 'RO@SSI'],
    ['a mark that turns the text round', Buffer.from('RO\u202eSSI'), 'ROSSI'],
    ['a byte that Windows-1252 does not assign', Buffer.from('RO\x81SSI', 'latin1'), 'ROSSI'],
  ])('%s', (_, surname, read) => {
    for (const more of READINGS)
      expect(parsePersonalData(file(nine(surname), more))).toMatchObject({
        ok: true,
        value: { surname: read, codiceFiscale: CODE },
      })
  })
})

describe('a file that names nobody says why', () => {
  test.each(vectors.malformed)('$expect', ({ hex, expect: kind }) => {
    expect(parsePersonalData(Buffer.from(hex, 'hex'))).toEqual(refused(kind))
  })
  test.each([
    ['no file', '', 'header-missing'],
    ['a file that was never filled', '\xff'.repeat(400), 'header-not-hex'],
    ['a field length that is no number', '000004zz00', 'field-length-not-hex'],
    ['half a field length at the end', '000003000', 'field-length-not-hex'],
    ['a code whose check letter is wrong', '0000220000000000000000' + '10RSSMRA80A01H501X', 'codice-fiscale-invalid'],
  ])('%s', (_, text, kind) => {
    expect(parse(text)).toEqual(refused(kind))
  })
})

test('a fault behind the codice fiscale only ends the file', () => {
  const until = `000000000000000010${CODE}`
  for (const rest of ['', '00zz', '00FF', '0'])
    expect(parse(`000190${until}${rest}`)).toMatchObject({ ok: true, value: { codiceFiscale: CODE } })
})

/** Texts as a card can hold them; any bytes, so long as the codice fiscale is one. */
const field = fc.uint8Array({ maxLength: 20 })
const fields = fc
  .tuple(fc.array(field, { minLength: 8, maxLength: 8 }), fc.array(field, { maxLength: 7 }))
  .map(([before, after]) => [...before, Buffer.from(CODE), ...after])

test('both readings of the header give the same person, however many fields and whatever follows', () => {
  fc.assert(
    fc.property(fields, fc.constantFrom('\0', '\xff', ' '), (all, padding) => {
      const [exclusive, inclusive] = READINGS.map((more) =>
        parsePersonalData(Buffer.concat([file(all, more), Buffer.alloc(100, padding, 'latin1')])),
      )
      expect(exclusive).toEqual(inclusive)
      expect(exclusive).toMatchObject({ ok: true, value: { codiceFiscale: CODE } })
    }),
    { numRuns: 1000 },
  )
})

test('any file is a person or a named fault', () => {
  const digit = fc.constantFrom(...'0123456789ABCDEFabcdef')
  const nearlyRight = fc
    .tuple(fc.string({ unit: digit, minLength: 6, maxLength: 6 }), fc.string({ unit: digit, maxLength: 400 }))
    .map(([header, rest]) => Buffer.from(`0000${header.slice(4)}${rest}`, 'latin1'))
  const broken = fc
    .tuple(fields, fc.constantFrom(...READINGS), fc.nat(), fc.uint8Array({ minLength: 1, maxLength: 4 }))
    .map(([all, more, at, bytes]) => {
      const whole = file(all, more)
      whole.set(bytes.subarray(0, whole.length - (at % whole.length)), at % whole.length)
      return whole
    })
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 420 }), nearlyRight, broken), (bytes) => {
      const parsed = parsePersonalData(bytes)
      if (parsed.ok) {
        personalData.parse(parsed.value)
        expect(Object.values(parsed.value).join('')).not.toMatch(/\p{Cc}/u)
      } else expect(parsed.error.kind).toMatch(/^(header|field|codice-fiscale)-/)
    }),
    { numRuns: 1000 },
  )
})
