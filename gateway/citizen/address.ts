import { dateIn } from '../anpr/dates.ts'
import { homesOf, type Residence } from '../anpr/residence.ts'

type Home = NonNullable<Residence['indirizzo']>
type Abroad = NonNullable<NonNullable<Residence['localitaEstera']>['indirizzoEstero']>
type House = NonNullable<Home['numeroCivico']>

/** Registers write a dash, a dot or a stroke where there is nothing to say. */
const says = (part: string | null | undefined): part is string => /[\p{L}\p{N}]/u.test(part ?? '')
/** The parts that are told, in one text. */
const joined = (parts: readonly (string | null | undefined)[], between: string): string =>
  parts.filter(says).join(between)
const inBrackets = (name: string, within: string | undefined) => (within ? `${name} (${within})` : name)
const labelled = (label: string, value: string | undefined) => (says(value) ? `${label} ${value}` : null)

/** e.g. `SPELLO (PG)`; null where the comune has no name. */
export const comuneName = (comune: Home['comune']): string | null =>
  comune?.nomeComune ? inBrackets(comune.nomeComune, comune.siglaProvinciaIstat) : null

/** e.g. `LYON (FRANCIA)`, or what is known of it. */
export function placeAbroad(localita: Abroad['localita']): string | null {
  const { descrizioneLocalita, provinciaContea, descrizioneStato } = localita ?? {}
  const place = joined([descrizioneLocalita, provinciaContea], ', ')
  return place === '' ? (descrizioneStato ?? null) : inBrackets(place, descrizioneStato)
}

/** Where the person lives, and has lived: of one kind of address the latest first. Nothing is told of some. */
export function residencesOf(addresses: readonly Residence[]) {
  return homesOf(addresses).flatMap((told) => {
    const place = placeOf(told)
    return place === null ? [] : [{ ...place, since: dateIn(told.dataDecorrenzaResidenza) }]
  })
}

/** Where the person lives; null where nothing is told. */
export function residenceOf(addresses: readonly Residence[]): { comune: string | null; address: string | null } | null {
  const [{ comune, address } = { comune: null, address: null }] = residencesOf(addresses)
  return comune === null && address === null ? null : { comune, address }
}

function placeOf({ indirizzo, localitaEstera, presso }: Residence) {
  const abroad = localitaEstera?.indirizzoEstero
  const care = labelled('presso', presso)
  const comune = comuneName(indirizzo?.comune) ?? placeAbroad(abroad?.localita)
  const address = indirizzo
    ? homeAddress(indirizzo, care)
    : joined(
        [
          joined([abroad?.toponimo?.denominazione, abroad?.toponimo?.numeroCivico], ' '),
          care,
          labelled('CAP', abroad?.cap),
        ],
        ', ',
      )
  return comune === null && address === '' ? null : { comune, address: address || null }
}

/** Street and house, care of, hamlet, postcode: what is told of it. */
function homeAddress({ toponimo, numeroCivico, frazione, comune, cap }: Home, care: string | null): string {
  const street = joined(
    [toponimo?.specie ?? toponimo?.specieFonte, toponimo?.denominazioneToponimo ?? toponimo?.toponimoFonte],
    ' ',
  )
  const { descrizioneLocalita: locality } = comune ?? {}
  return joined(
    [
      joined([street, houseOf(numeroCivico ?? {})], ' '),
      frazione,
      locality?.toUpperCase() === frazione?.toUpperCase() ? null : locality,
      care,
      isNone(cap)
        ? null
        : labelled(
            'CAP',
            cap?.replace(/^\d+$/, (digits) => digits.padStart(5, '0')),
          ),
    ],
    ', ',
  )
}

/** House numbers of one colour are a series of their own, so that 8 and red 8 are two doors. */
const COLOURS = new Map([
  ['1', 'rosso'],
  ['2', 'nero'],
  ['3', 'blu'],
  ['4', 'residenziale'],
  ['5', 'non residenziale'],
])

/** What the register writes where there is no number. */
const isNone = (number: string | undefined) => number === undefined || /^0+$/.test(number)

/** e.g. `8/B rosso isolato 3 scala A piano 2 interno 3/A, 12`, `km 1,200`, `SNC`. */
function houseOf({ numero, metrico, progSNC, lettera, esponente1, colore, civicoInterno = {} }: House): string {
  const number = isNone(numero) ? null : numero?.replace(/^0+(?=\d)/, '')
  const distance = isNone(metrico) ? null : kilometres(metrico ?? '')
  // One without a number is counted among the others without one; the count is no number of its house.
  const none = number || distance || isNone(progSNC) ? null : 'SNC'
  const { corte, scala, scalaEsterna, piano, interno1, espInterno1, interno2, espInterno2, isolato, secondario, nui } =
    civicoInterno
  const flats = joined([joined([interno1, espInterno1], '/'), joined([interno2, espInterno2], '/')], ', ')
  return joined(
    [
      joined([number ?? distance ?? none, lettera, esponente1], '/'),
      number && distance,
      colourOf(colore),
      labelled('isolato', isolato),
      labelled('corte', corte),
      labelled('scala', scala),
      labelled('scala esterna', scalaEsterna),
      labelled('piano', piano),
      labelled('interno', flats),
      labelled('secondario', secondario),
      labelled('NUI', nui),
    ],
    ' ',
  )
}

/** Metres as a road sign writes them: 1200 is `km 1,200`. Anything else than metres stays as it is written. */
function kilometres(metres: string): string {
  const written = /^\d+$/.test(metres) ? (Number(metres) / 1000).toFixed(3) : metres.replace(/^km\.? */i, '')
  return `km ${written.replace(/^(\d+)\.(\d+)$/, '$1,$2')}`
}

function colourOf(colore: string | undefined): string | null {
  if (isNone(colore)) return null
  const code = colore ?? ''
  return COLOURS.get(code) ?? (/^\d+$/.test(code) ? `colore ${code}` : code)
}
