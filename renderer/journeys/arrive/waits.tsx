import type { ScreenOf } from '../../../contract/journeys/index.ts'
import { Points } from '../../components/facts.tsx'
import { ToTheCounter, Town } from '../../components/illustrations.tsx'
import { Screen, Waiting } from '../../components/screen.tsx'
import { useText } from '../../i18n/use-text.ts'

export function Starting() {
  const text = useText()
  return (
    <Screen
      kind="wait"
      title={text('starting.title')}
      lead={text('starting.lead')}
      figure={
        <>
          <Waiting />
          <Town label={text('product')} />
        </>
      }
    />
  )
}

export function OutOfService({ screen: { reason } }: { screen: ScreenOf<'out-of-service'> }) {
  const text = useText()
  return (
    <Screen
      kind="verdict"
      tone="warning"
      title={text('outOfService.title')}
      lead={text(`outOfService.${reason}`)}
      figure={<ToTheCounter label={text('outOfService.now.title')} />}
    >
      <Points
        points={[
          { icon: 'support', title: text('outOfService.safe.title'), line: text('outOfService.safe'), tone: 'success' },
          { icon: 'counter', title: text('outOfService.now.title'), line: text('outOfService.now') },
        ]}
      />
    </Screen>
  )
}
