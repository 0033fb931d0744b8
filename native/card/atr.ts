/**
 * The PIN reference that a card's answer to reset calls for (cards.md §1.1). Only a hint: new answers appear every year,
 * so what a card is, its files say; an unknown answer gets the reference of the standard.
 */
export function pinReferenceOf(atr: Uint8Array): number {
  return cnsMask(atr) === ST_INCARD ? 0x90 : 0x10
}

/** ST Incard wants the PIN reference with its top bit set. */
const ST_INCARD = 0x09

// The 15 historical bytes of a CNS, before the check byte: 00 6B, chip maker, mask maker, version (2), 01, free (2),
// "CNS", CNS version, 31 80.
const CNS_HISTORICAL = /006b..(..)....01....434e53..3180..$/

/** Maker of the mask (the card's operating system) of a CNS; null when the answer is not that of a CNS. */
export function cnsMask(atr: Uint8Array): number | null {
  // Low nibble of T0: 15 historical bytes.
  if (((atr[1] ?? 0) & 0x0f) !== 0x0f) return null
  const mask = CNS_HISTORICAL.exec(Buffer.from(atr).toString('hex'))?.[1]
  return mask === undefined ? null : Number.parseInt(mask, 16)
}
