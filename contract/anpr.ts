import { z } from 'zod'
import { legible } from './letters.ts'

/**
 * Gateway ↔ ANPR, as far as this product uses it. All values are strings, as on the real wire. The whole description,
 * in the Ministry's own form, is contract/openapi/anpr.yaml.
 *   POST /C0nn-…/v1/anpr-service-e002          a consultation: codice fiscale → idANPR, idANPR → family sheet, …
 *   POST /ElabMassiva…/v1/anpr-massivo-e002-richiesta   a list; GET download and DELETE delete /resource/JOB follow
 *   POST /ANPR-Certificazione/v2/certificati   preview (emissione 3) or issue (2)
 * Issue is idempotent by `idOperazioneClient`: the same id returns the certificate already issued, PDF included.
 */

const datiRichiesta = z.strictObject({
  dataRiferimentoRichiesta: z.string(),
  motivoRichiesta: z.string(),
  casoUso: z.string().regex(/^C0\d\d$/),
})
export const richiestaE002 = z.looseObject({
  idOperazioneClient: z.string().min(1).max(30),
  criteriRicerca: z.strictObject({ idANPR: z.string().optional(), codiceFiscale: z.string().optional() }),
  datiRichiesta,
  /** What is declared, for C003 to C014. */
  verifica: z.record(z.string(), z.unknown()).optional(),
})

/** To a bulk service. `fileInput`: base64 of gzip. */
export const richiestaMassiva = z.looseObject({
  idOperazioneClient: z.string().min(1).max(30),
  fileInput: z.base64(),
  datiRichiesta,
  tipoRicerca: z.literal('1'),
})

/*
 * Answers. The Ministry's files require no field of them, so each is optional here: one that is absent, null or not what
 * it should be is undefined, an element of a list that is no object is left out, and a field that is not named here is
 * not read. Whoever reads an answer demands what it cannot do without (gateway/anpr/subjects.ts).
 */
const text = z
  .union([z.string(), z.number().transform(String)])
  .transform((told) => legible(told) || undefined)
  .optional()
  .catch(undefined)
/** A number of one of ANPR's tables, which some write with zeros before it. */
const code = text.transform((told) => told?.replace(/^0+(?=\d)/, '')).optional()
const part = <S extends z.ZodRawShape>(shape: S) => z.object(shape).optional().catch(undefined)
/** Whatever turns XML into JSON writes a list of one as the element itself. */
const list = <T extends z.ZodType>(element: T) =>
  z
    .preprocess(
      (told) => (told === null || told === undefined || Array.isArray(told) ? (told ?? []) : [told]),
      z.array(element.optional().catch(undefined)),
    )
    .transform((elements) => elements.filter((one) => one !== undefined))
    .optional()
    .catch(undefined)

const localita = part({ descrizioneLocalita: text, descrizioneStato: text, provinciaContea: text })
const comune = part({ nomeComune: text, codiceIstat: text, siglaProvinciaIstat: text, descrizioneLocalita: text })
/** A comune, a place abroad, or something else such as a ship. */
const luogoEvento = part({ comune, localita, luogoEccezionale: text })

const generalita = part({
  codiceFiscale: part({ codFiscale: text }),
  /** Somebody without a surname or without a name has `senzaCognome` or `senzaNome` 1 in its place. */
  cognome: text,
  nome: text,
  /** S: enrolled among Italians abroad. */
  soggettoAIRE: text,
  sesso: text,
  dataNascita: text,
  /** 1: the day, or day and month, in `dataNascita` are not known. */
  senzaGiorno: text,
  senzaGiornoMese: text,
  luogoNascita: luogoEvento,
})

/** An act of a comune's register, or of the national archive (ANSC), which gives it no number. */
const atto = part({ comuneRegistrazione: comune, anno: text, numeroAtto: text })
/** Older answers have `attoEvento` in place of `attoEventoANPR`. */
const evento = part({
  dataEvento: text,
  senzaGiorno: text,
  senzaGiornoMese: text,
  luogoEvento,
  attoEventoANPR: part({ atto, attoANSC: part({ idANSC: text, comuneRegistrazione: comune, anno: text }) }),
  attoEvento: atto,
})
/**
 * What every consultation says of a person. `tipoLegame`: 3 family, 4 convivenza, 5 family enrolled abroad (AIRE).
 * `infoSoggettoEnte`: answers to yes-or-no questions, in `valore` S, N or A.
 */
export const datiSoggetto = z.object({
  generalita,
  identificativi: part({ idANPR: text }),
  legameSoggetto: part({ tipoLegame: code, codiceLegame: code }),
  /** Somebody who died stays on the family sheet. */
  datiDecesso: evento,
  infoSoggettoEnte: list(z.object({ id: text, chiave: text, valore: text, dettaglio: text })),
})
export type DatiSoggetto = z.infer<typeof datiSoggetto>

const numeroCivico = part({
  numero: text,
  /** Metres from the beginning of the road, where houses have no numbers. */
  metrico: text,
  /** A number for a house without one (senza numero civico). */
  progSNC: text,
  lettera: text,
  esponente1: text,
  /** 1 red, 2 black, 3 blue, 4 residential, 5 not residential: 8 and red 8 are two houses. */
  colore: code,
  civicoInterno: part({
    corte: text,
    scala: text,
    scalaEsterna: text,
    interno1: text,
    espInterno1: text,
    interno2: text,
    espInterno2: text,
    secondario: text,
    piano: text,
    nui: text,
    isolato: text,
  }),
})
/** `tipoIndirizzo`: ANPR table 25. Abroad (AIRE) there is a `localitaEstera` in place of `indirizzo`. */
const residenza = z.object({
  tipoIndirizzo: code,
  indirizzo: part({
    cap: text,
    comune,
    frazione: text,
    toponimo: part({ specie: text, specieFonte: text, denominazioneToponimo: text, toponimoFonte: text }),
    numeroCivico,
  }),
  localitaEstera: part({
    indirizzoEstero: part({ cap: text, localita, toponimo: part({ denominazione: text, numeroCivico: text }) }),
  }),
  presso: text,
  dataDecorrenzaResidenza: text,
})

