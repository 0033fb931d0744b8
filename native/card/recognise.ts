import type { CardFailure, CieReadout, CnsReadout } from '../../contract/device.ts'
import { err, type Result } from '../../contract/result.ts'
import { type CieCard, readCie } from './cie/index.ts'
import { type CnsCard, readCns } from './cns.ts'
import type { Channel } from './transport.ts'

/** A card that was read: its data, and what a log-in with it needs. */
export type KnownCard =
  | { kind: 'cns'; readout: CnsReadout; card: CnsCard }
  | { kind: 'cie'; readout: CieReadout; card: CieCard }

/**
 * Contactless cards have no answer to reset. The reader makes one up: `3B 8n 80 01` and n historical bytes (PC/SC part
 * 3 §3.1.3.2.3).
 */
export const isContactless = ([ts, t0 = 0, td1, td2]: Uint8Array): boolean =>
  ts === 0x3b && (t0 & 0xf0) === 0x80 && td1 === 0x80 && td2 === 0x01

/**
 * Reads the card, CNS or CIE. Its answer to reset only decides which is tried first: new answers appear every year, and
 * there are CNS without contacts. `card-unknown`: it is neither.
 */
export async function readCard(
  channel: Channel,
  atr: Uint8Array,
  pinPad: boolean,
): Promise<Result<KnownCard, CardFailure>> {
  const ways = [() => tryCns(channel, atr, pinPad), () => tryCie(channel, atr)]
  for (const read of isContactless(atr) ? ways.reverse() : ways) {
    const known = await read()
    if (known.ok || known.error.kind !== 'card-unknown') return known
  }
  return err({ kind: 'card-unknown' })
}

async function tryCns(channel: Channel, atr: Uint8Array, pinPad: boolean): Promise<Result<KnownCard, CardFailure>> {
  const cns = await readCns(channel, atr, pinPad)
  return cns.ok ? { ok: true, value: { kind: 'cns', ...cns.value } } : cns
}

async function tryCie(channel: Channel, atr: Uint8Array): Promise<Result<KnownCard, CardFailure>> {
  const cie = await readCie(channel, atr)
  return cie.ok ? { ok: true, value: { kind: 'cie', ...cie.value } } : cie
}

/**
 * Whether two readouts are of the same card, by the number under which it was issued. The chip's own number changes
 * each time it enters the field, and its answer to reset is that of its whole series. The log-in finds out a copy.
 */
export const isSameCard = (one: KnownCard, other: KnownCard): boolean => numberOf(one) === numberOf(other)

/** A CNS without a card number has a certificate of its own all the same. */
const numberOf = ({ readout }: KnownCard): string =>
  readout.card === 'cie' ? readout.nis : (readout.cardId ?? Buffer.from(readout.certificate).toString('base64'))
