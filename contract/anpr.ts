import { z } from 'zod'

/**
 * Gateway ↔ ANPR, as far as this product uses it (anpr.md §3.3, §3.4); all values are strings, as on the real wire.
 *   POST /C030-servizioAccertamentoIdUnicoNazionale/v1/anpr-service-e002   codice fiscale → idANPR
 *   POST /C021-servizioAccertamentoStatoFamiglia/v1/anpr-service-e002      idANPR → family sheet
 *   POST /ANPR-Certificazione/v2/certificati                               preview (emissione 3) or issue (2)
 * Issue is idempotent by `idOperazioneClient`: the same id returns the certificate already issued, PDF included.
 */
export const richiestaE002 = z.looseObject({
  idOperazioneClient: z.string().min(1).max(30),
  criteriRicerca: z.strictObject({ idANPR: z.string().optional(), codiceFiscale: z.string().optional() }),
  datiRichiesta: z.strictObject({
    dataRiferimentoRichiesta: z.string(),
    motivoRichiesta: z.string(),
    casoUso: z.enum(['C030', 'C021']),
  }),
})

export const datiSoggetto = z.looseObject({
  generalita: z.looseObject({
    codiceFiscale: z.looseObject({ codFiscale: z.string() }),
    cognome: z.string(),
    nome: z.string(),
    sesso: z.string(),
    dataNascita: z.string(),
  }),
  identificativi: z.looseObject({ idANPR: z.string() }),
  legameSoggetto: z.looseObject({ codiceLegame: z.string(), progressivoComponente: z.string() }).optional(),
})

export const rispostaE002OK = z.looseObject({
  idOperazioneANPR: z.string(),
  listaSoggetti: z.looseObject({ datiSoggetto: z.array(datiSoggetto) }),
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
