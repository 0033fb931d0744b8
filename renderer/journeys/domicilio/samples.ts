import type { SamplesOf } from '../journey.ts'

export const samples: SamplesOf<'domicilio'> = {
  'domicilio-asking': { canLeave: false, shown: { 'domicilio-asking': { screen: 'domicilio-asking' } } },
  domicilio: {
    shown: {
      domicilio: {
        screen: 'domicilio',
        domiciles: [{ address: 'a•••i@pec.example', profession: null }],
        canPrint: true,
      },
      'domicilio-several': {
        screen: 'domicilio',
        domiciles: [
          { address: 'e•••i@pec.example', profession: null },
          { address: 's•••i@avvocati.pec.example', profession: 'AVVOCATO' },
        ],
        canPrint: true,
      },
    },
  },
  'domicilio-sending': { canLeave: false, shown: { 'domicilio-sending': { screen: 'domicilio-sending' } } },
  'domicilio-ended': {
    shown: {
      'domicilio-none': { screen: 'domicilio-ended', why: 'none', canPrint: true, ways: ['phone', 'email'] },
      'domicilio-refused': { screen: 'domicilio-ended', why: 'refused', canPrint: false, ways: ['phone', 'email'] },
      'domicilio-unavailable': {
        screen: 'domicilio-ended',
        why: 'unavailable',
        canPrint: true,
        ways: ['phone', 'email'],
      },
    },
  },
}
