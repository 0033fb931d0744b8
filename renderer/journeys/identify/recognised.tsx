import type { ScreenOf } from '../../../contract/journeys/index.ts'
import { AskingRegister } from '../../components/illustrations.tsx'
import { Screen } from '../../components/screen.tsx'
import { givenName, useText } from '../../i18n/use-text.ts'

export function Recognised({ screen: { holder } }: { screen: ScreenOf<'recognised'> }) {
  const text = useText()
  return (
    <Screen
      kind="wait"
      wait={{ usualS: 5 }}
      title={text('recognised.title')}
      figure={
        <>
          <p className="name">{givenName(holder)}</p>
          <AskingRegister label={text('recognised.lead')} />
          <p className="lead">{text('recognised.lead')}</p>
        </>
      }
    />
  )
}
