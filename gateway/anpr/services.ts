import { z } from 'zod'

/** For whom a service may be asked: a person who is there, about them and their family; an office, about a list. */
type Purpose = 'visit' | 'list'

export const BULK = [
  'ElabMassivaAccertIdUnicoNazionale',
  'ElabMassivaVerificaDichEsistenzaInVita',
  'ElabMassivaAccertamentoResidenza',
  'ElabMassivaAccertamentoDatiDecesso',
] as const
export type BulkService = (typeof BULK)[number]

/** One of ANPR's consultations: all are asked in one form at one path, and each answer tells a part of one record. */
interface Consultation {
  for: readonly Purpose[]
  /** What a list gets of the answer: the fields, by their way in a `datiSoggetto`. */
  tells: readonly string[]
  /** The section of `verifica` that holds what is declared, for a service that compares. */
  declares?: string
  /** Its twin for a whole list, and in which column of the twin's file a field stands. */
  bulk?: { service: BulkService; columns: Readonly<Record<string, string>> }
}

const within = (section: string, fields: readonly string[]) => fields.map((field) => `${section}.${field}`)
const WHO = ['cognome', 'nome', 'codiceFiscale.codFiscale']
const PERSON = [...within('generalita', [...WHO, 'sesso', 'dataNascita']), 'statoCivile.statoCivile']
const event = (section: string) => within(section, ['dataEvento', 'luogoEvento.comune.nomeComune'])
/** S, N or A (the register does not say), and why not. */
const SAID = within('infoSoggettoEnte', ['valore', 'dettaglio'])
const HOME = within('residenza', [
  ...['indirizzo.comune.codiceIstat', 'indirizzo.comune.nomeComune', 'indirizzo.toponimo.specie'],
  ...['indirizzo.toponimo.denominazioneToponimo', 'indirizzo.numeroCivico.numero', 'dataDecorrenzaResidenza'],
  'localitaEstera.indirizzoEstero.localita.descrizioneStato',
])

/** Those of C003 to C014 that compare what is declared with the register. */
const verifica = <S extends string>(declares: S) => ({ for: ['list'], tells: SAID, declares }) as const

/**
 * The Ministry's consultations on PDND: C003 to C014 say whether something is so, the others what the register holds.
 * Uncertain but for C003, C021 and C030: no file of the others is public, and the names of their sections are second hand.
 * Uncertain of each bulk twin: the names of its columns.
 */
const CONSULTATIONS = {
  C003: verifica('generalita'),
  C004: verifica('datiDecesso'),
  C005: verifica('matrimonio'),
  C006: verifica('cittadinanza'),
  C007: {
    ...{ for: ['visit', 'list'], tells: SAID },
    bulk: {
      service: 'ElabMassivaVerificaDichEsistenzaInVita',
      columns: { 'infoSoggettoEnte.valore': 'esistenzaInVita' },
    },
  },
  C008: verifica('residenza'),
  C009: verifica('listaSoggetti'),
  C010: { for: ['list'], tells: SAID },
  C011: verifica('vedovanza'),
  C012: verifica('paternita'),
  C013: verifica('maternita'),
  C014: verifica('unioneCivile'),
  C015: { for: ['visit', 'list'], tells: PERSON },
  C016: {
    ...{ for: ['list'], tells: event('datiDecesso') },
    bulk: { service: 'ElabMassivaAccertamentoDatiDecesso', columns: { 'datiDecesso.dataEvento': 'dataDecesso' } },
  },
  C017: {
    for: ['visit', 'list'],
    tells: [...within('matrimonio.coniuge.generalita', WHO), ...event('matrimonio.datiMatrimonio')],
  },
  C018: { for: ['visit', 'list'], tells: within('cittadinanza', ['codiceStato', 'descrizioneStato', 'dataValidita']) },
  C019: { for: ['visit', 'list'], tells: SAID },
  C020: {
    ...{ for: ['visit', 'list'], tells: HOME },
    bulk: {
      service: 'ElabMassivaAccertamentoResidenza',
      columns: { 'residenza.indirizzo.comune.codiceIstat': 'comuneResidenza' },
    },
  },
  C021: { for: ['visit'], tells: [] },
  C022: { for: ['list'], tells: [...SAID, 'statoCivile.statoCivile'] },
  C023: { for: ['list'], tells: event('vedovanza.datiMorteconiuge') },
  C024: { for: ['list'], tells: within('paternita.generalita', WHO) },
  C025: { for: ['list'], tells: within('maternita.generalita', WHO) },
  C026: {
    for: ['visit', 'list'],
    tells: [...within('unioneCivile.unitoCivilmente.generalita', WHO), ...event('unioneCivile.attoUnione')],
  },
  C029: { for: ['visit', 'list'], tells: [...PERSON, ...within('cittadinanza', ['codiceStato']), ...HOME] },
  C030: {
    ...{ for: ['visit', 'list'], tells: [] },
    bulk: { service: 'ElabMassivaAccertIdUnicoNazionale', columns: {} },
  },
} as const satisfies Record<string, Consultation>

export type ConsultationCode = keyof typeof CONSULTATIONS
export const consultationOf = (code: ConsultationCode): Consultation => CONSULTATIONS[code]
type AskedFor<P extends Purpose> = {
  [C in ConsultationCode]: P extends (typeof CONSULTATIONS)[C]['for'][number] ? C : never
}[ConsultationCode]
/** Those that tell of the one person asked for. */
export type Telling<P extends Purpose = Purpose> = Exclude<AskedFor<P>, 'C021' | 'C030'>
/** Those that an office may ask about a list. */
export type Listed = AskedFor<'list'>
export const listed = z.enum(
  Object.entries<Consultation>(CONSULTATIONS).flatMap(([code, row]) =>
    row.for.includes('list') ? [code as Listed] : [],
  ),
)

export type Service = ConsultationCode | 'ANPR-Certificazione' | BulkService | 'INAD'
const SERVICES: readonly Service[] = [
  ...(Object.keys(CONSULTATIONS) as ConsultationCode[]),
  ...BULK,
  'ANPR-Certificazione',
  // No service of ANPR's: it stands behind the same vouchers, and is counted and watched like them.
  'INAD',
]
export const service = z.enum(SERVICES)

/** Services that take no Agid-JWT-Signature. */
export const UNSIGNED: readonly Service[] = ['INAD']
