import type { ScreenOf } from '../../../contract/journeys/index.ts'
import { languages } from '../../../contract/language.ts'
import { answer } from '../../bridge.ts'
import { Notice, Points } from '../../components/facts.tsx'
import { Icon } from '../../components/icon.tsx'
import { Town } from '../../components/illustrations.tsx'
import { useAnnouncement } from '../../components/live-region.tsx'
import { TouchButton } from '../../components/touch-button.tsx'
import { useText } from '../../i18n/use-text.ts'
import { useShownView } from '../../view-context.ts'

/** One at a time: without a line, or without paper, what ANPR does not do at the moment changes nothing more. */
function noticeOf({ online, printing, closed }: ScreenOf<'attract'>) {
  if (!online) return 'attract.offline'
  if (!printing) return 'attract.noPrinting'
  return closed && (`closed.${closed}` as const)
}

/** Says what the totem gives, what is needed for it, and what is out of order today, before anybody starts. */
export function Attract({ screen }: { screen: ScreenOf<'attract'> }) {
  const text = useText()
  const { language, totem } = useShownView()
  useAnnouncement(text('attract.title'))
  const notice = noticeOf(screen)
  return (
    <section className="attract" tabIndex={-1}>
      <div className="attract-words">
        <h1>{text('attract.title')}</h1>
        <p className="lead">{text('attract.lead')}</p>
      </div>
      <Town label={text('product')} />
      <div className="attract-start">
        {notice ? (
          <Notice tone="warning" icon="alert">
            {text(notice)}
          </Notice>
        ) : null}
        <Points
          points={[
            { icon: 'card', title: text('attract.card'), line: text('attract.card.line') },
            { icon: 'pin', title: text('attract.pin'), line: text('attract.pin.line') },
            { icon: 'free', title: text('attract.free'), line: text('attract.free.line') },
          ]}
        />
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
