import type { ScreenOf } from '../../../contract/journeys/index.ts'
import { answer } from '../../bridge.ts'
import { useDiscretion } from '../../components/discretion.tsx'
import { Notice } from '../../components/facts.tsx'
import { Screen } from '../../components/screen.tsx'
import { useText } from '../../i18n/use-text.ts'
import { DigitPad } from '../../keyboard/digit-pad.tsx'

const enterDay = (digits: string) => answer({ type: 'enterDay', digits })

/** The day whose data are wanted. */
export function MemberDay({ screen }: { screen: ScreenOf<'member-day'> }) {
  const text = useText()
  const { named } = useDiscretion()
  const words = {
    typed: (digits: string) => text('contrassegno.typed', { digits }),
    none: text('contrassegno.none'),
    pad: text('contrassegno.date.pad'),
    confirm: text('memberDay.confirm'),
  }
  return (
    <DigitPad groups={[2, 2, 4]} words={words} onDigits={enterDay}>
      {({ pad, main }) => (
        <Screen
          emblem="calendar"
          title={text('memberDay.title')}
          lead={text('memberDay.lead', { name: named(screen) })}
          main={main}
          figure={
            screen.wrong && (
              <Notice tone="danger" icon="alert">
                {text(`memberDay.${screen.wrong}`)}
              </Notice>
            )
          }
        >
          {pad}
        </Screen>
      )}
    </DigitPad>
  )
}
