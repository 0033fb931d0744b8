import type { View } from '../../contract/visit.ts'

/** Short sounds that stand before the words: something has happened, and the person knows it before the sentence ends. */
export const cues = ['digit', 'card', 'error', 'paper', 'takeCard', 'time'] as const
export type Cue = (typeof cues)[number]

const RATE = 22_050
/** A pause between two tones of a cue. */
const PAUSE_MS = 60

/** Tones of each cue, in Hz and milliseconds: a click, rising for what succeeds, falling for what fails. */
const TONES: Record<Cue, readonly (readonly [hertz: number, ms: number])[]> = {
  digit: [[1_000, 30]],
  card: [
    [523, 90],
    [784, 140],
  ],
  error: [
    [330, 160],
    [247, 240],
  ],
  paper: [
    [523, 80],
    [659, 80],
    [784, 140],
  ],
  takeCard: [
    [784, 120],
    [784, 120],
    [784, 120],
  ],
  time: [
    [660, 200],
    [660, 200],
  ],
}

/** The samples of a cue (16-bit mono at 22,050 Hz), its loudest at `amplitude` of 1. */
export function samplesOf(cue: Cue, amplitude: number): Buffer {
  const parts = TONES[cue].flatMap(([hertz, ms]) => [tone(hertz, ms, amplitude), Buffer.alloc(2 * samplesIn(PAUSE_MS))])
  return Buffer.concat(parts)
}

const samplesIn = (ms: number) => Math.round((RATE * ms) / 1_000)

/** It begins and ends softly, because a tone that is cut clicks in a cheap loudspeaker. */
function tone(hertz: number, ms: number, amplitude: number): Buffer {
  const count = samplesIn(ms)
  const ramp = samplesIn(8)
  const samples = Buffer.alloc(2 * count)
  for (let at = 0; at < count; at++) {
    const softly = Math.min(1, at / ramp, (count - at) / ramp)
    const value = Math.sin((2 * Math.PI * hertz * at) / RATE) * softly * amplitude
    samples.writeInt16LE(Math.round(value * 32_767), 2 * at)
  }
  return samples
}

/** The seconds of the idle warning at which its sound comes again. */
const LAST_CALL_SECONDS = 10

/** What sounds when one view follows another; null: nothing. */
export function cueBetween(before: View | null, after: View): Cue | null {
  const [was, is] = [before?.screen, after.screen]
  if (after.idle && (!before?.idle || after.idle.secondsLeft === LAST_CALL_SECONDS)) return 'time'
  if (after.cardLost && !before?.cardLost) return 'error'
  if (is.screen === 'pin' && is.wrong && !(was?.screen === 'pin' && was.wrong)) return 'error'
  if (was === undefined || was.screen === is.screen) return null
  if (is.screen === 'refused' || is.screen === 'print-fault' || is.screen === 'last-try') return 'error'
  if (is.screen === 'card-reading') return 'card'
  if (is.screen === 'done') return is.outcome === 'printed' || is.slip ? 'paper' : null
  if (is.screen === 'goodbye') return is.cardPresent ? 'takeCard' : null
  return null
}
