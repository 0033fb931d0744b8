import type { CardFailure } from '../../contract/device.ts'
import { hexSw } from './apdu.ts'

/** Reference data not usable, conditions of use not satisfied, reference data not found (ISO 7816-4 §5.6). */
const NOT_ACTIVE = new Set([0x6984, 0x6985, 0x6a88])

/** What VERIFY's refusal means, on a CNS and a CIE alike. */
export function pinFailure(sw: number): CardFailure {
  if (sw === 0x6983 || sw === 0x63c0) return { kind: 'pin-blocked' }
  if (sw >> 4 === 0x63c) return { kind: 'wrong-pin', triesLeft: sw & 0x0f }
  // Some cards do not say how many tries are left.
  if (sw === 0x6300) return { kind: 'wrong-pin', triesLeft: null }
  // The card has compared nothing: its holder was never given a PIN, or has not activated it.
  if (NOT_ACTIVE.has(sw)) return { kind: 'pin-not-active' }
  return { kind: 'card-error', step: 'verify', sw: hexSw(sw) }
}
