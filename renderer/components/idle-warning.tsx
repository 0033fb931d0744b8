import { useEffect } from 'react'
import { answer, stay } from '../bridge.ts'
import { useText } from '../i18n/use-text.ts'
import { useShownView } from '../view-context.ts'
import { Dialog } from './dialog.tsx'
import { Icon } from './icon.tsx'
import { TouchButton } from './touch-button.tsx'

/** The warning sounds when it comes up and again when this little is left (EAA annex I: more than one sense). */
const SECOND_CUE_SECONDS = 10

/** Stands over everything while main counts down. Main takes it away when the person says that they are here. */
export function IdleWarning() {
  const text = useText()
  const { idle } = useShownView()
  const open = idle !== null
  const lastCall = idle !== null && idle.secondsLeft <= SECOND_CUE_SECONDS

  useEffect(() => {
    if (open) beep(lastCall ? 2 : 1)
  }, [open, lastCall])

  return (
    <Dialog title={text('idle.title')} open={open} urgent>
      <p className="lead">{text('idle.lead')}</p>
      <p className="countdown" aria-live="off">
        <span className="countdown-number">{idle?.secondsLeft}</span>
        <span>{text('idle.seconds', { seconds: idle?.secondsLeft ?? 0 })}</span>
      </p>
      <div className="idle-actions">
        <TouchButton className="primary stay" onPress={() => stay()}>
          <Icon name="check" />
          <span>{text('idle.stay')}</span>
        </TouchButton>
        <TouchButton className="secondary" onPress={() => answer({ type: 'leave' })}>
          <Icon name="leave" />
          <span>{text('idle.leave')}</span>
        </TouchButton>
      </div>
    </Dialog>
  )
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
