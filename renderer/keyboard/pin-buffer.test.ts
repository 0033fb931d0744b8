import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isPin } from '../../contract/pin.ts'
import { emptyPin, type PinKey, pinKeyOf, pinMin, pressPinKey, takePin } from './pin-buffer.ts'

const cards = fc.constantFrom('cns' as const, 'cie' as const)

function type(keys: PinKey[]) {
  const digits = emptyPin()
  const count = keys.reduce((typed, key) => pressPinKey(digits, typed, key), 0)
  return { digits, count }
}
const keys = (text: string) => [...text].map((key) => (key === '<' ? 'delete' : key === 'x' ? 'clear' : key) as PinKey)

describe('typing a PIN', () => {
  it.each([
    ['', ''],
    ['12345', '12345'],
    ['12345678', '12345678'],
    ['123456789', '12345678'],
    ['12<345', '1345'],
    ['<<12', '12'],
    ['123x45', '45'],
    ['12345678<0', '12345670'],
  ])('%s leaves %s', (typed, left) => {
    const { digits, count } = type(keys(typed))
    expect(String.fromCharCode(...digits.slice(0, count))).toBe(left)
  })

  it('leaves nothing behind the digits that count', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...keys('0123456789<x')), { maxLength: 40 }), cards, (pressed, card) => {
        const { digits, count } = type(pressed)
        expect(digits.slice(count).every((digit) => digit === 0)).toBe(true)
        const pin = takePin(digits, count, pinMin(card))
        if (count < (card === 'cie' ? 8 : 5)) expect(pin).toBeNull()
        else {
          expect(pin && isPin(pin)).toBe(true)
          expect(digits.every((digit) => digit === 0)).toBe(true)
        }
      }),
    )
  })
})

describe('a physical keypad', () => {
  it.each([
    ['7', '7'],
    ['Backspace', 'delete'],
    ['Delete', 'clear'],
    ['Escape', 'clear'],
    ['Enter', null],
    ['a', null],
    ['F5', null],
    ['٣', null],
  ])('%s is %s', (key, meaning) => {
    expect(pinKeyOf({ key, code: '' })).toBe(meaning)
  })
  it('gives digits without NumLock, too', () => {
    expect(pinKeyOf({ key: 'ArrowUp', code: 'Numpad8' })).toBe('8')
  })
})
