/** A card in a virtual reader: bytes in, bytes out. */
export interface VirtualCard {
  /** Answer to reset; null = a mute card, which never gives one. */
  readonly atr: Uint8Array | null
  /** Power off, power on or reset: the card forgets what was verified or chosen. */
  reset(): void
  /** Response APDU, status word included. */
  transmit(apdu: Uint8Array): Uint8Array
}

export const statusWord = (sw: number): Uint8Array => Uint8Array.of(sw >> 8, sw & 0xff)

/** A health card without a chip, or a card that is put in the wrong way round. */
export const muteCard: VirtualCard = { atr: null, reset: () => {}, transmit: () => new Uint8Array() }

/** A card that is no identity card: it answers to reset and has no application and no file. */
export const unknownCard: VirtualCard = {
  // T=1, historical bytes "LOYALTY".
  atr: withCheckByte(Buffer.from('3b878131fe454c4f59414c5459', 'hex')),
  reset: () => {},
  transmit: () => statusWord(0x6a82),
}

/** ISO 7816-3 §8.2.5: the exclusive or of T0 to TCK is zero. */
function withCheckByte(atr: Uint8Array): Uint8Array {
  return Uint8Array.of(
    ...atr,
    atr.slice(1).reduce((sum, byte) => sum ^ byte, 0),
  )
}
