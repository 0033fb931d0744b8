import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { checkDigit, mrzLetters, readMrz } from './mrz.ts'

const { emrtd } = JSON.parse(readFileSync(new URL('../test/vectors/cards.json', import.meta.url), 'utf8'))
const mrz: string = emrtd.mrz.join('')

test('the worked example is read', () => {
  expect(readMrz(mrz)).toEqual({
    documentNumber: 'CA00000AA',
    born: '800101',
    expires: '340101',
    surname: 'ROSSI',
    name: 'MARIO',
    truncated: false,
  })
})
test('its check digits are those of document number, birth and expiry', () => {
  const [number, born, expires] = ['CA00000AA', '800101', '340101'].map((field) => field + checkDigit(field))
  expect(`${number}${born}${expires}`).toBe(emrtd.mrz_information)
})
test('one digit or letter changed: refused, or it was not checked', () => {
  const unchecked = [0, 1, 2, 3, 4, 37, 45, 46, 47]
  fc.assert(
    fc.property(fc.nat(59), fc.constantFrom(...'0123456789'), (place, digit) => {
      const wrong = mrz.slice(0, place) + digit + mrz.slice(place + 1)
      // Weights 7 3 1 modulo 10 do not see a digit in the place of a letter of equal value.
      const same = Number.parseInt(mrz[place] ?? '', 36) % 10 === Number(digit) || (mrz[place] === '<' && digit === '0')
      if (!unchecked.includes(place) && !same) expect(readMrz(wrong)).toBeNull()
    }),
  )
})
test('any text: read or refused, never thrown', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 100 }), (text) => {
      expect(readMrz(text)).toBeNull()
    }),
  )
})
test.each([
  ["D'Angelò", 'DANGELO'],
  ['ROSSI-BIANCHI', 'ROSSIBIANCHI'],
  ['Anna Maria', 'ANNAMARIA'],
  ['Müller', null],
  ['Иванов', null],
])('%s is %s in the zone', (name, letters) => {
  expect(mrzLetters(name)).toBe(letters)
})
