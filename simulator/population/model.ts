/**
 * A synthetic person as ANPR's replies describe one: field names and values are the Ministry's own (every value a text;
 * what is not known is left out), so that a service answers by choosing sections. ANPR keeps names and places in
 * capitals.
 */

export interface Comune {
  nomeComune: string
  codiceIstat: string
  siglaProvinciaIstat: string
  descrizioneLocalita?: string
}

export interface Localita {
  descrizioneLocalita?: string
  descrizioneStato: string
  codiceStato: string
  provinciaContea?: string
}

/** Exactly one of the three. `luogoEccezionale`: a ship, an aircraft. */
export type Luogo =
  | { comune: Comune; localita?: never; luogoEccezionale?: never }
  | { localita: Localita; comune?: never; luogoEccezionale?: never }
  | { luogoEccezionale: string; comune?: never; localita?: never }

/** A day that may be known in part: the unknown part is 01, and a mark says so. */
interface SenzaGiorno {
  senzaGiorno?: '1'
  senzaGiornoMese?: '1'
}

export interface Generalita extends SenzaGiorno {
  /** Absent for a newborn who has none yet. `validitaCF` 1: validated by the tax registry, 9: not (or provisional). */
  codiceFiscale?: { codFiscale: string; validitaCF: '1' | '9'; dataAttribuzioneValidita: string }
  /** `cognome` or `senzaCognome`, `nome` or `senzaNome`. */
  cognome?: string
  senzaCognome?: '1'
  nome?: string
  senzaNome?: '1'
  sesso: 'M' | 'F' | 'N'
  dataNascita: string
  luogoNascita: Luogo
  soggettoAIRE?: 'S'
  annoEspatrio?: string
  idSchedaSoggettoComune?: { idSchedaSoggettoComuneIstat: string; idSchedaSoggetto: string }
  idSchedaSoggettoANPR: string
  note?: string
}

/** The act as comuni have kept it. */
interface Atto {
  comuneRegistrazione: Comune
  ufficioMunicipio: string
  anno: string
  parte: string
  serie: string
  numeroAtto: string
  volume?: string
  dataFormazioneAtto: string
  trascritto?: 'S'
}

/** The act of the national archive of civil status: neither number nor part. */
interface AttoANSC {
  idANSC: string
  comuneRegistrazione: Comune
  anno: string
  ufficioMunicipio?: string
  numeroComunale?: string
  dataFormazioneAtto: string
  trascritto?: 'S'
}

export type AttoEvento = { atto: Atto; attoANSC?: never } | { attoANSC: AttoANSC; atto?: never }

export interface Evento extends SenzaGiorno {
  dataEvento: string
  luogoEvento?: Luogo
  attoEventoANPR?: AttoEvento
}

export interface NumeroCivico {
  codiceCivico?: string
  civicoFonte?: string
  /** `numero` or `metrico` (metres along a road). */
  numero?: string
  metrico?: string
  /** No number: `numero` is then 0. */
  progSNC?: string
  lettera?: string
  esponente1?: string
  /** 1 red, 2 black, 3 blue, 4 residential, 5 not residential. */
  colore?: string
  civicoInterno?: Partial<
    Record<
      | 'corte'
      | 'scala'
      | 'interno1'
      | 'espInterno1'
      | 'interno2'
      | 'espInterno2'
      | 'scalaEsterna'
      | 'secondario'
      | 'piano'
      | 'nui'
      | 'isolato',
      string
    >
  >
}

export interface Indirizzo {
  cap: string
  comune: Comune
  frazione?: string
  /** `codSpecie`: table 4. */
  toponimo: { codSpecie: string; specie: string; codToponimo?: string; denominazioneToponimo: string }
  numeroCivico: NumeroCivico
}

export interface LocalitaEstera {
  indirizzoEstero: {
    cap?: string
    localita: Localita
    toponimo: { denominazione: string; numeroCivico?: string }
  }
  /** Table 40. */
  consolato: { codiceConsolato: string; descrizioneConsolato: string }
}

