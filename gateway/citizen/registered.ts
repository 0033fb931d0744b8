import type { DatiAnagrafici } from '../../contract/anpr.ts'
import { registeredPerson } from '../../contract/document.ts'
import type { OwnRecordAnswer } from '../../contract/gateway.ts'
import type { OwnData } from '../anpr/client.ts'
import { bornOn } from '../anpr/dates.ts'
import { codiceFiscaleOf, type Member } from '../anpr/subjects.ts'
import { comuneName, placeAbroad, residenceOf } from './address.ts'

type Told = OwnRecordAnswer['person']
type Place = NonNullable<NonNullable<DatiAnagrafici['generalita']>['luogoNascita']>

/** ANPR's answers as a visura shows them. What they do not say is null and is not printed. */
export function registered({ person, family }: OwnData): Told {
  const own = codiceFiscaleOf(person)
  const isOwn = ({ told, asked }: Member) => asked || (own !== null && codiceFiscaleOf(told) === own)
  const { generalita = {}, residenza = [], statoCivile, cittadinanza = [] } = person
  // The person stands first, whatever the order of the family sheet. Who died stays on ANPR's, and lives with nobody.
  const living = (family?.members ?? [])
    .filter(({ told }) => told.datiDecesso === undefined)
    .toSorted((one, other) => Number(isOwn(other)) - Number(isOwn(one)))
    .map(({ told, tie, relation }) => ({
      name: told.generalita?.nome ?? '',
      surname: told.generalita?.cognome ?? '',
      born: bornOn(told.generalita),
      tie,
      relation,
    }))
  return {
    source: 'anpr',
    name: generalita.nome ?? '',
    surname: generalita.cognome ?? '',
    codiceFiscale: own,
    sex: known('sex', generalita.sesso?.toUpperCase()),
    born: bornOn(generalita),
    birthPlace: generalita.luogoNascita ? placeName(generalita.luogoNascita) : null,
    residence: residenceOf(residenza),
    citizenships: known(
      'citizenships',
      cittadinanza.flatMap(({ descrizioneStato }) => descrizioneStato ?? []),
    ),
    statoCivile: known('statoCivile', statoCivile?.statoCivile),
    family: living.length > 0 ? living : null,
  }
}

/** A code that is not in the contract (9 is unknown, others may come) counts as none. */
export function known<F extends 'sex' | 'citizenships' | 'statoCivile'>(field: F, value: unknown) {
  const read = registeredPerson.shape[field].safeParse(value)
  return read.success ? (read.data as Told[F]) : null
}

/** e.g. `SPELLO (PG)`, a place abroad, a ship. */
export const placeName = ({ comune, localita, luogoEccezionale }: Place): string | null =>
  comuneName(comune) ?? placeAbroad(localita) ?? luogoEccezionale ?? null
