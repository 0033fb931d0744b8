/** Contactless (PC/SC part 3 §3.1.3.2.3): 3B 8n 80 01, the historical bytes, exclusive or of all but the first. */
function contactless(historical: string): string {
  const bytes = Buffer.from(historical, 'hex')
  const body = Buffer.concat([Buffer.of(0x80 | bytes.length, 0x80, 0x01), bytes])
  const check = body.reduce((sum, byte) => sum ^ byte, 0)
  return Buffer.concat([Buffer.of(0x3b), body, Buffer.of(check)])
    .toString('hex')
    .toUpperCase()
}

const ITALY = '120FFF829000'

/**
 * Every kind of CIE 3.0 that the State's own middleware knows. `select`: whether the card has the IAS application or
 * only a master file. `domain`: whether one GET DATA can also give all three Diffie-Hellman parameters.
 */
export const CIE_PROFILES = {
  /** The Dutch driving licence has the same answer to reset. */
  gemalto: { atr: contactless(`80318065B085040011${ITALY}`), select: 'aid', domain: 'one' },
  /** The State's software takes it for `gemalto`; others ask for one parameter at a time. It must answer both. */
  gemalto2: { atr: contactless(`80318065B0850300EF${ITALY}`), select: 'aid', domain: 'one' },
  stm: { atr: contactless('8066475000B8007F829000'), select: 'aid', domain: 'three' },
  /** It has no historical byte at all, like a TS-CNS over NFC. */
  stm2: { atr: contactless(''), select: 'aid', domain: 'three' },
  stm3: { atr: contactless('8066475000B80094829000'), select: 'aid', domain: 'three' },
  /** As reported: one byte longer than its T0 says. */
  nxp: { atr: '3B8E80018031806549544E5850120FFF829000F0', select: 'mf', domain: 'three' },
  actalis: { atr: contactless(`8031806549544A3441${ITALY}`), select: 'mf', domain: 'three' },
  actalis2023: { atr: contactless(`8031806549544A3443${ITALY}`), select: 'mf', domain: 'three' },
  bit4id: { atr: contactless(`8031806549544A3442${ITALY}`), select: 'mf', domain: 'three' },
  bit4id2023: { atr: contactless(`8031806549544A3444${ITALY}`), select: 'mf', domain: 'three' },
  b9547: { atr: contactless(`8031806549544A3449${ITALY}`), select: 'mf', domain: 'three' },
} as const
export type CieProfile = keyof typeof CIE_PROFILES

/** The kind of a card unless another is asked for. */
export const DEFAULT_PROFILE: CieProfile = 'bit4id2023'
