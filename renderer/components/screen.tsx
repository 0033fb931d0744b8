import { type ReactNode, useEffect, useRef } from 'react'
import type { Language } from '../../contract/language.ts'
import { answer } from '../bridge.ts'
import { useText } from '../i18n/use-text.ts'
import { useShownView } from '../view-context.ts'
import { Icon, type IconName } from './icon.tsx'
import { useAnnouncement } from './live-region.tsx'
import { useSimple } from './simple.tsx'
import { Steps } from './steps.tsx'
import { TouchButton } from './touch-button.tsx'
import { type Wait, Waited } from './waited.tsx'

type Screen = {
  title: string
  lead?: string
  /** The lead is for people who do not read the screen's own language. */
  leadLanguage?: Language
  /** Only looked at, so it may stand high on the glass. */
  figure?: ReactNode
  /** Touched, so it stands within the reach of somebody who sits. */
  children?: ReactNode
  /**
   * `leave`: all is said, and the main action is the end of the visit. `ends`: this one leads there too, so the button
   * beside it is not shown.
   */
  main?: 'leave' | { label: string; icon?: IconName; onPress: () => void; disabled?: boolean; ends?: boolean }
  /** `wait`: there is nothing to touch, and the figure takes the height. */
  kind?: 'answers' | 'wait' | 'verdict'
  tone?: 'success' | 'warning' | 'danger'
  /** The totem works here and the person waits: a clock says since when. */
  wait?: Wait
}

/**
 * The composition of every screen: steps, one question, a figure, the answers, and the row of actions. The row never
 * moves: back is on the left, the end of the visit beside it, the main action on the right.
 */
export function Screen({ title, lead, leadLanguage, figure, children, main, kind = 'answers', tone, wait }: Screen) {
  const text = useText()
  const { step, canGoBack, canLeave } = useShownView()
  const { shown, plain } = useSimple(children)
  const sentence = plain && kind === 'answers' && !tone ? undefined : lead
  const section = useRef<HTMLElement>(null)
  useAnnouncement(sentence && !leadLanguage ? `${title}. ${sentence}` : title)
  // The focus moves here, so that Tab starts from the new screen and not from the place of the old one.
  useEffect(() => section.current?.focus({ preventScroll: true }), [])

  const leave = () => answer({ type: 'leave' })
  const action =
    main === 'leave' ? { label: text('action.leave'), icon: 'check' as const, onPress: leave, ends: true } : main

  return (
    <section ref={section} className={`screen of-${kind} ${tone ?? ''}`} tabIndex={-1}>
      <div className="content">
        <div className="question">
          {step && <Steps step={step} />}
          <h1>{title}</h1>
          {sentence && (
            <p className="lead" lang={leadLanguage}>
              {sentence}
            </p>
          )}
          {figure && <div className="figure">{figure}</div>}
          {wait && <Waited {...wait} />}
        </div>
        {children && <div className="answers">{shown}</div>}
      </div>
      {(canGoBack || canLeave || action) && (
        <div className="actions">
          <div className="action-back">
            {canGoBack && (
              <TouchButton className="secondary" back onPress={() => answer({ type: 'back' })}>
                <Icon name="back" />
                <span>{text('action.back')}</span>
              </TouchButton>
            )}
          </div>
          <div className="action-leave">
            {canLeave && !action?.ends && (
              <TouchButton className="secondary" onPress={leave}>
                <Icon name="leave" />
                <span>{text('action.leave')}</span>
              </TouchButton>
            )}
          </div>
          <div className="action-main">
            {action && (
              <TouchButton className="primary" onPress={action.onPress} disabled={action.disabled ?? false}>
                <span>{action.label}</span>
                <Icon name={action.icon ?? 'next'} />
              </TouchButton>
            )}
          </div>
        </div>
      )}
    </section>
  )
}

/** Three dots that take turns: the totem works and asks nothing. */
export function Waiting() {
  return (
    <div className="waiting" aria-hidden="true">
      <span />
      <span />
      <span />
    </div>
  )
}
