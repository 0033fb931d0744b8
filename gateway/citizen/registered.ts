import type { DatiAnagrafici } from '../../contract/anpr.ts'
import { registeredPerson } from '../../contract/document.ts'
import type { OwnRecord } from '../../contract/gateway.ts'
import type { OwnData } from '../anpr/client.ts'

type Place = NonNullable<DatiAnagrafici['generalita']['luogoNascita']>
type Residence = NonNullable<DatiAnagrafici['residenza']>[number]

/** ANPR's answers as a visura shows them. What they do not say is null and is not printed. */
export function registered({ person, family }: OwnData): OwnRecord['person'] {
  const { generalita, residenza = [], statoCivile, cittadinanza = [] } = person
  return {
    source: 'anpr',
    name: generalita.nome,
    surname: generalita.cognome,
    codiceFiscale: generalita.codiceFiscale.codFiscale,
    sex: known('sex', generalita.sesso),
    born: bornOn(generalita.dataNascita, generalita),
    birthPlace: generalita.luogoNascita ? placeName(generalita.luogoNascita) : null,
    residence: residenceOf(residenza),
    citizenships: known(
      'citizenships',
      cittadinanza.map(({ descrizioneStato }) => descrizioneStato),
    ),
    statoCivile: known('statoCivile', statoCivile?.statoCivile),
    family: family.map(({ generalita: { nome, cognome, dataNascita, ...unknown }, legameSoggetto }) => ({
      name: nome,
      surname: cognome,
      born: bornOn(dataNascita, unknown),
      yearOfBirth: Number(dataNascita.slice(0, 4)),
      // 99 in table 5 of ANPR: "non definito".
      relation: legameSoggetto?.codiceLegame ?? '99',
    })),
  }
}

/** A code that is not in the contract (9 is unknown, others may come) counts as none. */
function known<F extends 'sex' | 'citizenships' | 'statoCivile'>(field: F, value: unknown) {
  const read = registeredPerson.shape[field].safeParse(value)
  return read.success ? (read.data as OwnRecord['person'][F]) : null
}

/** ANPR fills a day that nobody knows with 01, and says so in another field. */
function bornOn(dataNascita: string, { senzaGiorno, senzaGiornoMese }: Record<string, unknown>): string | null {
  return senzaGiorno === '1' || senzaGiornoMese === '1' ? null : dataNascita
}

const inBrackets = (name: string, within: string | undefined) => (within ? `${name} (${within})` : name)

function placeName({ comune, localita, luogoEccezionale }: Place): string | null {
  if (comune) return inBrackets(comune.nomeComune, comune.siglaProvinciaIstat)
  if (localita) return inBrackets(localita.descrizioneLocalita, localita.descrizioneStato)
  return luogoEccezionale ?? null
}

/**
 * Kind 1 is the residence. For a person without one, ANPR gives the place where they can be found, or the residence
 * abroad.
 */
function residenceOf(addresses: readonly Residence[]): OwnRecord['person']['residence'] {
  const { indirizzo, localitaEstera, presso } =
    addresses.find(({ tipoIndirizzo }) => tipoIndirizzo === '1') ?? addresses[0] ?? {}
  const care = presso ? [`presso ${presso}`] : []
  if (indirizzo) {
    const { comune, frazione, toponimo, numeroCivico } = indirizzo
    const street = [toponimo.specie, toponimo.denominazioneToponimo, houseNumber(numeroCivico)]
      .filter(Boolean)
      .join(' ')
    const address = [street, ...(frazione ? [frazione] : []), ...care].join(', ')
    return { comune: inBrackets(comune.nomeComune, comune.siglaProvinciaIstat), address }
  }
  if (!localitaEstera) return null
  const { localita, toponimo } = localitaEstera.indirizzoEstero
  const street = [toponimo?.denominazione, toponimo?.numeroCivico].filter(Boolean).join(' ')
  return {
    comune: inBrackets(localita.descrizioneLocalita, localita.descrizioneStato),
    address: [...(street ? [street] : []), ...care].join(', '),
  }
}

function houseNumber(civico: NonNullable<Residence['indirizzo']>['numeroCivico']): string {
  if (!civico) return ''
  const { numero, metrico, lettera, esponente1, civicoInterno } = civico
  const parts = [numero ?? metrico, lettera, esponente1].filter(Boolean).join('/')
  const within = [
    ...(civicoInterno?.scala ? [`scala ${civicoInterno.scala}`] : []),
    ...(civicoInterno?.interno1 ? [`interno ${civicoInterno.interno1}`] : []),
  ]
  return [parts, ...within].filter(Boolean).join(' ')
}
