/**
 * The PIN reference that a card's answer to reset calls for (cards.md §1.1). Only a hint: new answers appear every year,
 * so what a card is, its files say; an unknown answer gets the reference of the standard.
 */
export function pinReferenceOf(atr: Uint8Array): number {
  return cnsMask(atr) === ST_INCARD ? PIN | SEARCH_PARENTS : PIN
}

/** The same PIN as the other kind of card names it. */
export const otherPinReference = (reference: number): number => reference ^ SEARCH_PARENTS

const PIN = 0x10
/** Lets the card look for the PIN in the folders above the current one too. ST Incard wants it, others know no such PIN. */
const SEARCH_PARENTS = 0x80
const ST_INCARD = 0x09

// The 15 historical bytes of a CNS, before the check byte: 00 6B, chip maker, mask maker, version (2), 01, free (2),
// "CNS", CNS version, 31 80.
const CNS_HISTORICAL = /^006b..(..)....01....434e53..3180$/
// Likewise, with 02 "ITID  ".
const OLD_CIE_HISTORICAL = /^006b........024954494420203180$/

/** Maker of the mask (the card's operating system) of a CNS; null when the answer is not that of a CNS. */
export function cnsMask(atr: Uint8Array): number | null {
  const mask = CNS_HISTORICAL.exec(fifteenHistorical(atr))?.[1]
  return mask === undefined ? null : Number.parseInt(mask, 16)
}

/**
 * The old CIE with contacts (2.0, cards.md §1): it has files where a CNS has them, so only its answer to reset tells it
 * apart. No log-in is possible with it any more.
 */
export const isOldCie = (atr: Uint8Array): boolean => OLD_CIE_HISTORICAL.test(fifteenHistorical(atr))

/** In hex; empty when the answer (without its check byte at the end) does not have 15. */
function fifteenHistorical(atr: Uint8Array): string {
  // Low nibble of T0: how many they are.
  if (((atr[1] ?? 0) & 0x0f) !== 0x0f) return ''
  return Buffer.from(atr.slice(-16, -1)).toString('hex')
}