/** Uncertain, for no file of C017 and C026 is public: the other one's `generalita` stand there, or inside it. */
const altro = part({ cognome: text, nome: text, generalita })

/** What a visura shows of C029. */
export const datiAnagrafici = datiSoggetto.extend({
  residenza: list(residenza),
  statoCivile: part({ statoCivile: code }),
  cittadinanza: list(z.object({ descrizioneStato: text, codiceStato: text, dataValidita: text })),
})
export type DatiAnagrafici = z.infer<typeof datiAnagrafici>

/** The sections of a person's detail, and of an office's lists. No public file tells their form; the names are second hand. */
export const datiPersona = datiAnagrafici.extend({
  /** `datiMorteconiuge`: spelt so. */
  vedovanza: part({ datiMorteconiuge: evento }),
  paternita: altro,
  maternita: altro,
  matrimonio: part({ coniuge: altro, datiMatrimonio: evento }),
  unioneCivile: part({ unitoCivilmente: altro, attoUnione: evento }),
  cartaIdentita: part({
    numero: text,
    /** 1 paper, 2 electronic. */
    cartaceaElettronica: code,
    dataRilascio: text,
    dataScadenza: text,
    dataAnnullamento: text,
    comuneRilascio: comune,
    consolatoRilascio: part({ descrizioneConsolato: text }),
  }),
})
export type DatiPersona = z.infer<typeof datiPersona>

const risposta = <T extends z.ZodType>(soggetto: T) =>
  z.object({ idOperazioneANPR: text, listaSoggetti: part({ datiSoggetto: list(soggetto) }) })
export const rispostaE002OK = risposta(datiSoggetto)
export const rispostaC029 = risposta(datiAnagrafici)
export const rispostaPersona = risposta(datiPersona)

/** `idOperazioneANPR`: the job. */
export const rispostaMassiva = z.object({ idOperazioneANPR: text })

export const richiestaCertificazione = z.looseObject({
  idOperazioneClient: z.string().min(1).max(30),
  linguaCertificato: z.strictObject({ tipoLinguaCertificato: z.array(z.string()).min(1) }),
  listaTipiCertificati: z.strictObject({ tipoCertificato: z.array(z.string()).min(1) }),
  soggettoIntestatario: z.strictObject({ idANPR: z.string() }),
  richiedente: z.strictObject({ idANPR: z.string() }),
  tipoRichiedente: z.enum(['1', '2']),
  tipoRichiesta: z.literal('1'),
  esenzioneBollo: z.string(),
  esenzioneDiritti: z.enum(['0', '1']),
  bollo: z.string(),
  /** 1 virtual, 2 contrassegno, 9 other; only where bollo is due. */
  bolloVirtuale: z.enum(['1', '2', '9']).optional(),
  diritti: z.string(),
  paEstera: z.string(),
  emissione: z.enum(['2', '3']),
})

/** `soggettoIntestatario`: the echo of who was asked for, where ANPR gives one. */
export const rispostaCertificazione = z.object({
  idOperazioneANPR: text,
  soggettoIntestatario: part({ generalita, idANPR: text, identificativi: part({ idANPR: text }) }),
  protocolloANPR: part({ numeroProtocolloANPR: text }),
  file: part({ certificatoPdf: z.string().optional().catch(undefined) }),
})

const anomalia = z.object({ codiceErroreAnomalia: text, testoErroreAnomalia: text, tipoErroreAnomalia: text })
/** The entries of an error list: in `errore` (of warnings perhaps `anomalia`) or not, several or a single one. */
const entriesOf = (told: unknown): unknown[] => {
  if (Array.isArray(told)) return told.flatMap(entriesOf)
  if (told === null || typeof told !== 'object') return []
  const { errore, anomalia } = told as { errore?: unknown; anomalia?: unknown }
  return errore === undefined && anomalia === undefined ? [told] : [errore, anomalia].flatMap(entriesOf)
}
const anomalie = z.preprocess(entriesOf, z.array(anomalia))
/**
 * How ANPR refuses, whatever the HTTP status. The consultations answer a list, the certification service (6001) a level
 * more, `errore`, and older clients saw both lists inside `risposta`. A list holds errors (`tipoErroreAnomalia` E) and
 * warnings (W) side by side; `listaAnomalie` goes with an answer and holds warnings.
 */
const lists = { listaErrori: anomalie, listaAnomalie: anomalie }
export const rispostaErrori = z
  .object({ ...lists, risposta: z.object(lists).optional().catch(undefined) })
  .transform(({ risposta, ...own }) => ({
    listaErrori: [...own.listaErrori, ...(risposta?.listaErrori ?? [])],
    listaAnomalie: [...own.listaAnomalie, ...(risposta?.listaAnomalie ?? [])],
  }))

/**
 * How GovWay, the gate before ANPR, refuses (RFC 9457): `type` says what it is. `Error Code`: of the appliance before it.
 */
export const problemaGovWay = z.object({ type: text, title: text, 'Error Code': text })
/** How PDND refuses. */
export const problemaPdnd = z.object({ errors: z.array(z.object({ code: z.string() })).min(1) })
