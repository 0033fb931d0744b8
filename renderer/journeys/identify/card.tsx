import type { ScreenOf } from '../../../contract/journeys/index.ts'
import { CardAtReader, CieOnReader } from '../../components/card-illustrations.tsx'
import { Notice, Points } from '../../components/facts.tsx'
import { CardAndReader } from '../../components/illustrations.tsx'
import { Screen, Waiting } from '../../components/screen.tsx'
import { useText } from '../../i18n/use-text.ts'

/** There is nothing to touch: the reader notices the card and its kind. */
export function InsertCard({ screen: { closed } }: { screen: ScreenOf<'card'> }) {
  const text = useText()
  return (
    <Screen
      title={text('card.title')}
      lead={text('card.lead')}
      figure={
        <ul className="ways">
          <li className="way">
            <CieOnReader move="in" label={text('card.cie.figure')} />
            <span className="way-words">
              <strong>{text('card.cie')}</strong>
              <span>{text('card.cie.line')}</span>
            </span>
          </li>
          <li className="way">
            <CardAndReader move="in" label={text('card.figure')} />
            <span className="way-words">
              <strong>{text('card.cns')}</strong>
              <span>{text('card.cns.line')}</span>
            </span>
          </li>
        </ul>
      }
    >
      {closed ? (
        <Notice tone="warning" icon="alert">
          {text(`closed.${closed}`)}
        </Notice>
      ) : (
        <Points points={[{ icon: 'lock', title: text('card.keep.title'), line: text('card.keep') }]} />
      )}
    </Screen>
  )
}

export function CardReading() {
  const text = useText()
  return (
    <Screen
      kind="wait"
      wait={{ usualS: 3 }}
      title={text('cardReading.title')}
      lead={text('cardReading.lead')}
      figure={
        <>
          <CardAtReader move="still" />
          <Waiting />
        </>
      }
    />
  )
}
