import { err, type Result } from '../../contract/result.ts'

/** ANPR's own error: a code of its list, and its text, which is written for officials. */
export interface AnprError {
  kind: 'anpr-error'
  code: string
  text: string
}

/** ANPR's list of errors, as far as the simulator gives them. */
const TEXTS = {
  '999': 'Operazione non effettuabile',
  EN044: "Il certificato non puo' essere emesso in quanto il soggetto e' iscritto all'AIRE",
  EN046: "Per il soggetto, puo' essere prodotto esclusivamente un certificato di residenza o di stato di famiglia",
  EN054: "Impossibile emettere il certificato di esistenza in vita in quanto il soggetto e' deceduto",
  EN055:
    'Impossibile emettere il Certificato di stato di Famiglia in quanto il soggetto appartiene ad una convivenza e non ad una famiglia anagrafica',
  EN056:
    'Impossibile emettere il Certificato di stato di Famiglia per convivenza in quanto il soggetto non appartiene ad una convivenza',
  EN057:
    'Impossibile emettere il Certificato di stato di Famiglia AIRE in quanto il soggetto non appartiene ad una famiglia AIRE',
  EN058:
    'Impossibile emettere il Certificato di stato di famiglia con rapporti di parentela in quanto il soggetto non appartiene ad una famiglia anagrafica',
  EN059:
    "Impossibile emettere il Certificato di stato di famiglia con rapporti di parentela in quanto la famiglia e' costituita dal solo intestatario",
  EN060: 'Impossibile emettere il Certificato di stato libero del soggetto',
  EN062:
    "Il Certificato di stato di famiglia non puo' essere emesso perche' non risulta presente un intestatario della famiglia anagrafica",
  EN079: "id operazione comune gia' presente per un servizio diverso",
  EN110: "Impossibile emettere il certificato perche' il soggetto non ha cittadinanza italiana",
  EN116: "Estremi dell'autorizzazione al pagamento del bollo in modo virtuale assenti",
  EN122: 'Soggetto non registrato in ANPR',
  EN123: 'Motivo esenzione bollo e motivo esenzione diritti di segreteria incongruenti',
  EN138: "Impossibile emettere il Certificato perche' non risulta lo stato civile per questo soggetto",
  EN152:
    "Il certificato di anagrafica matrimonio non puo' essere richiesto con quello di stato libero o di unione civile",
  EN153:
    "I certificati di anagrafica morte, cancellazione anagrafica, storico di cittadinanza, storico di residenza, storico di residenza alla data possono essere richiesti solo in modalita' certificato singolo",
  EN154:
    'I certificati di stato di famiglia e stato civile, stato di famiglia per convivenza e stato di famiglia con rapporti di parentela non possono essere richiesti con il certificato di stato di famiglia',
  EN155:
    'I certificati di stato di famiglia, stato di famiglia per convivenza e stato di famiglia con rapporti di parentela non possono essere richiesti con il certificato di stato di famiglia e stato civile',
  EN156:
    'I certificati di stato di famiglia, stato di famiglia e stato civile e stato di famiglia con rapporti di parentela non possono essere richiesti con il certificato di stato di famiglia per convivenza',
  EN158:
    'I certificati di anagrafica matrimonio o stato civile non possono essere richiesti con il certificato di stato libero',
  EN159:
    "Il certificato di stato civile non puo' essere richiesto con quello di stato libero o con quello di stato di famiglia e stato civile",
  EN160: "Il certificato non puo' essere emesso perche' il soggetto risulta @",
  EN161: "Il certificato non puo' essere emesso perche' i dati del coniuge sono assenti",
  EN162: "Il certificato non puo' essere emesso perche' i dati del matrimonio risultano mancanti o incompleti",
  EN164: "Il certificato non puo' essere emesso in quanto il soggetto non e' iscritto all'AIRE",
  EN169:
    "Il certificato non puo' essere emesso perche' il richiedente deve essere maggiorenne ed appartenente alla stessa famiglia anagrafica dell'intestatario.",
  EN170: "Il certificato richiesto non puo' essere emesso in quanto il soggetto richiedente risulta deceduto",
  EN181:
    "Il certificato non puo' essere emesso perche' risulta un procedimento aperto per il soggetto intestatario del certificato",
  EN208: 'Importo bollo deve essere maggiore di 0,00 euro',
  EN209: 'Importo diritti segreteria deve essere maggiore di 0,00 euro',
  EN212: "Non puo' essere emesso il certificato richiesto perche' la famiglia e' ancora in fase di registrazione",
  EN217: 'Importo diritti segreteria deve essere uguale a 0,00 euro',
  EN221:
    "Il certificati di stato di famiglia, stato di famiglia per convivenza e stato di famiglia con rapporti di parentela non possono essere emessi perche' la famiglia risulta non ancora iscritta completamente",
  EN228: "Il certificato non puo' essere emesso in quanto il soggetto e' deceduto",
  EN229: "Il certificato non puo' essere emesso in quanto il soggetto e' stato cancellato da ANPR",
  EN281:
    'Se Motivo esenzione bollo = 99 - Altro motivo esenzione, il campo Descrizione esenzione bollo deve essere impostato obbligatoriamente',
  EN282: "Il campo Descrizione esenzione bollo puo' contenere al massimo 256 caratteri",
  EN284:
    "Se motivo esenzione bollo = 99 - Altro motivo esenzione bollo e esenzione diritti = 1 (esente), il campo importo dei diritti di segreteria non puo' essere maggiore di 0,00 euro",
  EN286: 'Il soggetto che richiede il certificato non possiede un documento valido',
  EN287: "Non e' possibile richiedere contestualmente certificati APR e AIRE",
  EN345: 'La PA estera indicata non prevede esenzione da bollo',
  EN353: "Il certificato non puo' essere emesso perche' i dati dell'unione civile risultano assenti o incompleti",
  EN354:
    "Il certificato non puo' essere emesso perche' i dati del contratto di convivenza risultano assenti o incompleti",
  EN355:
    "Il certificato non puo' essere emesso perche', per il certificato di Contratto di Convivenza, e' necessario inserire il codice fiscale del richiedente se diverso da intestatario",
  EN356:
    "Il certificato non puo' essere emesso perche' il codice fiscale del richiedente non coincide con nessuno dei deu soggetti del contratto di convivenza",
  EN404: "Non e' possibile emettere il certificato @ perche' i dati non sono sufficienti",
  EN407: 'Non risultano cittadinanze per il soggetto intestatario del certificato',
  EN410: 'Il certificato di nascita non può essere emesso in quanto il soggetto non risulta nato in Italia',
  EN470: "Il soggetto risulta iscritto sia in Italia che all'estero (AIRE)",
} as const
export type Code = keyof typeof TEXTS
export const CODES = Object.keys(TEXTS) as Code[]

