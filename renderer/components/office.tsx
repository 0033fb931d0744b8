import { useIntl } from 'react-intl'
import { type OpeningHours, weekdays } from '../../contract/office.ts'
import { sentence, useText } from '../i18n/use-text.ts'
import { useShownView } from '../view-context.ts'
import type { Point } from './facts.tsx'

/** 1 January 2024 was a Monday. */
const dayOf = (day: OpeningHours['from']) => Date.UTC(2024, 0, 1 + weekdays.indexOf(day))

/** Who helps at this office: its counter, when it is open, and whom to call, as far as that is provisioned. */
export function useCounter(): Point {
  const text = useText()
  const intl = useIntl()
  const { hours, phone } = useShownView().totem
  const name = (day: OpeningHours['from']) => intl.formatDate(dayOf(day), { weekday: 'long', timeZone: 'UTC' })
  const lines = hours.map(({ from, to, opens, closes }) =>
    text('office.hours', { days: sentence(from === to ? name(from) : `${name(from)}–${name(to)}`), opens, closes }),
  )
  if (phone) lines.push(text('office.phone', { phone }))
  return { icon: 'counter', title: text('help.counter.title'), line: lines.length > 0 ? lines : text('office.help') }
}

/** Where else a totem stands; nothing where no other is provisioned. */
export function useNearest(): Point[] {
  const text = useText()
  const intl = useIntl()
  const far = (metres: number) => {
    const inKm = metres >= 1_000
    const unit = { style: 'unit', unit: inKm ? 'kilometer' : 'meter', maximumFractionDigits: 1 } as const
    return intl.formatNumber(inKm ? metres / 1_000 : metres, unit)
  }
  const { nearest } = useShownView().totem
  if (nearest.length === 0) return []
  const line = nearest.map(({ name, address, distance }) =>
    distance === undefined
      ? text('office.place', { name, address })
      : text('office.placeAt', { name, address, distance: far(distance) }),
  )
  return [{ icon: 'place', title: text('office.nearest'), line }]
}
