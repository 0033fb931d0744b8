import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { tsCardNumber } from './ts-number.ts'

const { ts_card_number: vector } = JSON.parse(
  readFileSync(new URL('../../test/vectors/cards.json', import.meta.url), 'utf8'),
) as { ts_card_number: { id_carta: string; stem: string; full_20_digits_as_reference_reader: string } }

test('the number on the back is as the reference reader gives it', () => {
  expect(tsCardNumber(vector.id_carta)).toBe(vector.full_20_digits_as_reference_reader)
  expect(tsCardNumber(vector.id_carta)?.slice(0, 19)).toBe(vector.stem)
})

test.each(['7430012345678901', '609001234567890', '609001234567890X', ''])('%j is no Tessera Sanitaria', (cardId) => {
  expect(tsCardNumber(cardId)).toBe(null)
})
