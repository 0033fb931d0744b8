import { checkLetter } from '../../contract/identity.ts'

/** Somebody who works at the company, and does not exist. */
export interface Employee {
  login: string
  name: string
  account: string
  codiceFiscale: string
  /** What they are there for, in Italian. */
  does: string
  /** What the bench gives them (gateway/console.ts); null: nothing. */
  grant: { role: string; scope: object } | null
}

const person = (first15: string) => `${first15}${checkLetter(first15)}`
const everywhere = { kind: 'flotta' }

export const employees: readonly Employee[] = [
  {
    ...{ login: 'operatore', name: 'Olga Bruni', account: 'o.bruni', codiceFiscale: person('BRNLGO85A41H501') },
    ...{ does: 'operatrice remota, tutta la flotta', grant: { role: 'OPERATORE', scope: everywhere } },
  },
  {
    ...{ login: 'campo', name: 'Carlo Testa', account: 'c.testa', codiceFiscale: person('TSTCRL80B02G478') },
    ...{ does: 'responsabile di zona, Umbria', grant: { role: 'CAMPO', scope: { kind: 'regione', region: '10' } } },
  },
  {
    ...{ login: 'piattaforma', name: 'Paola Neri', account: 'p.neri', codiceFiscale: person('NREPLA78C43F205') },
    ...{ does: 'amministra la piattaforma', grant: { role: 'PIATTAFORMA', scope: everywhere } },
  },
  {
    ...{ login: 'piattaforma2', name: 'Pietro Riva', account: 'p.riva', codiceFiscale: person('RVIPTR75D04L219') },
    ...{ does: 'amministra la piattaforma, la seconda persona', grant: { role: 'PIATTAFORMA', scope: everywhere } },
  },
  {
    ...{ login: 'auditor', name: 'Anna Dossi', account: 'a.dossi', codiceFiscale: person('DSSNNA82E45A944') },
    ...{ does: 'controlla chi ha fatto che cosa', grant: { role: 'AUDITOR', scope: everywhere } },
  },
  {
    ...{ login: 'nuovo', name: 'Nicola Costa', account: 'n.costa', codiceFiscale: person('CSTNCL90H06D612') },
    ...{ does: 'ancora senza incarichi', grant: null },
  },
  // She has a CNS and stands in the register too, with a husband and a daughter (simulator/population).
  {
    ...{ login: 'sportello', name: 'Elena Ferrari', account: 'e.ferrari', codiceFiscale: person('FRRLNE83D49F205') },
    ...{ does: 'ufficio postale di Spello: sportello' },
    grant: { role: 'SPORTELLO', scope: { kind: 'ufficio', office: 'PG-101' } },
  },
  // The same person as Paola Neri, with a second account.
  {
    ...{ login: 'piattaforma-bis', name: 'Paola Neri', account: 'p.neri.2', codiceFiscale: person('NREPLA78C43F205') },
    ...{ does: 'secondo account della stessa persona', grant: null },
  },
]
