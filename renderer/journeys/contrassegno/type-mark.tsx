import type { ScreenOf } from '../../../contract/journeys/index.ts'
import { answer } from '../../bridge.ts'
import { Notice } from '../../components/facts.tsx'
import { Screen } from '../../components/screen.tsx'
import { useText } from '../../i18n/use-text.ts'
import { DigitPad } from '../../keyboard/digit-pad.tsx'
import { Mark } from './mark.tsx'

const enterNumber = (number: string) => answer({ type: 'enterContrassegno', number })
const enterDate = (digits: string) => answer({ type: 'enterContrassegnoDate', digits })

/** What the keypad says, for the number and for the day alike. */
function useWords(pad: string, confirm: string) {
  const text = useText()
  return {
    typed: (digits: string) => text('contrassegno.typed', { digits }),
    none: text('contrassegno.none'),
    pad,
    confirm,
  }
}

export function TypeNumber() {
  const text = useText()
  const words = useWords(text('contrassegno.number.pad'), text('contrassegno.number.confirm'))
  return (
    <DigitPad groups={[4, 4, 4, 2]} words={words} onDigits={enterNumber}>
      {({ pad, main }) => (
        <Screen
          title={text('contrassegno.number.title')}
          lead={text('contrassegno.number.lead')}
          main={main}
          figure={<Mark part="number" label={text('contrassegno.number.figure')} />}
        >
          {pad}
        </Screen>
      )}
    </DigitPad>
  )
}

export function TypeDate({ screen: { wrong } }: { screen: ScreenOf<'contrassegno-date'> }) {
  const text = useText()
  const words = useWords(text('contrassegno.date.pad'), text('contrassegno.date.confirm'))
  return (
    <DigitPad groups={[2, 2, 4]} words={words} onDigits={enterDate}>
      {({ pad, main }) => (
        <Screen
          title={text('contrassegno.date.title')}
          {...(wrong ? {} : { lead: text('contrassegno.date.lead') })}
          main={main}
          figure={
            <>
              {wrong && (
                <Notice tone="danger" icon="alert">
                  {text('contrassegno.date.wrong')}
                </Notice>
              )}
              <Mark part="date" label={text('contrassegno.date.figure')} />
            </>
          }
        >
          {pad}
        </Screen>
      )}
    </DigitPad>
  )
}