/** `tipoIndirizzo`: table 25, 1 in Italy, 4 abroad. */
export interface Residenza {
  tipoIndirizzo: string
  noteIndirizzo?: string
  indirizzo?: Indirizzo
  localitaEstera?: LocalitaEstera
  presso?: string
  dataDecorrenzaResidenza: string
}

/** The address in the second language of the comune. */
export interface AltraLingua {
  idLingua: 'DE' | 'FR' | 'SL'
  descrizioneLocalita: string
  frazione?: string
  /** Absent where it is part of the name, as in German. */
  specie?: string
  denominazioneToponimo: string
  presso?: string
}

export interface Cittadinanza {
  descrizioneStato: string
  /** 100 Italy, 998 undefined, 999 stateless. */
  codiceStato: string
  noteStato?: string
  dataValidita?: string
}

/** Who somebody is to the person: a parent, a spouse. */
export type Parente = Pick<
  Generalita,
  | 'codiceFiscale'
  | 'cognome'
  | 'senzaCognome'
  | 'nome'
  | 'senzaNome'
  | 'sesso'
  | 'dataNascita'
  | 'luogoNascita'
  | 'idSchedaSoggettoANPR'
>

export interface Genitore {
  generalita: Parente
}

export interface Sentenza {
  data: string
  numero: string
  /** 1 Italian court, 2 Sacra Rota, 3 foreign court, 4 lawyer, notary or registrar, 9 unknown. */
  tipoTribunale: string
  autorita: string
  dataValidita: string
}

/** Table 1. 9 (an older table: 5): unknown. */
export type CodiceStatoCivile = '1' | '2' | '3' | '4' | '6' | '7' | '8' | '9'

/** The data of one person. Those of the family or convivenza stand in `Gruppo`. */
export interface Sezioni {
  generalita: Generalita
  identificativi: { idANPR: string }
  attoNascita?: AttoEvento
  /** Absent: ANPR has no civil status for the person. */
  statoCivile?: { statoCivile: CodiceStatoCivile; noteStatoCivile?: string }
  attributiSoggetto: {
    senzaFissaDimora?: 'S'
    /** Table 42: 0 not certifiable, 1 residence and family only, 2 all, 3 not registrable, 4 under guardianship. */
    soggettoCertificabile: '0' | '1' | '2' | '3' | '4'
  }
  /** Empty: none is registered. */
  cittadinanza: Cittadinanza[]
  paternita?: Genitore
  maternita?: Genitore
  /** The present address first, then the former ones. */
  residenza: Residenza[]
  altraLingua?: AltraLingua[]
  /** Capital letters without marks (decree of 2 February 2009); for names that need it. */
  datiTraslitterati?: { cognome?: string; nome?: string }
  tutoreIntestatario?: { generalita: Parente; comuneResidenza: Comune }
  /** `coniuge` or `datiMatrimonio` may lack in an old record. */
  matrimonio?: { coniuge?: Parente; datiMatrimonio?: Evento; ordineMatrimonio: string }
  vedovanza?: { datiMorteconiuge: Evento; ordineMatrimonioPrecedente: string }
  /** `tipoCessazione`: 5 and 8 are a separation, after which the person is still married. */
  annullamentoMatrimonio?: { tipoCessazione: string; sentenza: Sentenza; attoAnnullamentoMatrimonio?: AttoEvento }
  unioneCivile?: {
    unitoCivilmente?: Parente
    attoUnione?: Evento
    scioglimentoUnione?: { motivoScioglimento: string; sentenza?: Sentenza; datiEvento?: Evento }
    ordineUnione: string
  }
  convivenzaDiFatto?: {
    convivente?: Parente
    contrattoStipula?: { data: string; autorita: string; numero: string }
    contrattoRisoluzione?: { data: string; motivo: string }
    ordineConvivenza: string
  }
  cartaIdentita?: {
    numero: string
    /** 1 paper, 2 electronic. */
    cartaceaElettronica: '1' | '2'
    dataRilascio: string
    dataScadenza: string
    interdizioneEspatrio?: 'S'
    comuneRilascio?: Comune
    consolatoRilascio?: { codiceConsolato: string; descrizioneConsolato: string }
    dataAnnullamento?: string
  }
  permessoSoggiorno?: { tipoSoggiorno: string; numero: string; dataRilascio: string; dataScadenza: string }
  /** 3 family, 4 convivenza (`codiceLegame` of table 6), 5 AIRE family; table 5 otherwise. */
  legameSoggetto: {
    tipoLegame: '3' | '4' | '5'
    dataDecorrenza: string
    codiceLegame: string
    progressivoComponente: string
    dataDecorrenzaLegame?: string
  }
  datiDecesso?: Evento
  /** `motivoCancellazione` 1 death, 5 a foreigner who left, 6 untraceable, 8 to AIRE … */
  datiCancellazione?: { motivoCancellazione: string; notecancellazione?: string; dataDecorrenzaCancellazione: string }
  domicilioDigitale?: { indirizzoDigitale: string; dataInizioValidita: string; enteErogatore: string }
}

