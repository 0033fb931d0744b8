/**
 * States of the European Union by the names of ANPR's table 2. Art. 3 DPR 445/2000 puts their citizens beside Italian
 * ones.
 */
const STATES: readonly string[] = [
  ...['AUSTRIA', 'BELGIO', 'BULGARIA', 'CIPRO', 'CROAZIA', 'DANIMARCA', 'ESTONIA', 'FINLANDIA'],
  ...['FRANCIA', 'GERMANIA', 'GRECIA', 'IRLANDA', 'ITALIA', 'LETTONIA', 'LITUANIA', 'LUSSEMBURGO', 'MALTA'],
  ...[
    'PAESI BASSI',
    'POLONIA',
    'PORTOGALLO',
    'REPUBBLICA CECA',
    'ROMANIA',
    'SLOVACCHIA',
    'SLOVENIA',
    'SPAGNA',
    'SVEZIA',
    'UNGHERIA',
  ],
]
export const isEuropeanUnion = (state: string): boolean => STATES.includes(state.toUpperCase())
