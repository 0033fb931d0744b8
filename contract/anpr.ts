import { z } from 'zod'

/**
 * Gateway ↔ ANPR, as far as this product uses it. All values are strings, as on the real wire.
 *   POST /C030-servizioAccertamentoIdUnicoNazionale/v1/anpr-service-e002   codice fiscale → idANPR
 *   POST /C021-servizioAccertamentoStatoFamiglia/v1/anpr-service-e002      idANPR → family sheet
 *   POST /C029-servizioAccertamentoDatiAnagrafici/v1/anpr-service-e002     idANPR → a person's own data, for a visura
 *   POST /ANPR-Certificazione/v2/certificati                               preview (emissione 3) or issue (2)
 * Issue is idempotent by `idOperazioneClient`: the same id returns the certificate already issued, PDF included.
 */
export const richiestaE002 = z.looseObject({
  idOperazioneClient: z.string().min(1).max(30),
  criteriRicerca: z.strictObject({ idANPR: z.string().optional(), codiceFiscale: z.string().optional() }),
  datiRichiesta: z.strictObject({
    dataRiferimentoRichiesta: z.string(),
    motivoRichiesta: z.string(),
    casoUso: z.enum(['C030', 'C021', 'C029']),
  }),
})

export const datiSoggetto = z.looseObject({
  generalita: z.looseObject({
    codiceFiscale: z.looseObject({ codFiscale: z.string() }),
    cognome: z.string(),
    nome: z.string(),
    sesso: z.string(),
    dataNascita: z.iso.date(),
  }),
  identificativi: z.looseObject({ idANPR: z.string() }),
  legameSoggetto: z.looseObject({ codiceLegame: z.string(), progressivoComponente: z.string() }).optional(),
})

export const rispostaE002OK = z.looseObject({
  idOperazioneANPR: z.string(),
  listaSoggetti: z.looseObject({ datiSoggetto: z.array(datiSoggetto) }),
})

const comune = z.object({ nomeComune: z.string(), siglaProvinciaIstat: z.string().optional() })
const localita = z.object({ descrizioneLocalita: z.string(), descrizioneStato: z.string().optional() })
/** A comune, a place abroad, or something else such as a ship. */
const luogoEvento = z.object({
  comune: comune.optional(),
  localita: localita.optional(),
  luogoEccezionale: z.string().optional(),
})

const numeroCivico = z.object({
  numero: z.string().optional(),
  metrico: z.string().optional(),
  lettera: z.string().optional(),
  esponente1: z.string().optional(),
  civicoInterno: z.object({ scala: z.string().optional(), interno1: z.string().optional() }).optional(),
})
/** `tipoIndirizzo` 1 is the residence; abroad (AIRE) there is a `localitaEstera` in place of `indirizzo`. */
const residenza = z.object({
  tipoIndirizzo: z.string(),
  indirizzo: z
    .object({
      comune,
      frazione: z.string().optional(),
      toponimo: z.object({ specie: z.string().optional(), denominazioneToponimo: z.string() }),
      numeroCivico: numeroCivico.optional(),
    })
    .optional(),
  localitaEstera: z
    .object({
      indirizzoEstero: z.object({
        localita,
        toponimo: z.object({ denominazione: z.string(), numeroCivico: z.string().optional() }).optional(),
      }),
    })
    .optional(),
  presso: z.string().optional(),
})

/** What a visura shows of C029. Anything else in the answer is dropped when it is read. */
export const datiAnagrafici = z.object({
  generalita: z.object({
    codiceFiscale: z.object({ codFiscale: z.string() }),
    cognome: z.string(),
    nome: z.string(),
    sesso: z.string(),
    dataNascita: z.iso.date(),
    /** 1: the day, or day and month, in `dataNascita` are not known. */
    senzaGiorno: z.string().optional(),
    senzaGiornoMese: z.string().optional(),
    luogoNascita: luogoEvento.optional(),
  }),
  identificativi: z.object({ idANPR: z.string() }),
  residenza: z.array(residenza).optional(),
  statoCivile: z.object({ statoCivile: z.string() }).optional(),
  cittadinanza: z.array(z.object({ descrizioneStato: z.string() })).optional(),
})
export type DatiAnagrafici = z.infer<typeof datiAnagrafici>

export const rispostaC029 = z.looseObject({
  idOperazioneANPR: z.string(),
  listaSoggetti: z.object({ datiSoggetto: z.array(datiAnagrafici).length(1) }),
})

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

export const rispostaCertificazione = z.looseObject({
  idOperazioneANPR: z.string(),
  protocolloANPR: z.looseObject({ numeroProtocolloANPR: z.string() }).optional(),
  file: z.looseObject({ certificatoPdf: z.string() }),
})

export const rispostaErrori = z.looseObject({
  idOperazioneANPR: z.string(),
  listaErrori: z.looseObject({
    errore: z.array(
      z.looseObject({
        codiceErroreAnomalia: z.string(),
        testoErroreAnomalia: z.string(),
        tipoErroreAnomalia: z.string(),
      }),
    ),
  }),
})
