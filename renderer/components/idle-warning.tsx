import { answer, stay } from '../bridge.ts'
import { useText } from '../i18n/use-text.ts'
import { useShownView } from '../view-context.ts'
import { useTimeCue } from './beep.ts'
import { Dialog } from './dialog.tsx'
import { Icon } from './icon.tsx'
import { TouchButton } from './touch-button.tsx'

/** Stands over everything while main counts down. Main takes it away when the person says that they are here. */
export function IdleWarning() {
  const text = useText()
  const { idle } = useShownView()
  const open = idle !== null
  useTimeCue(idle?.secondsLeft ?? null)

  return (
    <Dialog title={text('idle.title')} open={open} urgent>
      <p className="lead">{text('idle.lead')}</p>
      <p className="countdown" aria-live="off">
        <span className="countdown-number">{idle?.secondsLeft}</span>
        <span>{text('idle.seconds', { seconds: idle?.secondsLeft ?? 0 })}</span>
      </p>
      <div className="idle-actions">
        <TouchButton className="primary stay" back onPress={() => stay()}>
          <Icon name="check" />
          <span>{text('idle.stay')}</span>
        </TouchButton>
        <TouchButton className="secondary" onPress={() => answer({ type: 'leave' })}>
          <Icon name="leave" />
          <span>{text('action.leave')}</span>
        </TouchButton>
      </div>
    </Dialog>
  )
}
