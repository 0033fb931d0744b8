import { checkLetter } from '../../contract/identity.ts'

/** Somebody who works at the company, at a comune or at a body that asks it, and does not exist. */
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
const comune = (ente: string) => ({ kind: 'ente', ente })
const office = (ente: string, ufficio: string, of: string) => ({ kind: 'ufficio-ente', ente, ufficio, comune: of })

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
  // The same person as Paola Neri, with a second account.
  {
    ...{ login: 'piattaforma-bis', name: 'Paola Neri', account: 'p.neri.2', codiceFiscale: person('NREPLA78C43F205') },
    ...{ does: 'secondo account della stessa persona', grant: null },
  },
  // Of enti (simulator/bench/tenancy.ts).
  {
    ...{ login: 'top', name: 'Teresa Onori', account: 't.onori', codiceFiscale: person('NROTRS70A41I888') },
    ...{ does: 'Comune di Spello: decide che cosa si può chiedere', grant: { role: 'TOP', scope: comune('054050') } },
  },
  {
    ...{ login: 'top2', name: 'Tito Marini', account: 't.marini', codiceFiscale: person('MRNTTI68B02D653') },
    ...{ does: 'Comune di Spello, la seconda persona', grant: { role: 'TOP', scope: comune('054050') } },
  },
  {
    ...{ login: 'altro-top', name: 'Saro Bova', account: 's.bova', codiceFiscale: person('BVOSRA72C03I537') },
    ...{ does: 'Comune di Scilla', grant: { role: 'TOP', scope: comune('080085') } },
  },
  {
    ...{ login: 'admin', name: 'Ada Lucci', account: 'a.lucci', codiceFiscale: person('LCCDAA79D44E256') },
    ...{ does: 'Azienda sanitaria, Assistenza protesica: nomina chi chiede' },
    grant: { role: 'ADMIN', scope: office('USL2', 'PROTESI', '054050') },
  },
  {
    ...{ login: 'standard', name: 'Sara Donati', account: 's.donati', codiceFiscale: person('DNTSRA88E45D653') },
    ...{ does: 'Azienda sanitaria, Assistenza protesica: chiede' },
    grant: { role: 'STANDARD', scope: office('USL2', 'PROTESI', '054050') },
  },
  {
    ...{ login: 'altro-admin', name: 'Aldo Greco', account: 'a.greco', codiceFiscale: person('GRCLDA74H06H224') },
    ...{ does: 'Consorzio di bonifica: nomina chi chiede a Scilla' },
    grant: { role: 'ADMIN', scope: office('BONIFICA', 'TRIBUTI', '080085') },
  },
  {
    ...{ login: 'altro-standard', name: 'Sira Fazio', account: 's.fazio', codiceFiscale: person('FZASRI91L47H224') },
    ...{ does: 'Consorzio di bonifica: chiede a Scilla' },
    grant: { role: 'STANDARD', scope: office('BONIFICA', 'TRIBUTI', '080085') },
  },
  {
    ...{ login: 'contributi', name: 'Clara Topi', account: 'c.topi', codiceFiscale: person('TPOCLR86C52D653') },
    ...{ does: 'Consorzio di bonifica: chiede a Spello' },
    grant: { role: 'STANDARD', scope: office('BONIFICA', 'TRIBUTI', '054050') },
  },
  {
    ...{ login: 'revisore', name: 'Rita Corsi', account: 'r.corsi', codiceFiscale: person('CRSRTI77M48D653') },
    ...{
      does: 'Comune di Spello: controlla chi ha fatto che cosa',
      grant: { role: 'AUDITOR', scope: comune('054050') },
    },
  },
  // She has a CNS and stands in the register too, with a husband and a daughter (simulator/population).
  {
    ...{ login: 'sportello', name: 'Elena Ferrari', account: 'e.ferrari', codiceFiscale: person('FRRLNE83D49F205') },
    ...{ does: 'ufficio postale di Spello: sportello' },
    grant: { role: 'SPORTELLO', scope: { kind: 'ufficio', office: 'PG-101' } },
  },
]
