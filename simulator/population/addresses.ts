import type { AltraLingua, Indirizzo, LocalitaEstera, NumeroCivico, Residenza } from './model.ts'
import { homes, type Place, stateOf } from './places.ts'
import type { Chance } from './random.ts'
import { capitals } from './scheda.ts'

/** Kinds of street with their code of table 4. */
const SPECIE = [
  ['213', 'VIA'],
  ['213', 'VIA'],
  ['213', 'VIA'],
  ['230', 'VIALE'],
  ['125', 'PIAZZA'],
  ['42', 'CORSO'],
  ['240', 'VICOLO'],
  ['39', 'CONTRADA'],
  ['66', "LOCALITA'"],
  ['158', 'SALITA'],
  ['19', 'CALLE'],
] as const

const STREETS =
  'Roma;Giuseppe Garibaldi;Guglielmo Marconi;Dante Alighieri;XX Settembre;IV Novembre;della Libertà;dell’Industria;Sant’Antonio;Don Luigi Sturzo;dei Caduti di Nassiriya;San Niccolò;Cav. G. B. Dell’Orto;degli Ulivi;1º Maggio;Kennedy;della Repubblica;Monte Grappa;del Mulino Vecchio;Santa Maria'.split(
    ';',
  )
const HAMLETS = ['SAN GIOVANNI', 'CAPODACQUA ALTA', "PIAN D'ASSINO", 'BORGO VECCHIO']

/** Streets in the second language: kind and name. */
const SECOND: Record<AltraLingua['idLingua'], readonly (readonly [specie: string, name: string])[]> = {
  DE: [
    ['', 'LAUBENGASSE'],
    ['', 'HAUPTSTRAßE'],
    ['', 'MÜHLWEG'],
  ],
  SL: [
    ['ULICA', 'DR. FRANCETA PREŠERNA'],
    ['TRG', 'SVOBODE'],
    ['NASELJE', 'KRIŽ'],
  ],
  FR: [
    ['RUE', 'DE LA GARE'],
    ['PLACE', 'ÉMILE CHANOUX'],
    ['HAMEAU', 'DE PORRÔSSAN'],
  ],
}

/** Italian consulates of table 40, each with a street of its town. */
const ABROAD = [
  ['DEU', '2300703', 'STOCCARDA', 'STUTTGART', 'KÖNIGSTRAßE', '70173'],
  ['FRA', '2290103', 'PARIGI', 'PARIS', 'RUE DE L’ÉGLISE', '75015'],
  ['GBR', '2310103', 'LONDRA', 'LONDON', 'KING’S ROAD', 'SW3 4LY'],
  ['CHE', '2500503', 'LUGANO', 'LUGANO', 'VIA NASSA', '6900'],
  ['ARG', '2600103', 'BUENOS AIRES', 'BUENOS AIRES', 'AVENIDA CORRIENTES', 'C1043'],
] as const

/** The parts that a house number can have, each as a form of its own; the first is the most common by far. */
const CIVICI: readonly ((chance: Chance) => NumeroCivico)[] = [
  (chance) => ({ numero: String(chance.int(1, 180)) }),
  (chance) => ({ numero: String(chance.int(1, 80)), lettera: chance.pick(['A', 'B', 'C']) }),
  (chance) => ({ numero: String(chance.int(1, 80)), esponente1: chance.pick(['BIS', 'TER', '2']) }),
  (chance) => ({ numero: String(chance.int(1, 40)), colore: chance.pick(['1', '2', '3', '4', '5']) }),
  (chance) => ({ metrico: String(chance.int(100, 14_000)) }),
  () => ({ numero: '0', progSNC: '1' }),
  (chance) => ({ numero: String(chance.int(1, 90)), civicoInterno: { scala: 'B', piano: '3', interno1: '12' } }),
  (chance) => ({
    numero: String(chance.int(1, 90)),
    civicoInterno: { corte: '2', scalaEsterna: 'S', interno1: '4', espInterno1: 'A', interno2: '5', espInterno2: 'B' },
  }),
  (chance) => ({
    codiceCivico: String(chance.int(100_000, 999_999)),
    civicoFonte: '1',
    numero: String(chance.int(1, 90)),
    civicoInterno: { isolato: '7', secondario: '1', nui: '3', piano: 'T' },
  }),
]

/** Postcodes are made up: the lists of real ones have no open licence. */
const capOf = ({ comune }: Place): string => `${comune.codiceIstat.slice(1, 3)}${comune.codiceIstat.slice(3)}`

const upper = (text: string) => capitals(text).replaceAll('’', "'")

export function address(chance: Chance, place: Place, since: string, civico = 0): Residenza {
  const [codSpecie, specie] = chance.pick(SPECIE)
  const form = civico || (chance.one(3) ? chance.int(1, CIVICI.length - 1) : 0)
  const indirizzo: Indirizzo = {
    cap: capOf(place),
    comune: place.comune,
    ...(chance.one(12) && { frazione: chance.pick(HAMLETS) }),
    toponimo: {
      codSpecie,
      specie,
      ...(chance.one(3) && { codToponimo: String(chance.int(1, 99_999)) }),
      denominazioneToponimo: upper(chance.pick(STREETS)),
    },
    numeroCivico: (CIVICI[form] ?? chance.pick(CIVICI))(chance),
  }
  return {
    tipoIndirizzo: '1',
    indirizzo,
    ...(chance.one(30) && { presso: 'FAMIGLIA ROSSI' }),
    dataDecorrenzaResidenza: since,
  }
}

/** The address in the second language of the comune, where it has one. */
export function secondAddress(chance: Chance, { second }: Place): AltraLingua[] | undefined {
  if (!second) return undefined
  const [specie, denominazioneToponimo] = chance.pick(SECOND[second.language])
  return [
    {
      idLingua: second.language,
      descrizioneLocalita: second.name,
      ...(specie && { specie }),
      denominazioneToponimo,
    },
  ]
}

export function addressAbroad(chance: Chance, since: string): Residenza {
  const [alpha3, codiceConsolato, seat, town, street, cap] = chance.pick(ABROAD)
  const localitaEstera: LocalitaEstera = {
    indirizzoEstero: {
      cap,
      localita: { descrizioneLocalita: town, ...stateOf(alpha3).localita },
      toponimo: { denominazione: upper(street), numeroCivico: String(chance.int(1, 200)) },
    },
    consolato: { codiceConsolato, descrizioneConsolato: `CONSOLATO GENERALE D'ITALIA ${seat}` },
  }
  return { tipoIndirizzo: '4', localitaEstera, dataDecorrenzaResidenza: since }
}

/** Present address first, now and then with one or two former ones. */
export function history(chance: Chance, place: Place, since: string): Residenza[] {
  const addresses = [address(chance, place, since)]
  let year = Number(since.slice(0, 4))
  while (addresses.length < 3 && chance.one(3)) {
    year -= chance.int(2, 15)
    addresses.push(address(chance, chance.pick(homes), chance.day(year, year)))
  }
  return addresses
}
