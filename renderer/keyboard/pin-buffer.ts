export const PIN_MAX = 8
/** A CNS has a PIN of 5 to 8 digits; a CIE's always has all 8. */
export const pinMin = (card: 'cns' | 'cie') => (card === 'cie' ? PIN_MAX : 5)

export type PinKey = '0' | '1' | '2' | '3' | '4' | '5' | '6' | '7' | '8' | '9' | 'delete' | 'clear'

export function emptyPin(): Uint8Array {
  return new Uint8Array(PIN_MAX)
}

/**
 * Takes one key of the PIN: changes `digits` (ASCII, in place) and returns how many are typed now. A digit that is
 * taken back is overwritten at once; a digit beyond the eighth is not taken.
 */
export function pressPinKey(digits: Uint8Array, count: number, key: PinKey): number {
  if (key === 'clear') {
    digits.fill(0)
    return 0
  }
  if (key === 'delete') {
    if (count > 0) digits[count - 1] = 0
    return Math.max(0, count - 1)
  }
  if (count >= PIN_MAX) return count
  digits[count] = key.charCodeAt(0)
  return count + 1
}

/** The typed digits alone, to be handed over; `digits` is overwritten. Null while there are fewer than `least`. */
export function takePin(digits: Uint8Array, count: number, least: number): Uint8Array | null {
  if (count < least) return null
  const pin = digits.slice(0, count)
  digits.fill(0)
  return pin
}

/**
 * A key of a keyboard as a PIN key: digits of either block, Backspace, Delete and Escape; null for the rest. The keys of a
 * numeric block count by their place, because without the NumLock of a keyboard the kernel gives arrows for them.
 */
export function pinKeyOf({ key, code }: Pick<KeyboardEvent, 'key' | 'code'>): PinKey | null {
  const [, block] = /^Numpad([0-9])$/.exec(code) ?? []
  if (block) return block as PinKey
  if (/^[0-9]$/.test(key)) return key as PinKey
  if (key === 'Backspace') return 'delete'
  if (key === 'Delete' || key === 'Escape') return 'clear'
  return null
}
