import { codiceFiscaleOf, idAnprOf } from './codice-fiscale.ts'
import type {
  AttoEvento,
  Cittadinanza,
  CodiceStatoCivile,
  Comune,
  Forma,
  Generalita,
  Gruppo,
  Luogo,
  Parente,
  Residenza,
  Scheda,
} from './model.ts'
import type { Place, State } from './places.ts'

export const ITALIAN: Cittadinanza = { descrizioneStato: 'ITALIA', codiceStato: '100' }

/** Where somebody was born, and the code of the place in their codice fiscale. */
export interface Birthplace {
  luogo: Luogo
  belfiore: string
}
export const bornIn = ({ comune, belfiore }: Place): Birthplace => ({ luogo: { comune }, belfiore })
export const bornAbroad = ({ localita, belfiore }: State, town?: string): Birthplace => ({
  luogo: { localita: { ...(town && { descrizioneLocalita: town }), ...localita } },
  belfiore,
})

/** What is said of a person; the rest of the scheda follows from it. */
export interface Being {
  id: string
  /** The first 8 characters of the ID ANPR. */
  anpr: string
  /** Absent: senzaCognome, senzaNome. */
  cognome?: string
  nome?: string
  sesso: Generalita['sesso']
  nato: string
  nascita: Birthplace
  statoCivile: CodiceStatoCivile
  cittadinanza?: Cittadinanza[]
  /** Instead of the one that follows from the birth; null: none yet. */
  codiceFiscale?: string | null
}

/** Capitals as ANPR writes them: ß stays. */
export const capitals = (text: string): string =>
  text
    .split('ß')
    .map((part) => part.normalize('NFC').toUpperCase())
    .join('ß')

const REPLACED: Record<string, string> = {
  Ä: 'AE', Ö: 'OE', Ü: 'UE', ß: 'SS', Æ: 'AE', Ø: 'OE', Å: 'AA', Ð: 'D', Đ: 'D', Ł: 'L', Œ: 'OE', Þ: 'TH', Ñ: 'N',
} // biome-ignore format: a table

/** Capital letters without marks (decree of 2 February 2009). */
const transliterated = (text: string): string =>
  [...capitals(text)]
    .map((letter) => REPLACED[letter] ?? letter)
    .join('')
    .normalize('NFD')
    .replace(/\p{M}/gu, '')

/** ANPR's codice fiscale rule has no sex N: such a code is made as for M. */
export function codeOf({ cognome = '', nome = '', sesso, nato, nascita }: Omit<Being, 'codiceFiscale' | 'id'>): string {
  return codiceFiscaleOf({
    surname: transliterated(cognome),
    name: transliterated(nome),
    sex: sesso === 'F' ? 'F' : 'M',
    born: nato,
    place: nascita.belfiore,
  })
}

const digits = (text: string, count: number): string => {
  let sum = 0
  for (const letter of text) sum = (sum * 31 + letter.charCodeAt(0)) % 10 ** count
  return String(sum).padStart(count, '0')
}

/** The national archive keeps acts without part and number since. */
const ANSC_SINCE = '2024'

/** An act of civil status, its numbers always the same for the same `about`. */
function actOf(about: string, comuneRegistrazione: Comune, day: string, parte = 'I'): AttoEvento {
  const anno = day.slice(0, 4)
  if (anno >= ANSC_SINCE) {
    return { attoANSC: { idANSC: digits(`ansc ${about}`, 12), comuneRegistrazione, anno, dataFormazioneAtto: day } }
  }
  return {
    atto: {
      comuneRegistrazione,
      ufficioMunicipio: '1',
      anno,
      parte,
      serie: 'A',
      numeroAtto: String(Number(digits(about, 3)) + 1),
      dataFormazioneAtto: day,
    },
  }
}

/** A family or convivenza that is being put together. */
export interface Draft {
  gruppo: Gruppo & { membri: string[] }
  residenza: Residenza[]
  schede: Scheda[]
}

/** `residenza`: the present address first. */
export function draft(
  id: string,
  tipoLegame: Gruppo['tipoLegame'],
  residenza: Residenza[],
  about: Partial<Gruppo['famigliaConvivenza']> = {},
): Draft {
  const [home] = residenza
  if (!home) throw new Error(`${id} lives nowhere`)
  return {
    gruppo: {
      id,
      tipoLegame,
      residenza: home,
      famigliaConvivenza: {
        idFamigliaConvivenzaANPR: digits(`family ${id}`, 10),
        ...(tipoLegame === '5' && { famigliaAire: 'S' as const }),
        dataOrigine: home.dataDecorrenzaResidenza,
        ...about,
      },
      membri: [],
    },
    residenza,
    schede: [],
  }
}

