import { controlCode } from 'pcsc-mini'
import { parseResponse, type Response, verifyPin } from './apdu.ts'
import { type Connection, pcscCode } from './transport.ts'

/** A reader with a keypad of its own: the PIN goes from its keys to the card and never enters this computer. */
export interface PinPad {
  /**
   * Has the reader ask for the PIN and send VERIFY with it, once. The status word is the card's or, when no VERIFY was
   * sent, one of `padFailure`. Null: the reader gave no status word.
   */
  verify(reference: number): Promise<Response | null>
}

/** CM_IOCTL_GET_FEATURE_REQUEST (PC/SC part 10 §2.2). */
const GET_FEATURE_REQUEST = 3400
const FEATURE_VERIFY_PIN_DIRECT = 0x06

/** Time for the first key, and again for the whole PIN: people read the small display first. */
const KEYS_TIMEOUT_S = 30

/** The longest that `PinPad.verify` takes: both times and the card's own. */
export const PIN_PAD_LIMIT_MS = (2 * KEYS_TIMEOUT_S + 5) * 1000

/** The keypad of the reader that holds the card; null when the reader has none that can verify a PIN. */
export async function findPinPad(reader: Pick<Connection, 'control'>): Promise<PinPad | null> {
  const features = await featuresOf(reader)
  const verifyDirect = features.get(FEATURE_VERIFY_PIN_DIRECT)
  if (verifyDirect === undefined) return null
  return {
    verify: async (reference) => parseResponse(await reader.control(verifyDirect, verifyStructure(reference))),
  }
}

async function featuresOf(reader: Pick<Connection, 'control'>): Promise<Map<number, number>> {
  try {
    return parseFeatures(await reader.control(controlCode(GET_FEATURE_REQUEST)))
  } catch (reason) {
    // A reader without features does not know the question. If the card has left instead, the next command fails.
    if (pcscCode(reason) === null) throw reason
    return new Map()
  }
}

/**
 * Control code of each feature, by its tag: a row of tag (1 byte), length (always 4), code (big-endian; PC/SC part 10
 * §2.2). The list ends at the first row that does not have this form.
 */
export function parseFeatures(bytes: Uint8Array): Map<number, number> {
  const features = new Map<number, number>()
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let at = 0; at + 6 <= bytes.length && view.getUint8(at + 1) === 4; at += 6) {
    features.set(view.getUint8(at), view.getUint32(at + 2))
  }
  return features
}

/** PIN_VERIFY_STRUCTURE (PC/SC part 10 §2.5.2) for the PIN of a CNS: 5 to 8 ASCII digits, padded with FF to 8. */
export function verifyStructure(reference: number): Uint8Array {
  const apdu = verifyPin(reference, new Uint8Array())
  const structure = new Uint8Array(STRUCTURE_BYTES + apdu.length)
  const view = new DataView(structure.buffer)
  structure.set([KEYS_TIMEOUT_S, KEYS_TIMEOUT_S])
  // Units of bytes, PIN at the start of the data, to the left, in ASCII.
  view.setUint8(2, 0x82)
  // No length of the PIN in the data; a block of 8 bytes.
  view.setUint8(3, 0x08)
  view.setUint8(4, 0x00)
  // This field and all after it are little-endian, so the maximum comes first.
  view.setUint16(5, (MIN_DIGITS << 8) | MAX_DIGITS, true)
  // The PIN ends with the OK key.
  view.setUint8(7, 0x02)
  // One message on the reader's display, the first: "enter PIN". In Italian.
  view.setUint8(8, 0x01)
  view.setUint16(9, LANGUAGE_ITALIAN, true)
  view.setUint8(11, 0x00)
  // Three bytes of T=1 prologue, which the reader makes itself.
  view.setUint32(15, apdu.length, true)
  structure.set(apdu, STRUCTURE_BYTES)
  return structure
}

const STRUCTURE_BYTES = 19
const MIN_DIGITS = 5
const MAX_DIGITS = 8
/** Italian (Italy), as USB numbers languages. */
const LANGUAGE_ITALIAN = 0x0410

/**
 * The meaning of a reader's own status word (PC/SC part 10 §2.5.2): no VERIFY was sent and no try is spent. Null: the
 * status word is the card's answer.
 */
export function padFailure(sw: number): 'not-entered' | 'unusable' | null {
  switch (sw) {
    case 0x6400: // time is up
    case 0x6401: // cancelled
    case 0x6403: // too few or too many digits
      return 'not-entered'
    case 0x6402: // two PINs differ: the totem never asks for two
    case 0x6b80: // the reader does not accept the structure
      return 'unusable'
    default:
      return null
  }
}
