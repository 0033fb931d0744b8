import type { SpeechKey, Spoken, ToSpeech } from '../../contract/speech.ts'
import type { View } from '../../contract/visit.ts'
import { type Cue, cueBetween } from './cues.ts'
import { sayingOf } from './saying.ts'
import { LEVELS, type Sentence, type SpeechFault, type Utterance, type Voice } from './voice.ts'

const USUAL = { rate: 3, volume: 5 }
/** A cue waits this long for the words that it stands before; a screen comes sooner. */
const CUE_WAITS_MS = 200

export interface Speaker {
  /** What the renderer tells of the screen and of the person's hands. */
  hear(told: ToSpeech): void
  /** The view that the person gets now: some changes sound before they are told. */
  shows(view: View): void
  /** Reads a paper of the person's: into a headset, and never into the room. */
  read(sentences: readonly Sentence[]): void
  /** A headset's plug went in or came out. */
  headset(plugged: boolean): void
  /** Whether it speaks, and where. */
  state(): View['speech']
  /** The next person finds the usual rate and volume, and speech only where their headset is in. */
  visitOver(): void
}

/**
 * Speaks what stands on the screen, one utterance at a time: a new screen, a touch or a key silences the one before.
 * `onSilent` hears why the totem cannot be heard, once for each cause until it can; `onTurned`, that `state` has changed.
 */
export function createSpeaker(
  voice: Voice,
  { onSilent, onTurned }: { onSilent(fault: SpeechFault): void; onTurned(): void },
): Speaker {
  let plugged = false
  let on = false
  let levels = { ...USUAL }
  let screen: readonly Spoken[] = []
  let view: View | null = null
  let cue: Cue | null = null
  let alone: NodeJS.Timeout | null = null
  let utterance: Utterance | null = null
  let silent: SpeechFault | null = null

  function hush() {
    utterance?.stop()
    utterance = null
  }
  function say(items: readonly Spoken[]) {
    hush()
    const sentences = items.map((item) => ({ lang: item.lang, text: sayingOf(item, plugged) }))
    // A screen of personal data says once that it has some.
    const heard = sentences.filter(({ text }, at) => text !== '' && text !== sentences[at - 1]?.text)
    const sound = takeCue()
    if (!on || (heard.length === 0 && sound === null)) return
    const now = voice(sound === null ? heard : [{ cue: sound }, ...heard], levels)
    utterance = now
    void now.over.then((fault) => {
      if (utterance === now) utterance = null
      if (fault !== null && fault !== silent) onSilent(fault)
      silent = fault
    })
  }
  function takeCue(): Cue | null {
    const taken = cue
    cue = null
    if (alone) clearTimeout(alone)
    alone = null
    return taken
  }
  /** Stands before the next words. Where none come it sounds alone, and never over words (EN 301 549, 5.1.3.10). */
  function sound(next: Cue) {
    if (!on) return
    takeCue()
    cue = next
    alone = setTimeout(() => {
      if (utterance === null) say([])
      else takeCue()
    }, CUE_WAITS_MS)
  }
  function turn(next: boolean) {
    on = next
    if (on) say(screen)
    else hush()
  }
  const state = () => (on ? (plugged ? 'headset' : 'aloud') : 'off')
  /** Does this, and tells when speech is not what it was before. */
  function turning(work: () => void) {
    const before = state()
    work()
    if (state() !== before) onTurned()
  }
  function level(name: keyof typeof levels, by: number) {
    levels = { ...levels, [name]: Math.min(LEVELS, Math.max(1, levels[name] + by)) }
    say(screen)
  }
  const keys: Record<SpeechKey, () => void> = {
    start: () => turn(!on),
    help: () => (on ? say(screen) : turn(true)),
    repeat: () => say(screen),
    slower: () => level('rate', -1),
    faster: () => level('rate', 1),
    softer: () => level('volume', -1),
    louder: () => level('volume', 1),
  }

  return {
    hear(told) {
      if (told.about === 'touch') hush()
      if (told.about === 'key') turning(keys[told.key])
      if (told.about === 'digit') sound('digit')
      if (told.about === 'focus') say(told.says)
      if (told.about === 'screen') {
        const fresh = toSay(screen, told.says)
        screen = told.says
        if (fresh.length > 0) say(fresh)
      }
    },
    shows(next) {
      const found = cueBetween(view, next)
      view = next
      if (found) sound(found)
    },
    read(sentences) {
      if (state() === 'headset') say(sentences.map((one) => ({ kind: 'sentence', ...one, personal: true })))
    },
    headset(now) {
      if (now === plugged) return
      turning(() => {
        plugged = now
        // A headset that is pulled out leaves nothing speaking into the room.
        turn(plugged)
      })
    },
    state,
    visitOver() {
      hush()
      takeCue()
      levels = { ...USUAL }
      screen = []
      view = null
      turning(() => {
        on = plugged
      })
    },
  }
}

/**
 * A screen with another title is said whole, but for the step that the one before has said; of the same screen, what is
 * new on it, unless it counts by itself.
 */
export function toSay(before: readonly Spoken[], after: readonly Spoken[]): readonly Spoken[] {
  const known = new Set(before.map(({ text }) => text))
  if (before[0]?.text !== after[0]?.text) return after.filter(({ text, kind }) => kind !== 'step' || !known.has(text))
  return after.filter(({ text, kind }) => kind !== 'clock' && !known.has(text))
}