/** ANPR's error of that code; `what` takes the place of its `@`. */
export const errorOf = (code: Code, what = ''): AnprError => ({
  kind: 'anpr-error',
  code,
  text: TEXTS[code].replace('@', what),
})
export const refusal = (code: Code, what?: string): Result<never, AnprError> => err(errorOf(code, what))

const entryOf = ({ code, text }: AnprError) => ({
  codiceErroreAnomalia: code,
  testoErroreAnomalia: text,
  tipoErroreAnomalia: 'E',
})
/** How the consultations (C0nn) refuse: `RispostaKO`, whose list holds the errors themselves. */
export const rispostaKO = (error: AnprError, ...warnings: object[]) => ({
  idOperazioneANPR: '0',
  listaErrori: [entryOf(error), ...warnings],
})
/** How the certification service refuses, with a level more (italia/anpr issue 4664). */
export const errore6001 = (error: AnprError) => ({ idOperazioneANPR: '0', listaErrori: { errore: [entryOf(error)] } })
/** Goes with each answer to a search by codice fiscale since 18 April 2024 (italia/anpr issues 4501, 4590). */
export const BY_CODICE_FISCALE = {
  codiceErroreAnomalia: 'EN148',
  testoErroreAnomalia: 'Ricerca effettuata per codice fiscale: utilizzare idANPR',
  tipoErroreAnomalia: 'W',
}