/** A scheda: what ANPR holds of one person, and what its services never say but heed. */
export interface Scheda extends Sezioni {
  /** Stable key for tests, the dock and the cards: `anna-bianchi`; `g-000123` for a generated person. */
  id: string
  /** Key of the family or convivenza. */
  gruppo: string
  /** What makes the person worth trying, e.g. `widow`, `no-surname`. */
  forme: readonly Forma[]
  /** An administrative procedure (change of residence, cancellation …) is open at the comune. */
  procedimentoAperto?: true
  /** The death is known to C019 only: C020 and C021 give it a day or two later. */
  decessoRecente?: true
  /** Registered in Italy and in AIRE by mistake. */
  doppiaIscrizione?: true
}

/** A family sheet or a convivenza. */
export interface Gruppo {
  id: string
  /** As `legameSoggetto.tipoLegame`. */
  tipoLegame: '3' | '4' | '5'
  residenza: Residenza
  famigliaConvivenza: {
    idFamigliaConvivenzaANPR: string
    famigliaAire?: 'S'
    dataOrigine: string
    motivoCostituzione?: string
    denominazioneConvivenza?: string
    /** 1 religious, 2 care, 3 assistance, 4 military, 5 prison, 6 other. */
    specieConvivenza?: string
    /** Of the person who answers for the convivenza. */
    responsabile?: Parente
  }
  /** Ids of people in the order of the sheet; those who died or left it stay in the list. */
  membri: readonly string[]
  /** What blocks a certificate of the family: EN062, EN221, EN212. */
  stato?: 'senza-intestatario' | 'non-completa' | 'in-registrazione'
}

/** Kinds of family and every condition that makes ANPR refuse or a system stumble, one word each for a search. */
export const FORME = [
  'single',
  'couple',
  'couple-with-children',
  'one-parent',
  'extended-family',
  'civil-union',
  'cohabitation-contract',
  'convivenza-religious',
  'convivenza-care',
  'convivenza-assistance',
  'convivenza-military',
  'convivenza-prison',
  'convivenza-other',
  'aire',
  'aire-born-abroad',
  'minor',
  'no-codice-fiscale',
  'separated',
  'divorced',
  'widow',
  'free-after-union',
  'deceased',
  'died-yesterday',
  'cancelled',
  'senza-fissa-dimora',
  'bilingual',
  'omocodia',
  'provisional-code',
  'code-not-validated',
  'birth-day-unknown',
  'birth-month-unknown',
  'two-citizenships',
  'no-citizenship',
  'stateless',
  'citizenship-undefined',
  'foreign-citizen',
  'foreign-born',
  'born-aboard',
  'birthplace-renamed',
  'birthplace-ceased',
  'sex-unknown',
  'no-surname',
  'no-name',
  'one-letter-name',
  'long-name',
  'special-letters',
  'not-certifiable',
  'partly-certifiable',
  'not-registrable',
  'under-guardianship',
  'open-procedure',
  'no-identity-card',
  'expired-identity-card',
  'civil-status-missing',
  'civil-status-unknown',
  'spouse-missing',
  'marriage-data-missing',
  'union-data-missing',
  'contract-data-missing',
  'family-without-intestatario',
  'family-incomplete',
  'family-in-registration',
  'registered-twice',
  'ansc-act',
] as const
export type Forma = (typeof FORME)[number]
