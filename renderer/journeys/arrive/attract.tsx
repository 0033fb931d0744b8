import { useRef } from 'react'
import type { ScreenOf } from '../../../contract/journeys/index.ts'
import { languages } from '../../../contract/language.ts'
import { answer } from '../../bridge.ts'
import { Notice, Points } from '../../components/facts.tsx'
import { Icon } from '../../components/icon.tsx'
import { Town } from '../../components/illustrations.tsx'
import { useAnnouncement } from '../../components/live-region.tsx'
import { usePages } from '../../components/pages.ts'
import { TouchButton } from '../../components/touch-button.tsx'
import { useInstantDay, useText } from '../../i18n/use-text.ts'
import { useShownView } from '../../view-context.ts'

/** What does not work today, each in a line; without a line, what ANPR does and how a paper goes home change nothing more. */
function faultsOf({ online, printing, closed }: ScreenOf<'attract'>) {
  if (!online) return ['attract.offline'] as const
  return [...(closed ? [`closed.${closed}` as const] : []), ...(printing ? [] : ['attract.noPrinting' as const])]
}

const OFFERED = [
  ['certificate', 'paper'],
  ['declaration', 'pen'],
  ['data', 'person'],
  ['family', 'family'],
] as const

/** Says what the totem gives, what is needed for it, and what is out of order today, before anybody starts. */
export function Attract({ screen }: { screen: ScreenOf<'attract'> }) {
  const text = useText()
  const { language, totem } = useShownView()
  useAnnouncement(text('attract.title'))
  const faults = faultsOf(screen)
  const dayOf = useInstantDay()
  const section = useRef<HTMLElement>(null)
  const { page, pages, turn } = usePages(section)
  return (
    <section ref={section} className="attract" tabIndex={-1} data-pages={pages}>
      <div className="attract-words">
        <h1>{text('attract.title')}</h1>
        <ul className="offered">
          {OFFERED.map(([name, icon]) => (
            <li key={name}>
              <span className="point-icon">
                <Icon name={icon} />
              </span>
              <span>{text(`attract.offers.${name}`)}</span>
            </li>
          ))}
        </ul>
      </div>
      {faults.length === 0 && <Town label={text('product')} />}
      <div className="attract-start">
        {faults.map((fault) => (
          <Notice key={fault} tone="warning" icon="alert">
            {text(fault)}
          </Notice>
        ))}
        {screen.notice && (
          <Notice tone="info" icon="clock">
            {text(`attract.notice.${screen.notice.sentence}`, { day: dayOf(`${screen.notice.day}T12:00:00Z`) })}
          </Notice>
        )}
        {/* The eye has the signs beside the words. */}
        <p className="unseen">{text('attract.needed')}</p>
        <Points
          points={[
            screen.cie
              ? { icon: 'card', title: text('attract.card'), line: text('attract.card.line') }
              : { icon: 'card', title: text('card.cns'), line: text('attract.noCie'), tone: 'warning' },
            { icon: 'pin', title: text('attract.pin'), line: text('attract.pin.line') },
            ...(faults.length === 0 && !screen.notice
              ? [{ icon: 'free' as const, title: text('attract.free'), line: text('attract.free.line') }]
              : []),
          ]}
        />
        {/* Whatever page of the rest is shown, a visit can begin. */}
        {pages > 1 && (
          <TouchButton className="secondary attract-more" onPress={() => turn(page + 1 < pages ? 1 : -page)}>
            <span>{text('action.more', { page: page + 1, pages })}</span>
            <Icon name="next" />
          </TouchButton>
        )}
        <TouchButton className="primary start" onPress={() => answer({ type: 'start', language })}>
          <span className="start-words">
            <span>{text('attract.start')}</span>
            <span className="start-language">{languages[language].name}</span>
          </span>
          <Icon name="next" />
        </TouchButton>
        <div className="start-others">
          {totem.languages
            .filter((other) => other !== language)
            .map((other) => (
              <TouchButton
                key={other}
                className="start-other"
                onPress={() => answer({ type: 'start', language: other })}
              >
                <span lang={other}>{languages[other].name}</span>
              </TouchButton>
            ))}
        </div>
      </div>
    </section>
  )
}
