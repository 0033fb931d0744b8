import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CODE_SYMBOLS, codeIn, codeOf, handleOf } from './enrolment-code.ts'

const code = fc
  .array(fc.integer({ min: 0, max: 31 }), { minLength: CODE_SYMBOLS, maxLength: CODE_SYMBOLS })
  .map((symbols) => codeOf(symbols))
const SYMBOLS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

test('a code is read however it is written', () => {
  fc.assert(
    fc.property(code, (given) => {
      expect(given).toMatch(/^([0-9A-HJKMNP-TV-Z]{4}-){2}[0-9A-HJKMNP-TV-Z]{4}$/)
      expect(codeIn(given)).toBe(given)
      expect(codeIn(` ${given.toLowerCase().replaceAll('-', ' ')} `)).toBe(given)
      expect(codeIn(given.replaceAll('0', 'O').replaceAll('1', 'l'))).toBe(given)
      expect(given.startsWith(handleOf(given))).toBe(true)
    }),
  )
})

test('one wrong symbol, or two neighbours swapped: told before anything is sent', () => {
  const at = fc.integer({ min: 0, max: 11 })
  fc.assert(
    fc.property(code, at, fc.constantFrom(...SYMBOLS), (given, place, other) => {
      const plain = [...given.replaceAll('-', '')]
      const wrong = plain.with(place, other).join('')
      if (wrong !== plain.join('')) expect(codeIn(wrong)).toBeNull()
      const next = (place + 1) % plain.length
      if (next === 0) return
      const swapped = plain
        .with(place, plain[next] ?? '')
        .with(next, plain[place] ?? '')
        .join('')
      if (swapped !== plain.join('')) expect(codeIn(swapped)).toBeNull()
    }),
    { numRuns: 500 },
  )
})

test.each(['', 'K7QM', 'K7QM-4T9X-2HWU', 'K7QM-4T9X-2HWB-0000', '----'])('"%s" is no code', (typed) =>
  expect(codeIn(typed)).toBeNull(),
)
