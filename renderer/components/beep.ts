import { useEffect } from 'react'
import { useShownView } from '../view-context.ts'

/** A countdown sounds when it comes up and again when this little is left (EAA annex I: more than one sense). */
const SECOND_CUE_SECONDS = 10

/** Sounds for a countdown; null: none is shown. Where speech is on it sounds between its words. */
export function useTimeCue(secondsLeft: number | null): void {
  const spoken = useShownView().speech !== 'off'
  const open = secondsLeft !== null && !spoken
  const lastCall = open && secondsLeft <= SECOND_CUE_SECONDS
  useEffect(() => {
    if (open) beep(lastCall ? 2 : 1)
  }, [open, lastCall])
}

/** Soft tones. The page makes them itself, so that it loads no sound file. */
function beep(times: number): void {
  const audio = new AudioContext()
  for (let tone = 0; tone < times; tone++) {
    const start = audio.currentTime + tone * 0.35
    const oscillator = audio.createOscillator()
    const volume = audio.createGain()
    oscillator.frequency.value = 660
    // The volume ramps, because a tone that is cut clicks in a cheap loudspeaker.
    volume.gain.setValueAtTime(0, start)
    volume.gain.linearRampToValueAtTime(0.2, start + 0.03)
    volume.gain.linearRampToValueAtTime(0, start + 0.25)
    oscillator.connect(volume).connect(audio.destination)
    oscillator.start(start)
    oscillator.stop(start + 0.26)
    if (tone === times - 1) oscillator.onended = () => void audio.close()
  }
}
