import type { TotemConfig } from '../../contract/config.ts'
import { watchHeadset } from './headset.ts'
import { createSpeaker, type Speaker } from './speaker.ts'
import { type SpeechFault, systemVoice } from './voice.ts'

export interface Speech extends Pick<Speaker, 'hear' | 'shows' | 'state' | 'visitOver'> {
  start(): void
  stop(): void
}

/** The totem's voice, and the headset that starts it. A totem without sound hears and says nothing. */
export function createSpeech(
  { sound, bench }: Pick<TotemConfig, 'sound' | 'bench'>,
  tell: { onSilent(fault: SpeechFault): void; onTurned(): void },
): Speech {
  if (!sound) return { hear() {}, shows() {}, state: () => 'off', visitOver() {}, start() {}, stop() {} }
  const alsa = __DEVELOPMENT__ ? bench?.deviceEnv.ALSA_CONFIG_PATH : undefined
  const env: Record<string, string> = alsa === undefined ? {} : { ALSA_CONFIG_PATH: alsa }
  const speaker = createSpeaker(systemVoice({ output: sound.output, env }), tell)
  let headset: { stop(): void } | null = null
  return {
    hear: speaker.hear,
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
