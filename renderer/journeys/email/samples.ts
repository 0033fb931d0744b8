import type { SamplesOf } from '../journey.ts'

export const samples: SamplesOf<'email'> = {
  'email-address': {
    canGoBack: true,
    shown: {
      'email-address': { screen: 'email-address', typed: '', fault: null },
      'email-address-typed': { screen: 'email-address', typed: 'anna.bianchi1951@libero.it', fault: null },
      'email-address-wrong': { screen: 'email-address', typed: 'anna.bianchi', fault: 'no-at' },
      'email-address-unknown': { screen: 'email-address', typed: 'anna@liberoo.example', fault: 'unknown' },
    },
  },
  'email-confirm': {
    canGoBack: true,
    shown: {
      'email-confirm': { screen: 'email-confirm', local: 'anna.bianchi1951', domain: 'libero.it', meant: null },
      'email-confirm-meant': {
        screen: 'email-confirm',
        local: 'anna.bianchi1951',
        domain: 'gmial.com',
        meant: 'gmail.com',
      },
      'email-confirm-long': {
        ...{ screen: 'email-confirm', local: 'mariagiovannaantonietta.dellatorrebianchi.1951' },
        ...{ domain: 'posta.istitutocomprensivo.esempio.it', meant: null },
      },
    },
  },
  'email-sending': { canLeave: false, shown: { 'email-sending': { screen: 'email-sending' } } },
  'email-sent': {
    shown: {
      'email-sent': { screen: 'email-sent', code: '482913', handedOver: true, canPrint: true },
      'email-sent-no-printer': { screen: 'email-sent', code: '482913', handedOver: false, canPrint: false },
    },
  },
  'email-ended': {
    canGoBack: true,
    shown: { 'email-ended': { screen: 'email-ended', canPrint: true, ways: ['phone', 'domicilio'] } },
  },
}
