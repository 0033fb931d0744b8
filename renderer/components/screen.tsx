import { type ReactNode, useEffect, useRef } from 'react'
import { answer } from '../bridge.ts'
import { useText } from '../i18n/use-text.ts'
import { useShownView } from '../view-context.ts'
import { Icon, type IconName } from './icon.tsx'
import { useAnnouncement } from './live-region.tsx'
import { Steps } from './steps.tsx'
import { TouchButton } from './touch-button.tsx'

type Screen = {
  title: string
  lead?: string
  /** What is only looked at: it may stand high on the glass. */
  figure?: ReactNode
  /** What is touched: it moves down when the controls are lowered. */
  children?: ReactNode
  /** `ends`: it ends the visit, so the other button that does so is not shown. */
  main?: { label: string; icon?: IconName; onPress: () => void; disabled?: boolean; ends?: boolean }
  /** `wait`: nothing to touch, the figure takes the height. */
  kind?: 'answers' | 'wait' | 'verdict'
  tone?: 'success' | 'warning' | 'danger'
}

/**
 * The composition of every screen: steps, one question, what is looked at, what is touched, and the row of actions
 * that never moves (back left, end of visit beside it, main action right).
 */
export function Screen({ title, lead, figure, children, main, kind = 'answers', tone }: Screen) {
  const text = useText()
  const { step, canGoBack, canLeave } = useShownView()
  const section = useRef<HTMLElement>(null)
  useAnnouncement(title)
  // Tab starts from the new screen, not from where the old one was.
  useEffect(() => section.current?.focus({ preventScroll: true }), [])

  return (
    <section ref={section} className={`screen of-${kind} ${tone ?? ''}`} tabIndex={-1}>
      <div className="question">
        {step && <Steps step={step} />}
        <h1>{title}</h1>
        {lead && <p className="lead">{lead}</p>}
        {figure && <div className="figure">{figure}</div>}
      </div>
      {children && <div className="answers">{children}</div>}
      {(canGoBack || canLeave || main) && (
        <div className="actions">
          <div className="action-back">
            {canGoBack && (
              <TouchButton className="secondary" onPress={() => answer({ type: 'back' })}>
                <Icon name="back" />
                <span>{text('action.back')}</span>
              </TouchButton>
            )}
          </div>
          <div className="action-leave">
            {canLeave && !main?.ends && (
              <TouchButton className="secondary" onPress={() => answer({ type: 'leave' })}>
                <Icon name="leave" />
                <span>{text('action.leave')}</span>
              </TouchButton>
            )}
          </div>
          <div className="action-main">
            {main && (
              <TouchButton className="primary" onPress={main.onPress} disabled={main.disabled ?? false}>
                <span>{main.label}</span>
                <Icon name={main.icon ?? 'next'} />
              </TouchButton>
            )}
          </div>
        </div>
      )}
    </section>
  )
}

/** Three dots that take turns: something is going on and nothing is asked. */
export function Waiting() {
  return (
    <div className="waiting" aria-hidden="true">
      <span />
      <span />
      <span />
    </div>
  )
}
