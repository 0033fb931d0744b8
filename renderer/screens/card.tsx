import { Points } from '../components/facts.tsx'
import { CardAndReader, CardThinking } from '../components/illustrations.tsx'
import { Screen, Waiting } from '../components/screen.tsx'
import { useText } from '../i18n/use-text.ts'

/** There is nothing to touch: the reader notices the card. */
export function InsertCard() {
  const text = useText()
  return (
    <Screen
      title={text('card.title')}
      lead={text('card.lead')}
      figure={<CardAndReader move="in" label={text('card.figure')} />}
    >
      <Points
        points={[
          { icon: 'card', title: text('card.which.title'), line: text('card.which') },
          { icon: 'lock', title: text('card.keep.title'), line: text('card.keep') },
        ]}
      />
    </Screen>
  )
}

export function CardReading() {
  const text = useText()
  return (
    <Screen
      kind="wait"
      title={text('cardReading.title')}
      lead={text('cardReading.lead')}
      figure={
        <>
          <CardAndReader move="still" label={text('card.figure')} />
          <Waiting />
        </>
      }
    />
  )
}

export function PinChecking() {
  const text = useText()
  return (
    <Screen
      kind="wait"
      title={text('pinChecking.title')}
      lead={text('pinChecking.lead')}
      figure={<CardThinking label={text('pinChecking.title')} />}
    />
  )
}
