// Apart from what passes between main and the page: the device process needs it, and nothing of the screens.

/** The ASCII digits of a PIN. */
export function isPin(pin: Uint8Array): boolean {
  return pin.length >= 5 && pin.length <= 8 && pin.every((digit) => digit >= 0x30 && digit <= 0x39)
}

/**
 * A CNS takes 5 to 8 digits. A CIE takes always all eight: typing only the last four is a habit of desktop software that
 * stores the first four.
 */
export const isPinOf = (card: 'cns' | 'cie', pin: Uint8Array): boolean =>
  isPin(pin) && (card === 'cns' || pin.length === 8)
