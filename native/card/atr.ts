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

// The 15 historical bytes of a CNS: 00 6B, chip maker, mask maker, version (2), 01, free (2), "CNS", CNS version, 31 80.
const CNS_HISTORICAL = /^006b..(..)....01....434e53..3180$/
// The same bytes on the CIE 2.0, with 02 "ITID  ".
const OLD_CIE_HISTORICAL = /^006b........024954494420203180$/
/** The CIE of before 2.0 has this answer and no name in it (OpenSC, itacns driver). */
const FIRST_CIE = '3bf41800ff8131805500318000c7'

/** Mask maker (the card's operating system) of a CNS; null when the answer is not that of a CNS. */
export function cnsMask(atr: Uint8Array): number | null {
  const mask = CNS_HISTORICAL.exec(historical(atr))?.[1]
  return mask === undefined ? null : Number.parseInt(mask, 16)
}

/**
 * The CIE with contacts, of before version 3.0. It keeps files where a CNS keeps them, so only its answer to reset tells
 * it apart. No log-in is possible with it any more.
 */
export const isOldCie = (atr: Uint8Array): boolean =>
  OLD_CIE_HISTORICAL.test(historical(atr)) || Buffer.from(atr).toString('hex') === FIRST_CIE

/** The historical bytes in hex (ISO 7816-3 §8.2); empty when the lengths do not add up. */
function historical(atr: Uint8Array): string {
  const [, t0 = 0] = atr
  // Each high nibble tells which of TA, TB, TC and TD follow; TD has the next one, and a protocol in its low nibble.
  let present = t0 >> 4
  let at = 2
  let onlyT0 = true
  while (present !== 0) {
    at += bitCount(present)
    const td = present & 0x8 ? (atr[at - 1] ?? 0) : 0
    onlyT0 &&= (td & 0x0f) === 0
    present = td >> 4
    if (at > atr.length) return ''
  }
  const end = at + (t0 & 0x0f)
  // A card that offers T=0 alone has no check byte.
  return atr.length === end + (onlyT0 ? 0 : 1) ? Buffer.from(atr.slice(at, end)).toString('hex') : ''
}

const bitCount = (nibble: number): number => [1, 2, 4, 8].filter((bit) => nibble & bit).length