/** Adds a person to a family. `legame`: table 5, or 6 in a convivenza. */
export function add(to: Draft, being: Being, legame: string, forme: Forma[] = []): Scheda {
  const { id, anpr, cognome, nome, sesso, nato, nascita, statoCivile, cittadinanza = [ITALIAN] } = being
  const code = being.codiceFiscale === undefined ? codeOf(being) : being.codiceFiscale
  const aire = to.gruppo.tipoLegame === '5'
  const moved = to.gruppo.residenza.dataDecorrenzaResidenza
  const [, since = moved] = [moved, nato].sort()
  const special = [cognome, nome].some((text = '') => transliterated(text) !== capitals(text))
  const scheda: Scheda = {
    id,
    gruppo: to.gruppo.id,
    forme,
    generalita: {
      ...(code && {
        codiceFiscale: {
          codFiscale: code,
          validitaCF: code.length === 16 ? ('1' as const) : ('9' as const),
          dataAttribuzioneValidita: nato < '1980' ? '1980-01-01' : nato,
        },
      }),
      ...(cognome === undefined ? { senzaCognome: '1' as const } : { cognome: capitals(cognome) }),
      ...(nome === undefined ? { senzaNome: '1' as const } : { nome: capitals(nome) }),
      sesso,
      dataNascita: nato,
      luogoNascita: nascita.luogo,
      ...(aire && { soggettoAIRE: 'S' as const, annoEspatrio: moved.slice(0, 4) }),
      idSchedaSoggettoANPR: digits(`scheda ${id}`, 12),
    },
    identificativi: { idANPR: idAnprOf(anpr) },
    ...(nascita.luogo.comune && { attoNascita: actOf(`birth ${id}`, nascita.luogo.comune, nato) }),
    statoCivile: { statoCivile },
    attributiSoggetto: { soggettoCertificabile: '2' },
    cittadinanza,
    residenza: to.residenza
      .filter(({ dataDecorrenzaResidenza }, at) => at === 0 || dataDecorrenzaResidenza > nato)
      // A child lives at an address since birth at the earliest.
      .map((address, at) => (at === 0 ? { ...address, dataDecorrenzaResidenza: since } : address)),
    ...(special && {
      datiTraslitterati: {
        ...(cognome !== undefined && { cognome: transliterated(cognome) }),
        ...(nome !== undefined && { nome: transliterated(nome) }),
      },
    }),
    cartaIdentita: {
      numero: `CA${digits(`card ${id}`, 5)}AA`,
      cartaceaElettronica: '2',
      dataRilascio: `2024${nato.slice(4)}`.replace('-02-29', '-02-28'),
      dataScadenza: `2034${nato.slice(4)}`.replace('-02-29', '-02-28'),
      ...(to.gruppo.residenza.indirizzo && { comuneRilascio: to.gruppo.residenza.indirizzo.comune }),
      ...(to.gruppo.residenza.localitaEstera && { consolatoRilascio: to.gruppo.residenza.localitaEstera.consolato }),
    },
    legameSoggetto: {
      tipoLegame: to.gruppo.tipoLegame,
      dataDecorrenza: since,
      codiceLegame: legame,
      progressivoComponente: String(to.schede.length + 1),
      dataDecorrenzaLegame: since,
    },
  }
  to.schede.push(scheda)
  to.gruppo.membri.push(id)
  return scheda
}

/** How a person stands on another's scheda. */
export function relativeOf({ generalita }: Scheda): Parente {
  const { soggettoAIRE: _, annoEspatrio: __, senzaGiorno: ___, senzaGiornoMese: ____, ...parente } = generalita
  return parente
}

/** When and where something happened; the comune under the name of that day. */
export interface Where {
  day: string
  place: Place
}

const eventOf = (about: string, { day, place }: Where, parte = 'II') => ({
  dataEvento: day,
  luogoEvento: { comune: place.comune },
  attoEventoANPR: actOf(about, place.comune, day, parte),
})

/** Marriage of two people, or of one with somebody who is in no register here. */
export function marry(one: Scheda, other: Scheda, where: Where): void {
  const datiMatrimonio = eventOf(`marriage ${one.id}`, where)
  one.matrimonio = { coniuge: relativeOf(other), datiMatrimonio, ordineMatrimonio: '1' }
  other.matrimonio = { coniuge: relativeOf(one), datiMatrimonio, ordineMatrimonio: '1' }
}

/** Civil union (L. 76/2016 art. 1 c. 2). */
export function unite(one: Scheda, other: Scheda, where: Where): void {
  const attoUnione = eventOf(`union ${one.id}`, where, 'I')
  one.unioneCivile = { unitoCivilmente: relativeOf(other), attoUnione, ordineUnione: '1' }
  other.unioneCivile = { unitoCivilmente: relativeOf(one), attoUnione, ordineUnione: '1' }
}

/** Cohabitation contract (L. 76/2016 art. 1 c. 50). */
export function contract(one: Scheda, other: Scheda, data: string, autorita: string): void {
  const contrattoStipula = { data, autorita, numero: digits(`contract ${one.id}`, 4) }
  one.convivenzaDiFatto = { convivente: relativeOf(other), contrattoStipula, ordineConvivenza: '1' }
  other.convivenzaDiFatto = { convivente: relativeOf(one), contrattoStipula, ordineConvivenza: '1' }
}

export function parents(child: Scheda, father: Scheda | null, mother: Scheda | null): void {
  if (father) child.paternita = { generalita: relativeOf(father) }
  if (mother) child.maternita = { generalita: relativeOf(mother) }
}

/** The person has died. Their scheda is closed; on the family sheet they stay. */
export function die(scheda: Scheda, where: Where): void {
  scheda.datiDecesso = eventOf(`death ${scheda.id}`, where, 'I')
  scheda.datiCancellazione = { motivoCancellazione: '1', dataDecorrenzaCancellazione: where.day }
}

/** Widowhood after `dead`. */
export function widow(scheda: Scheda, dead: Scheda): void {
  if (!dead.datiDecesso) throw new Error(`${dead.id} is alive`)
  scheda.statoCivile = { statoCivile: '3' }
  scheda.vedovanza = { datiMorteconiuge: dead.datiDecesso, ordineMatrimonioPrecedente: '1' }
}

/** Judgement that ends a marriage (`tipoCessazione` 1, 3 …) or separates the two (5). */
export function judge(scheda: Scheda, tipoCessazione: string, day: string, court: string): void {
  scheda.annullamentoMatrimonio = {
    tipoCessazione,
    sentenza: {
      data: day,
      numero: digits(`judgement ${scheda.id}`, 4),
      tipoTribunale: '1',
      autorita: `TRIBUNALE DI ${court}`,
      dataValidita: day,
    },
  }
}
