import type { ScreenOf } from '../../../contract/journeys/index.ts'
import { type Point, Points } from '../../components/facts.tsx'
import { ToTheCounter, Town } from '../../components/illustrations.tsx'
import { useCounter, useNearest } from '../../components/office.tsx'
import { Screen, Waiting } from '../../components/screen.tsx'
import { Waited } from '../../components/waited.tsx'
import { firstStep, useDate, useText } from '../../i18n/use-text.ts'
import { useShownView } from '../../view-context.ts'

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
          <Waited usualS={10} />
          <Town label={text('product')} />
        </>
      }
    />
  )
}

/** Where to go now stands first: whoever comes to a totem that is out of service wants a paper, not its fault. */
export function OutOfService({ screen: { reason, since } }: { screen: ScreenOf<'out-of-service'> }) {
  const text = useText()
  const date = useDate()
  const counter = useCounter()
  const nearest = useNearest()
  const { id } = useShownView().totem
  const { step, rest } = firstStep(text(`outOfService.${reason}`))
  const points: Point[] = [
    counter,
    ...nearest,
    {
      icon: 'support',
      title: text('outOfService.safe'),
      line: text('outOfService.since', { id, date: date(since) }),
      tone: 'success',
    },
  ]
  return (
    <Screen
      kind="verdict"
      tone="warning"
      title={step}
      lead={rest}
      figure={<ToTheCounter faulty label={text('outOfService.figure')} />}
    >
      <Points points={points} />
    </Screen>
  )
}
