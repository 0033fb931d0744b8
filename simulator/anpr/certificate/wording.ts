import type {
  Evento,
  Generalita,
  Indirizzo,
  Luogo,
  NumeroCivico,
  Parente,
  Residenza,
  Scheda,
} from '../../population/model.ts'
import { de } from './words/de.ts'
import { it } from './words/it.ts'
import { sl } from './words/sl.ts'
import type { Words } from './words/words.ts'

/** A stretch of text. Facts about the person stand out. */
export interface Span {
  text: string
  strong: boolean
}

export const plain = (text: string): Span => ({ text, strong: false })
export const strong = (text: string): Span => ({ text, strong: true })

export type Language = 'it' | 'de' | 'sl'
export const WORDS: Record<Language, Words> = { it, de, sl }

/** Art. 40 DPR 445/2000: a certificate without this sentence is null. */
export const ART_40 = it.art40

const gendered = (template: string, feminine: boolean) =>
  template.replace(/\[([^|\]]*)\|([^\]]*)\]/g, (_, man: string, woman: string) => (feminine ? woman : man))
export const isFeminine = ({ sesso }: Pick<Generalita, 'sesso'>) => sesso === 'F'

/** A sentence with its facts in place. */
export function fill(template: string, values: Record<string, string> = {}, feminine = false): Span[] {
  return gendered(template, feminine)
    .split(/(\{\w+\})/)
    .filter((part) => part !== '')
    .map((part) => (/^\{\w+\}$/.test(part) ? strong(values[part.slice(1, -1)] ?? '') : plain(part)))
}
export const word = (template: string | undefined, feminine: boolean): string => gendered(template ?? '', feminine)

// Registry data are in capitals on ANPR's papers; NFC, because a letter and its accent must be one glyph.
export const capitals = (text: string): string =>
  text
    .split('ß')
    .map((part) => part.normalize('NFC').toLocaleUpperCase('it'))
    .join('ß')

/** An ISO date as Italian papers write it, without what is unknown of it. */
export function italianDate(iso: string, known: Pick<Evento, 'senzaGiorno' | 'senzaGiornoMese'> = {}): string {
  const parts = iso.split('-').reverse()
  return parts.slice(known.senzaGiornoMese ? 2 : known.senzaGiorno ? 1 : 0).join('/')
}

const ROME = new Intl.DateTimeFormat('it-IT', {
  timeZone: 'Europe/Rome',
  day: '2-digit',
  month: '2-digit',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
})

/** An instant in Italian local time, e.g. `22/11/2026, 10:05`. */
export const italianInstant = (instant: Date): string => ROME.format(instant)

export const euro = (cents: number): string => (cents / 100).toFixed(2).replace('.', ',')

export const comuneName = ({ nomeComune, siglaProvinciaIstat }: { nomeComune: string; siglaProvinciaIstat: string }) =>
  `${nomeComune} (${siglaProvinciaIstat})`

export function placeName({ comune, localita, luogoEccezionale }: Luogo): string {
  if (comune) return comuneName(comune)
  if (!localita) return luogoEccezionale ?? ''
  const { descrizioneLocalita: town, descrizioneStato: state } = localita
  return town ? `${town} (${state})` : state
}

export const fullName = ({ cognome, nome }: Pick<Parente, 'cognome' | 'nome'>): string =>
  [cognome, nome].filter((part) => part !== undefined).join(' ')

/** ANPR's colours of numbers; a red 8 is another door than 8. */
const COLOURS: Record<string, string> = { '1': 'rosso', '2': 'nero', '3': 'blu' }

function civic(number: NumeroCivico): string {
  const { numero, metrico, progSNC, lettera, esponente1, colore, civicoInterno: inside = {} } = number
  const own = progSNC ? 'SNC' : metrico ? `km ${(Number(metrico) / 1000).toFixed(3).replace('.', ',')}` : `n. ${numero}`
  const door = [[own, lettera, esponente1].filter(Boolean).join('/'), COLOURS[colore ?? '']].filter(Boolean).join(' ')
  const { isolato, corte, scala, scalaEsterna, piano, secondario, nui } = inside
  const interno = [inside.interno1, inside.espInterno1, inside.interno2, inside.espInterno2].filter(Boolean).join('/')
  const parts = [
    ['isolato', isolato],
    ['corte', corte],
    ['scala', scala],
    ['scala esterna', scalaEsterna],
    ['piano', piano],
    ['int.', interno],
    ['sec.', secondario],
    ['NUI', nui],
  ]
  return [door, ...parts.flatMap(([name, value]) => (value ? [`${name} ${value}`] : []))].join(' ')
}

const italianAddress = ({ cap, comune, frazione, toponimo, numeroCivico }: Indirizzo): string =>
  [
    `${[toponimo.specie, toponimo.denominazioneToponimo].filter(Boolean).join(' ')} ${civic(numeroCivico)}`,
    ...(frazione ? [`fraz. ${frazione}`] : []),
    `${cap} ${comuneName(comune)}`,
  ].join(', ')

/** An address as the sheet has it, in the second language where the register has one. */
export function address(residenza: Residenza, { altraLingua = [] }: Scheda, language: Language): string {
  const { indirizzo, localitaEstera, presso } = residenza
  const other = altraLingua.find(({ idLingua }) => idLingua.toLowerCase() === language)
  const at = presso ? `, presso ${presso}` : ''
  if (localitaEstera) {
    const { cap, localita, toponimo } = localitaEstera.indirizzoEstero
    const street = [toponimo.denominazione, toponimo.numeroCivico].filter(Boolean).join(' ')
    return `${street}, ${[cap, placeName({ localita })].filter(Boolean).join(' ')}${at}`
  }
  if (!indirizzo) return ''
  if (!other) return `${italianAddress(indirizzo)}${at}`
  const { cap, comune, numeroCivico } = indirizzo
  const street = [other.specie, other.denominazioneToponimo].filter(Boolean).join(' ')
  const number = civic(numeroCivico).replace(/^n\. /, '')
  return `${street} ${number}, ${cap} ${other.descrizioneLocalita} (${comune.siglaProvinciaIstat})${at}`
}

/** Comune of the register that keeps the person: of AIRE, that of the last residence in Italy, or else of birth. */
const comuneOf = ({ residenza, generalita }: Scheda) =>
  residenza.find(({ indirizzo }) => indirizzo)?.indirizzo?.comune ?? generalita.luogoNascita.comune

/** Its name in a language of the sheet. */
export function comuneIn(subject: Scheda, language: Language): string {
  const comune = comuneOf(subject)
  const other = subject.altraLingua?.find(({ idLingua }) => idLingua.toLowerCase() === language)
  if (!comune) return ''
  return other ? `${other.descrizioneLocalita} (${comune.siglaProvinciaIstat})` : comuneName(comune)
}
