import type { SpeechKey, Spoken, ToSpeech } from '../../contract/speech.ts'
import { sayingOf } from './saying.ts'
import { LEVELS, type SpeechFault, type Utterance, type Voice } from './voice.ts'

const USUAL = { rate: 3, volume: 5 }

export interface Speaker {
  /** What the renderer tells of the screen and of the person's hands. */
  hear(told: ToSpeech): void
  /** A headset's plug went in or came out. */
  headset(plugged: boolean): void
  /** The next person finds the usual rate and volume, and speech only where their headset is in. */
  visitOver(): void
}

/**
 * Speaks what stands on the screen, one utterance at a time: a new screen, a touch or a key silences the one before.
 * `onSilent` hears why the totem cannot be heard, once for each cause until it can.
 */
export function createSpeaker(voice: Voice, onSilent: (fault: SpeechFault) => void): Speaker {
  let plugged = false
  let on = false
  let levels = { ...USUAL }
  let screen: readonly Spoken[] = []
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
    if (!on || heard.length === 0) return
    const now = voice(heard, levels)
    utterance = now
    void now.over.then((fault) => {
      if (utterance === now) utterance = null
      if (fault !== null && fault !== silent) onSilent(fault)
      silent = fault
    })
  }
  function turn(next: boolean) {
    on = next
    if (on) say(screen)
    else hush()
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
      if (told.about === 'key') keys[told.key]()
      if (told.about === 'focus') say(told.says)
      if (told.about === 'screen') {
        const fresh = toSay(screen, told.says)
        screen = told.says
        if (fresh.length > 0) say(fresh)
      }
    },
    headset(now) {
      if (now === plugged) return
      plugged = now
      // A headset that is pulled out leaves nothing speaking into the room.
      turn(plugged)
    },
    visitOver() {
      hush()
      levels = { ...USUAL }
      screen = []
      on = plugged
    },
  }
}

/** A screen with another title is said whole; of the same screen, what is new on it, unless it counts by itself. */
export function toSay(before: readonly Spoken[], after: readonly Spoken[]): readonly Spoken[] {
  if (before[0]?.text !== after[0]?.text) return after
  const known = new Set(before.map(({ text }) => text))
  return after.filter(({ text, kind }) => kind !== 'clock' && !known.has(text))
}
