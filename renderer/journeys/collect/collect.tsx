import type { ScreenOf } from '../../../contract/journeys/index.ts'
import { answer } from '../../bridge.ts'
import { Icon } from '../../components/icon.tsx'
import { PaperOut } from '../../components/illustrations.tsx'
import { Screen } from '../../components/screen.tsx'
import { AnswerCard } from '../../components/touch-button.tsx'
import { useCertificateName, useDate, useText } from '../../i18n/use-text.ts'

/** Sheets that are listed. More would leave no room for the two answers. */
const LISTED = 3

export function Collect({ screen: { waiting } }: { screen: ScreenOf<'collect'> }) {
  const text = useText()
  const certificateName = useCertificateName()
  const date = useDate()
  const count = waiting.length
  return (
    <Screen
      title={text('collect.title', { count })}
      lead={text('collect.lead')}
      figure={
        <>
          {count <= 2 && <PaperOut move="still" label={text('printing.figure')} />}
          <ul className="sheets">
            {waiting.slice(0, LISTED).map(({ operation, types, requestedAt }) => (
              <li key={operation} className="sheet">
                <Icon name="paper" />
                <span>
                  <strong>{certificateName(types)}</strong>
                  <span>{text('collect.requested', { date: date(requestedAt) })}</span>
                </span>
              </li>
            ))}
            {count > LISTED && <li className="sheet-more">{text('collect.moreWaiting', { count: count - LISTED })}</li>}
          </ul>
        </>
      }
    >
      <AnswerCard
        icon="printer"
        title={text('collect.now', { count })}
        line={text('collect.now.line')}
        onPress={() => answer({ type: 'collect' })}
      />
      <AnswerCard
        icon="next"
        title={text('collect.later')}
        line={text('collect.later.line')}
        onPress={() => answer({ type: 'collectLater' })}
      />
    </Screen>
  )
}
