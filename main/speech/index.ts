import { appendFileSync } from 'node:fs'
import type { TotemConfig } from '../../contract/config.ts'
import { watchHeadset } from './headset.ts'
import { createSpeaker, type Speaker } from './speaker.ts'
import { type SpeechFault, systemVoice, type Voice } from './voice.ts'

export interface Speech extends Pick<Speaker, 'hear' | 'read' | 'shows' | 'state' | 'visitOver'> {
  start(): void
  stop(): void
}

/** The totem's voice, and the headset that starts it. A totem without sound hears and says nothing. */
export function createSpeech(
  { sound, bench }: Pick<TotemConfig, 'sound' | 'bench'>,
  tell: { onSilent(fault: SpeechFault): void; onTurned(): void },
): Speech {
  if (!sound) return { hear() {}, read() {}, shows() {}, state: () => 'off', visitOver() {}, start() {}, stop() {} }
  const alsa = __DEVELOPMENT__ ? bench?.deviceEnv.ALSA_CONFIG_PATH : undefined
  const env: Record<string, string> = alsa === undefined ? {} : { ALSA_CONFIG_PATH: alsa }
  const ear = __DEVELOPMENT__ ? (bench?.ear ?? null) : null
  const voice = systemVoice({ output: sound.output, env })
  const speaker = createSpeaker(ear === null ? voice : overheard(voice, ear), tell)
  let headset: { stop(): void } | null = null
  return {
    hear: speaker.hear,
    read: speaker.read,
    shows: speaker.shows,
    state: speaker.state,
    visitOver: speaker.visitOver,
    start() {
      if (sound.headsetPlug !== null) headset = watchHeadset(sound.headsetPlug, speaker.headset)
    },
    stop() {
      headset?.stop()
      speaker.visitOver()
    },
  }
}

/** The same voice, and its words as a line for each utterance: the bench has no ear for sound. */
const overheard =
  (voice: Voice, ear: string): Voice =>
  (said, levels) => {
    appendFileSync(ear, `${JSON.stringify(said)}\n`)
    return voice(said, levels)
  }
