import { type ReactNode, useEffect, useRef } from 'react'
import type { Language } from '../../contract/language.ts'
import { answer } from '../bridge.ts'
import { useText } from '../i18n/use-text.ts'
import { useShownView } from '../view-context.ts'
import { Icon, type IconName, pathOf } from './icon.tsx'
import { useAnnouncement } from './live-region.tsx'
import { usePages } from './pages.ts'
import { useSimple } from './simple.tsx'
import { Steps } from './steps.tsx'
import { TouchButton } from './touch-button.tsx'
import { type Wait, Waited } from './waited.tsx'

type Main = { label: string; icon?: IconName; onPress: () => void; disabled?: boolean; ends?: boolean }

type Screen = {
  title: string
  lead?: string
  /** The lead is for people who do not read the screen's own language. */
  leadLanguage?: Language
  /** Only looked at, so it may stand high on the glass. */
  figure?: ReactNode
  /** What the screen is about, as large as the words leave room: only where there are few of them. */
  emblem?: IconName
  /** Touched, so it stands within the reach of somebody who sits. */
  children?: ReactNode
  /**
   * `leave`: all is said, and the main action is the end of the visit. `ends`: this one leads there too, so the button
   * beside it is not shown.
   */
  main?: 'leave' | Main
  /** `wait`: there is nothing to touch, and the figure takes the height. */
  kind?: 'answers' | 'wait' | 'verdict'
  tone?: 'success' | 'warning' | 'danger'
  /** The totem works here and the person waits: a clock says since when. */
  wait?: Wait
}

/**
 * The composition of every screen: steps, one question, a figure, the answers, and the row of actions. The row never
 * moves: back is on the left, the end of the visit beside it, the main action on the right. While there are further
 * pages, back and main turn them.
 */
export function Screen(screen: Screen) {
  const { title, lead, leadLanguage, figure, emblem, children, main, kind = 'answers', tone, wait } = screen
  const text = useText()
  const { step, canGoBack, canLeave } = useShownView()
  const { shown, plain } = useSimple(children)
  const sentence = plain && kind === 'answers' && !tone ? undefined : lead
  const section = useRef<HTMLElement>(null)
  const content = useRef<HTMLDivElement>(null)
  const { page, pages, turn } = usePages(content)
  useAnnouncement(sentence && !leadLanguage ? `${title}. ${sentence}` : title)
  // The focus moves here, so that Tab starts from the new screen and not from the place of the old one.
  // biome-ignore lint/correctness/useExhaustiveDependencies: a turned page is a new screen to whoever does not see it
  useEffect(() => section.current?.focus({ preventScroll: true }), [page])

  const leave = () => answer({ type: 'leave' })
  const back = page > 0 ? () => turn(-1) : canGoBack && (() => answer({ type: 'back' }))
  const more: Main = { label: text('action.more', { page: page + 1, pages }), onPress: () => turn(1) }
  const end: Main = { label: text('action.leave'), icon: 'check', onPress: leave, ends: true }
  const action = page + 1 < pages ? more : main === 'leave' ? end : main

  return (
    <section ref={section} className={`screen of-${kind} ${tone ?? ''}`} tabIndex={-1} data-pages={pages}>
      <div ref={content} className="content">
        <div className="question">
          {step && <Steps step={step} />}
          <h1>{title}</h1>
          {sentence && (
            <p className="lead" lang={leadLanguage}>
              {sentence}
            </p>
          )}
          {(figure || emblem) && (
            <div className="figure">
              {emblem && (
                <svg className="emblem" viewBox="-9 -9 42 42" aria-hidden="true" focusable="false">
                  <circle cx="12" cy="12" r="20" />
                  <path d={pathOf(emblem)} />
                </svg>
              )}
              {figure}
            </div>
          )}
          {wait && <Waited {...wait} />}
        </div>
        {children && <div className="answers">{shown}</div>}
      </div>
      {(back || canLeave || action) && (
        <div className="actions">
          <div className="action-back">
            {back && (
              <TouchButton className="secondary" back onPress={back}>
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
