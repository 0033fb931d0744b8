import type { Shows } from '../../visit/chart.ts'
import { shownOf } from '../../visit/closed.ts'
import { holderOf, required, type Visit } from '../../visit/visit.ts'
import type { states } from './states.ts'

const cardOf = ({ holder }: Visit) => {
  const { card, pinPad } = required(holder.readout, 'readout')
  return { card, pinPad }
}

export const screens: Shows<typeof states> = {
  card: (_, { closed }) => ({ screen: 'card', closed: shownOf(closed) }),
  reading: () => ({ screen: 'card-reading' }),
  pin: ({ visit }) => {
    const { triesLeft, wrongPin, expiryOffered } = visit.identify
    return { screen: 'pin', ...cardOf(visit), triesLeft, wrong: wrongPin, expiry: expiryOffered }
  },
  lastTry: () => ({ screen: 'last-try' }),
  checking: ({ visit }) => ({ screen: 'pin-checking', ...cardOf(visit) }),
  can: ({ visit }) => ({ screen: 'can', wrong: visit.identify.wrongCans > 0 }),
  canChecking: () => ({ screen: 'can-checking' }),
  cardExpiry: ({ visit }) => ({ screen: 'card-expiry', ...required(visit.identify.possession, 'expiry') }),
  recognised: ({ visit }) => ({ screen: 'recognised', holder: holderOf(visit) }),
}
