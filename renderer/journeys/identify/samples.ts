import type { ScreenOf } from '../../../contract/journeys/index.ts'
import type { SamplesOf } from '../journey.ts'
import { holder } from '../sample-people.ts'

const pin = (card: 'cns' | 'cie', shown: Partial<ScreenOf<'pin'>> = {}): ScreenOf<'pin'> => ({
  screen: 'pin',
  card,
  pinPad: false,
  triesLeft: null,
  wrong: false,
  expiry: card === 'cie',
  ...shown,
})

export const samples: SamplesOf<'identify'> = {
  card: {
    canGoBack: true,
    shown: {
      card: { screen: 'card', closed: null },
      'card-closed': { screen: 'card', closed: 'certificates' },
    },
  },
  'card-reading': {
    canLeave: false,
    shown: { 'card-reading': { screen: 'card-reading' }, 'card-reading-cie': { screen: 'card-reading' } },
  },
  pin: {
    shown: {
      pin: pin('cns'),
      'pin-wrong': pin('cns', { wrong: true, triesLeft: 2 }),
      'pin-last': pin('cns', { triesLeft: 1 }),
      'pin-cie': pin('cie'),
      'pin-wrong-cie': pin('cie', { wrong: true, triesLeft: 2 }),
      'pin-without-expiry-cie': pin('cie', { expiry: false }),
      'pin-keypad': pin('cns', { pinPad: true }),
      'pin-keypad-wrong': pin('cns', { pinPad: true, wrong: true, triesLeft: 2 }),
    },
  },
  'last-try': { shown: { 'last-try': { screen: 'last-try' } } },
  'pin-checking': {
    canLeave: false,
    shown: {
      'pin-checking': { screen: 'pin-checking', card: 'cns', pinPad: false },
      'pin-checking-cie': { screen: 'pin-checking', card: 'cie', pinPad: false },
      'pin-checking-keypad': { screen: 'pin-checking', card: 'cns', pinPad: true },
    },
  },
  can: {
    canGoBack: true,
    shown: { 'can-cie': { screen: 'can', wrong: false }, 'can-wrong-cie': { screen: 'can', wrong: true } },
  },
  'can-checking': { canLeave: false, shown: { 'can-checking-cie': { screen: 'can-checking' } } },
  'card-expiry': {
    canGoBack: true,
    shown: {
      'card-expiry-cie': { screen: 'card-expiry', holder, expires: '2031-06-18', expired: false },
      'card-expiry-expired-cie': { screen: 'card-expiry', holder, expires: '2025-03-12', expired: true },
    },
  },
  recognised: { shown: { recognised: { screen: 'recognised', holder } } },
}
