/**
 * The PIN reference that a card's answer to reset calls for. It is only a hint: new answers appear every year, so the
 * card's files decide what it is. An unknown answer gets the reference of the standard.
 */
export function pinReferenceOf(atr: Uint8Array): number {
  return cnsMask(atr) === ST_INCARD ? PIN | SEARCH_PARENTS : PIN
}

/** The reference under which the other kind of CNS keeps the same PIN. */
export const otherPinReference = (reference: number): number => reference ^ SEARCH_PARENTS

const PIN = 0x10
/**
 * This bit lets the card look for the PIN also in the folders above the current one. ST Incard cards want it; others
 * know no such PIN.
 */
const SEARCH_PARENTS = 0x80
const ST_INCARD = 0x09

// The 15 historical bytes of a CNS, before the check byte: 00 6B, chip maker, mask maker, version (2), 01, free (2),
// "CNS", CNS version, 31 80.
const CNS_HISTORICAL = /^006b..(..)....01....434e53..3180$/
// The same bytes on the old CIE, with 02 "ITID  ".
const OLD_CIE_HISTORICAL = /^006b........024954494420203180$/

/** Mask maker (the card's operating system) of a CNS; null when the answer is not that of a CNS. */
export function cnsMask(atr: Uint8Array): number | null {
  const mask = CNS_HISTORICAL.exec(fifteenHistorical(atr))?.[1]
  return mask === undefined ? null : Number.parseInt(mask, 16)
}

/**
 * The old CIE with contacts (2.0). It keeps files where a CNS keeps them, so only its answer to reset tells it apart.
 * No log-in is possible with it any more.
 */
export const isOldCie = (atr: Uint8Array): boolean => OLD_CIE_HISTORICAL.test(fifteenHistorical(atr))

/** The 15 historical bytes in hex; empty when the answer, less its check byte, does not have 15. */
function fifteenHistorical(atr: Uint8Array): string {
  // The low nibble of T0 counts the historical bytes.
  if (((atr[1] ?? 0) & 0x0f) !== 0x0f) return ''
  return Buffer.from(atr.slice(-16, -1)).toString('hex')
}
