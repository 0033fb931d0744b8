// More than 400 lines: what several screens say stands in one place, so that each thing has one word.
import type { NoticeSentence } from '../contract/command.ts'
import type { noSilences, RefusalCause, RequestState, RowState, Way } from '../contract/console/bulk.ts'
import type { CommandState, OrderKind, OrderState } from '../contract/console/commands.ts'
import { type ConditionId, conditions } from '../contract/console/conditions.ts'
import type { documentKinds } from '../contract/console/counter.ts'
import type { FleetTotem } from '../contract/console/fleet.ts'
import type { AnomalyKind } from '../contract/console/history.ts'
import type { MaintenanceScope } from '../contract/console/maintenance.ts'
import type { Action, Role, Scope } from '../contract/console/people.ts'
import type { ConsoleProblemKind } from '../contract/console/problem.ts'
import type { Territorio } from '../contract/console/profiles.ts'
import { regions } from '../contract/console/regions.ts'
import type { closureReasons, regimeKinds } from '../contract/console/statistics.ts'
import type { ReadinessSheet, TrialOutcome, Verdict } from '../contract/readiness.ts'

/** What the console says, in Italian. One word for each thing, the same on every screen. */
export const STATES: Record<FleetTotem['state'], string> = {
  'fuori-linea': 'fuori linea',
  ridotto: 'ridotto',
  'in-ritardo': 'registro in ritardo',
  'in-manutenzione': 'in manutenzione',
  ritirato: 'ritirato',
  'mai-visto': 'mai visto',
  chiuso: 'ufficio chiuso',
  'in-servizio': 'in servizio',
}

const PRINTERS: Record<string, string> = {
  ...{ ready: 'pronta', paperLow: 'carta in esaurimento', paperOut: 'carta finita', coverOpen: 'coperchio aperto' },
  ...{ jam: 'carta inceppata', overheated: 'surriscaldata', offline: 'non risponde', absent: 'assente' },
}
export const printerSaid = (status: string | null): string => (status === null ? '–' : (PRINTERS[status] ?? status))
export const PRINTER_STATES = Object.entries(PRINTERS)

const READERS: Record<string, string> = {
  ...{ 'no-reader': 'assente', empty: 'pronto', present: 'carta inserita', mute: 'carta muta', unknown: 'pronto' },
}
export const readerSaid = (state: string | null): string => (state === null ? '–' : (READERS[state] ?? state))

export const PROBLEMS: Record<ConsoleProblemKind | 'no-answer', string> = {
  malformed: 'Qualcosa non è scritto come serve: lo controlli e riprovi.',
  'too-wide': 'La ricerca è troppo ampia: indichi un periodo più breve o un totem.',
  'signed-out': 'La sessione è finita: acceda di nuovo.',
  forbidden: 'I suoi incarichi non lo consentono.',
  'cross-site': 'Richiesta rifiutata: ricarichi la pagina.',
  'log-in-again': 'Per questo serve un accesso degli ultimi cinque minuti.',
  'card-needed': 'Allo sportello si lavora con la carta dell’operatore: acceda con la carta.',
  'card-again': 'La carta è stata controllata più di mezz’ora fa: la rimetta nel lettore e acceda di nuovo.',
  'no-counter': 'Dica prima a quale sportello lavora.',
  'not-found': 'Non c’è, o non è nel suo ambito.',
  conflict: 'Nel frattempo è cambiato: la pagina è stata aggiornata.',
  'same-person': 'Chi propone, chi approva e chi riceve devono essere tre persone diverse.',
  'beyond-own': 'Un incarico dura al massimo un anno, e nessuno dà più di quel che ha.',
  'both-sides': 'Chi decide per un comune non gli chiede dati e non lo controlla: serve un’altra persona.',
  inconsistent: 'Da correggere, perché non va con il resto.',
  'last-one': 'È l’ultima persona che può farlo: prima serve chi le succede.',
  'no-command-key': 'Questo gateway non ha la chiave che firma i comandi.',
  'unknown-there': 'La versione del totem non conosce questo comando, o il totem non si è mai fatto sentire.',
  clone: 'Il totem risulta presente due volte: torna in servizio quando l’allarme è stato chiuso sul posto.',
  'too-often': 'Già fatto tre volte nelle ultime ventiquattro ore.',
  'terms-ended': 'Il profilo o la convenzione non vale più.',
  'estimate-changed': 'La stima è cambiata nel frattempo: la legga di nuovo.',
  'term-over': 'Il termine è finito: la richiesta è già approvata per silenzio-assenso.',
  'over-quota': 'Sono più persone di quante la convenzione consente.',
  'no-rows': 'Nessuna riga del file si può chiedere.',
  'too-large': 'Il file supera 20 MB.',
  'too-many': 'Troppe richieste: attenda un minuto.',
  'not-now': 'Il servizio non può rispondere ora. Riprovi fra un minuto.',
  'no-answer': 'Il servizio non risponde. Controlli la rete e riprovi.',
}

/** Each command, and what it does: read before it is sent. */
export const COMMANDS: Record<OrderKind, { name: string; effect: string }> = {
  withdraw: {
    name: 'Ritira dal servizio',
    effect:
      'La visita in corso finisce; poi il totem dice alle persone di andare allo sportello. Le richieste registrate proseguono.',
  },
  restore: {
    name: 'Rimetti in servizio',
    effect: 'Il totem si prova da sé e torna in servizio se tutto va. Serve una seconda persona.',
  },
  'rotate-keys': {
    name: 'Nuova chiave degli esiti',
    effect: 'Gli esiti di prima restano leggibili con la chiave di prima.',
  },
  'send-log': { name: 'Invia il registro', effect: 'Il totem manda subito le voci che il gateway non ha ancora.' },
  'restart-app': { name: 'Riavvia il programma', effect: 'Quando non c’è nessuno; al massimo tre volte al giorno.' },
  'restart-device': {
    name: 'Riavvia lettore e stampante',
    effect: 'Quando non c’è nessuno; al massimo tre volte al giorno.',
  },
  reboot: { name: 'Riavvia la macchina', effect: 'Di notte, tra le 22 e le 5; al massimo tre volte al giorno.' },
  readiness: {
    name: 'Prova di funzionamento',
    effect: 'Quando non c’è nessuno: prova ogni parte e stampa il rapporto.',
  },
  notice: {
    name: 'Avviso sulla prima schermata',
    effect: 'Una frase fissa, nelle lingue del totem, fino alla fine di quel giorno.',
  },
  'notice-off': { name: 'Togli l’avviso', effect: 'La prima schermata torna come sempre.' },
  revoke: {
    name: 'Revoca il totem',
    effect:
      'Il gateway non lo accetta più, per sempre: per tornare va iscritto di nuovo. Approva chi amministra la piattaforma.',
  },
  'pause-updates': {
    name: 'Sospendi gli aggiornamenti',
    effect: 'Il totem tiene il programma che ha. Serve una seconda persona.',
  },
  'resume-updates': {
    name: 'Riprendi gli aggiornamenti',
    effect: 'Il totem segue di nuovo il suo gruppo. Serve una seconda persona.',
  },
}
/** As the totem says them, in its languages. */
export const NOTICES: Record<NoticeSentence, string> = {
  closed: 'l’ufficio resta chiuso',
  works: 'il totem si ferma per manutenzione',
  registry: 'l’Anagrafe nazionale si ferma per manutenzione',
}
export const ORDER_STATES: Record<OrderState, string> = {
  proposed: '◆ attende la seconda persona',
  lapsed: '○ nessuno ha approvato entro un giorno',
  withdrawn: '⊘ proposta ritirata',
  issued: '● inviato',
  stopped: '⊘ fermato',
}
export const COMMAND_STATES: Record<CommandState, { said: string; many: string; tone: string }> = {
  waiting: { said: '◆ in attesa', many: 'in attesa', tone: 'quiet' },
  issued: { said: '◆ chiesto, il totem non l’ha ancora preso', many: 'non ancora presi', tone: 'plain' },
  fetched: { said: '◆ preso dal totem', many: 'presi dal totem', tone: 'plain' },
  done: { said: '● fatto', many: 'fatti', tone: 'plain' },
  refused: { said: '▲ rifiutato:', many: 'rifiutati', tone: 'warning' },
  expired: { said: '○ scaduto', many: 'scaduti', tone: 'quiet' },
  stopped: { said: '⊘ non inviato', many: 'non inviati', tone: 'quiet' },
}
/** What trials of a totem's parts have found. */
export const TRIAL_OUTCOMES: Record<TrialOutcome, { shape: string; tone: string; said: string }> = {
  ok: { shape: '●', tone: 'plain', said: 'riuscita' },
  attention: { shape: '▲', tone: 'warning', said: 'avviso' },
  failed: { shape: '■', tone: 'danger', said: 'fallita' },
  'not-tried': { shape: '○', tone: 'danger', said: 'non provata' },
}
export const VERDICTS: Record<Verdict, { shape: string; tone: string; said: string }> = {
  ready: { shape: '●', tone: 'plain', said: 'pronto all’uso' },
  attention: { shape: '▲', tone: 'warning', said: 'pronto all’uso, con avvisi' },
  'not-ready': { shape: '■', tone: 'danger', said: 'NON pronto all’uso' },
}
export const TRIED_BY: Record<ReadinessSheet['by'], string> = {
  technician: 'consegna del tecnico',
  command: 'comando dalla console',
  'first-boot': 'iscrizione del totem',
  'command-line': 'riga di comando sul totem',
}
const OUT: Record<string, string> = {
  withdrawn: 'ritirato dalla centrale',
  technician: 'un tecnico è al lavoro',
  'storage-full': 'disco pieno',
  'reader-unavailable': 'lettore assente',
  'device-unavailable': 'lettore e stampante non rispondono',
  'never-online': 'mai collegato',
  'lists-ended': 'elenchi di sicurezza scaduti',
}
export const outSaid = (reason: string): string => OUT[reason] ?? reason

export const ROLES: Record<Role, string> = {
  ...{ OPERATORE: 'Operatore remoto', CAMPO: 'Responsabile di zona', PIATTAFORMA: 'Piattaforma', AUDITOR: 'Auditor' },
  ...{ TOP: 'Comune (TOP)', ADMIN: 'Ufficio (ADMIN)', STANDARD: 'Addetto (STANDARD)', SPORTELLO: 'Sportello' },
}
export const TERRITORIES: Record<Territorio, string> = {
  comune: 'residenti del comune',
  comuni: 'residenti anche di altri comuni, se d’accordo',
  italia: 'tutta Italia',
}

export function scopeSaid(scope: Scope): string {
  if (scope.kind === 'flotta') return 'tutta la flotta'
  if (scope.kind === 'regione') return regions[scope.region]
  if (scope.kind === 'ufficio') return `ufficio ${scope.office}`
  return scope.kind === 'ente' ? `comune ${scope.ente}` : `${scope.ente}, ${scope.ufficio}, comune ${scope.comune}`
}

export const maintenanceSaid = (scope: MaintenanceScope): string =>
  scope.kind === 'totem' ? scope.totem : scopeSaid(scope)

/** Screens, each with the action without which it is not offered, and its letter. Who comes is led to the first that is theirs. */
export const SCREENS = [
  { to: '/flotta', name: 'Flotta', action: 'fleet.see', key: 'f' },
  { to: '/voci', name: 'Voci', action: 'fleet.see', key: 'v' },
  { to: '/allarmi', name: 'Allarmi', action: 'fleet.see', key: 'a' },
  { to: '/comandi', name: 'Comandi', action: 'fleet.see', key: 'c' },
  { to: '/operazioni', name: 'Operazioni', action: 'operations.see', key: 'o' },
  { to: '/obiettivi', name: 'Obiettivi', action: 'operations.see', key: 'b' },
  { to: '/diffusione', name: 'Diffusione', action: 'fleet.see', key: 'd' },
  { to: '/richieste/da-convalidare', name: 'Da convalidare', action: 'bulk.validate', key: 'k' },
  { to: '/richieste/nuova', name: 'Nuova richiesta', action: 'bulk.make', key: 'n' },
  { to: '/richieste/mie', name: 'Le mie richieste', action: 'bulk.make', key: 'l' },
  { to: '/richieste/tutte', name: 'Richieste', action: 'bulk.see', key: 'h' },
  { to: '/profili', name: 'Profili', action: 'profiles.see', key: 'p' },
  { to: '/convenzioni', name: 'Convenzioni', action: 'profiles.see', key: 'z' },
  { to: '/utenti', name: 'Utenti', action: 'enti.see', key: 'u' },
  { to: '/rendiconto', name: 'Rendiconto', action: 'accounts.see', key: 'e' },
  { to: '/anomalie', name: 'Anomalie', action: 'anomalies.see', key: 'm' },
  { to: '/cittadino', name: 'Per cittadino', action: 'history.search', key: 't' },
  { to: '/sportello', name: 'Sportello', action: 'counter.serve', key: 'q' },
  { to: '/statistiche', name: 'Statistiche', action: 'statistics.see', key: 's' },
  { to: '/incarichi', name: 'Incarichi', action: 'grants.see', key: 'i' },
  { to: '/carte', name: 'Carte', action: 'cards.see', key: 'j' },
  { to: '/registro', name: 'Registro', action: 'audit.see', key: 'r' },
] as const satisfies readonly { to: string; name: string; action: Action; key: string }[]

/** A request and its rows, in the words of the officers' files. */
export const REQUEST_STATES: Record<RequestState, string> = {
  bozza: '✎ bozza',
  inviata: '→ inviata',
  in_convalida: '◆ attende la convalida',
  sospesa: '⊘ sospesa',
  convalidata: '✓ convalidata',
  in_lavorazione: '↻ in lavorazione',
  completata: '● completata',
  completata_con_riserve: '◐ completata con riserve',
  fallita: '✕ nessuna risposta',
  respinta: '✕ respinta',
  annullata: '⊘ annullata',
  scaduta: '○ risposte cancellate',
}
export const ROW_STATES: Record<RowState, string> = {
  formale: 'con un errore',
  doppione: 'doppione',
  da_fare: 'da chiedere',
  id_risolto: 'identificata',
  chiesta: 'chiesta',
  trovato: 'trovata',
  non_trovato: 'non trovata',
  ambiguo: 'più persone',
  fuori_territorio: 'fuori territorio',
  errore: 'errore di ANPR',
  non_risposto: 'senza risposta',
}
export const REFUSAL_CAUSES: Record<RefusalCause, string> = {
  'base-giuridica': 'la base giuridica non basta',
  'non-pertinente': 'non serve allo scopo',
  'troppi-dati': 'sono troppi dati',
  'elenco-errato': 'l’elenco è sbagliato',
  altro: 'altro',
}
export const AGAINST_SILENCE: Record<(typeof noSilences)[number], string> = {
  agreement: 'la convenzione non lo ammette',
  rows: 'troppe righe',
  italy: 'riguarda tutta Italia',
  'special-section': 'dice di genitori o di matrimoni',
  'open-alert': 'più del solito per chi chiede, o un’anomalia ancora aperta',
}

/** Why an office is shut beyond its hours, and the rules of an emergency. */
export const CLOSURE_REASONS: Record<(typeof closureReasons)[number], string> = {
  ...{ lavori: 'lavori', emergenza: 'emergenza', personale: 'manca il personale', impianti: 'impianti guasti' },
  altro: 'altro motivo',
}
export const REGIME_KINDS: Record<(typeof regimeKinds)[number], string> = {
  ...{ chiusura: 'restrizioni', riapertura: 'riapertura' },
}

/** By what somebody is recognised at a counter. */
export const DOCUMENTS: Record<(typeof documentKinds)[number], string> = {
  cie: 'Carta d’identità elettronica',
  'paper-card': 'Carta d’identità di carta',
  passport: 'Passaporto',
  'driving-licence': 'Patente di guida',
  'residence-permit': 'Permesso di soggiorno',
}

export const LOG_IN_FAILED: Record<string, string> = {
  locked: 'Sportello bloccato. Rimetta la carta per riprendere.',
  away: 'Il servizio di identità non risponde. Riprovi fra qualche minuto.',
  again: 'L’accesso non è andato a buon fine o è scaduto. Riprovi.',
  'no-cards': 'Questo gateway non ha l’accesso con la carta.',
  'certificate-missing': 'Il browser non ha mostrato nessuna carta: la metta nel lettore, poi riprovi.',
  'certificate-malformed': 'Il certificato della carta non si riesce a leggere.',
  'certificate-untrusted': 'La carta non è di un emittente riconosciuto per gli operatori.',
  'certificate-expired': 'La carta è scaduta: ne serve una nuova.',
  'certificate-not-yet-valid': 'La carta non è ancora valida.',
  'certificate-wrong-policy': 'Quel certificato non serve a farsi riconoscere: scelga quello di autenticazione.',
  'certificate-signature-unsupported': 'La firma del certificato della carta non è accettata.',
  'key-unsupported': 'La chiave della carta non è accettata.',
  'certificate-revoked': 'La carta è stata revocata da chi l’ha emessa.',
  'revocation-unknown': 'Ora non si può controllare se la carta è revocata. Riprovi fra qualche minuto.',
  'codice-fiscale-invalid': 'La carta non dice di chi è: il codice fiscale manca o è sbagliato.',
  'card-unknown':
    'Questa carta non è registrata: entri con l’account aziendale, poi acceda con la carta per presentarla.',
  'card-presented': 'Carta presentata. Conta quando un’altra persona, che amministra la piattaforma, la approva.',
  'card-not-approved': 'La carta è presentata e attende ancora l’approvazione di un’altra persona.',
  'card-of-another': 'La carta è di un’altra persona.',
  unnamed: 'Il servizio di identità non dà il codice fiscale: lo dica a chi lo amministra.',
}

/** What of a question is wrong, where the gateway names it. */
const FIELDS: Record<string, string> = {
  ...{ servizi: 'i servizi', sezioni: 'i dati', chiavi: 'le chiavi', profilo: 'il profilo', comuni: 'i comuni' },
  ...{ servizio: 'il servizio', motivo: 'il motivo', agreement: 'la convenzione', territorio: 'su quali persone' },
  ...{ righeMax: 'le righe in una richiesta', righeGiorno: 'le righe al giorno', after: 'la versione' },
  ...{ silenzio: 'il silenzio-assenso', 'silenzio.righeMax': 'le righe del silenzio-assenso' },
  ...{ 'silenzio.giorni': 'i giorni del silenzio-assenso', patron: 'il giorno del patrono' },
  ...{ personaGiorno: 'le persone al giorno di chi chiede', ufficioGiorno: 'le persone al giorno dell’ufficio' },
  ...{ mese: 'le persone al mese', 'quote.personaGiorno': 'le persone al giorno di chi chiede' },
  ...{ 'quote.ufficioGiorno': 'le persone al giorno dell’ufficio' },
  ...{ al: 'l’ultimo giorno', until: 'l’ultimo giorno', from: 'il primo giorno', month: 'il mese' },
  ...{ of: 'la data dei dati', office: 'l’ufficio', ufficio: 'l’ufficio', comune: 'il comune', fruitore: 'l’ente' },
  ...{ holder: 'la persona', scope: 'l’ambito', id: 'il codice' },
  ...{ codiceFiscale: 'il codice fiscale', 'document.number': 'il numero del documento' },
}
/** Null: it has no name here, and its key would say nothing to who reads it. */
export const fieldSaid = (field: string): string | null =>
  FIELDS[field] ?? (field.startsWith('perche.') ? `il perché di ${field.slice(7)}` : null)

const DEEDS: Record<string, string> = {
  'session.begun': 'ha effettuato l’accesso',
  'session.ended': 'ha chiuso una sessione',
  'session.refused': 'accesso rifiutato',
  'bulk.make': 'ha preparato una richiesta massiva',
  'bulk.file': 'ha caricato il file di una richiesta',
  'bulk.send': 'ha inviato una richiesta massiva',
  'bulk.validate': 'ha convalidato una richiesta',
  'bulk.refuse': 'ha respinto una richiesta',
  'bulk.clarify': 'ha chiesto chiarimenti su una richiesta',
  'bulk.answer': 'ha risposto ai chiarimenti',
  'bulk.cancel': 'ha annullato una richiesta',
  'bulk.begun': 'richiesta in lavorazione',
  'bulk.asked': 'righe chieste ad ANPR, con la radice dei loro accessi',
  'bulk.list-ended': 'un elenco è finito senza risposta di ANPR',
  'bulk.ended': 'richiesta finita',
  'bulk.suspended': 'richiesta sospesa',
  'bulk.silence': 'richiesta approvata per silenzio-assenso',
  'bulk.silence-stopped': 'silenzio-assenso fermato: un’anomalia è aperta',
  'bulk.term-moved': 'termine spostato: la console non rispondeva',
  'bulk.erased': 'risposte di una richiesta cancellate',
  'grants.first': 'primo incarico, dall’installazione',
  'enti.first': 'enti e convenzioni, dall’installazione',
  'enti.register': 'ha registrato un ente o un ufficio',
  'profiles.propose': 'ha proposto un profilo',
  'profiles.approve': 'ha approvato un profilo',
  'profiles.end': 'ha ritirato un profilo',
  'agreements.propose': 'ha proposto una convenzione',
  'agreements.approve': 'ha approvato una convenzione',
  'agreements.end': 'ha chiuso una convenzione',
  'grants.propose': 'ha proposto un incarico',
  'grants.approve': 'ha approvato un incarico',
  'grants.confirm': 'ha confermato un incarico',
  'grants.revoke': 'ha revocato un incarico',
  'fleet.note': 'ha scritto una nota',
  'payments.refunded': 'ha segnato un rimborso',
  'commands.order': 'ha ordinato un comando',
  'commands.approve': 'ha approvato un comando',
  'commands.stop': 'ha fermato un comando',
  'cards.present': 'ha presentato la propria carta',
  'cards.approve': 'ha approvato una carta',
  'cards.revoke': 'ha revocato una carta',
  'counter.open': 'ha aperto uno sportello',
  'counter.identify': 'ha riconosciuto una persona allo sportello',
  'counter.issue': 'ha emesso un certificato allo sportello',
  'counter.collect': 'ha consegnato una richiesta di un totem',
  'counter.reprint': 'ha ristampato una richiesta di un totem',
  'counter.accesses': 'ha detto a una persona chi ha visto i suoi dati',
  'counter.printed': 'ha detto che un foglio è uscito bene',
  'counter.again': 'ha ristampato un foglio',
  'counter.void': 'ha annullato un foglio',
  'audit.export': 'ha esportato il registro',
  'operations.redrive': 'ha fatto riprovare le operazioni abbandonate',
  'alarms.take': 'ha preso in carico un allarme',
  'alarms.assign': 'ha assegnato un allarme',
  'alarms.note': 'ha annotato un allarme',
  'alarms.close': 'ha chiuso un allarme',
  'maintenance.plan': 'ha aperto una finestra di manutenzione',
  'maintenance.approve': 'ha approvato una finestra di manutenzione',
  'maintenance.end': 'ha chiuso una finestra di manutenzione',
  'bulk.download-begun': 'ha cominciato a scaricare le risposte di una richiesta',
  'bulk.downloaded': 'ha scaricato le risposte di una richiesta',
  'history.search': 'ha cercato chi ha visto una persona',
  'anomalies.close': 'ha chiuso un’anomalia',
  'seen.accounts-file': 'ha scaricato un rendiconto',
  'statistics.close': 'ha segnato un ufficio chiuso',
  'statistics.reopen': 'ha segnato la riapertura di un ufficio',
  'statistics.regime': 'ha dichiarato un regime di emergenza',
  'statistics.regime-end': 'ha dato un termine a un regime di emergenza',
  'statistics.bring': 'ha portato i conteggi del comune',
  'seen.products-file': 'ha scaricato la statistica dei prodotti',
  'seen.products-cross-file': 'ha scaricato i prodotti per canale',
  'seen.cie-file': 'ha scaricato le CIE per giorno',
  'seen.consultations-file': 'ha scaricato la statistica delle consultazioni',
  'seen.offices-file': 'ha scaricato lo stato degli uffici',
  'seen.totem': 'ha aperto il totem',
  'seen.audit': 'ha letto il registro',
  'seen.log': 'ha cercato nelle voci dei totem',
  'seen.log-file': 'ha scaricato voci dei totem',
  'seen.verify-log': 'ha verificato le voci di un totem',
  'seen.log-proof': 'ha esportato con la prova le voci di un totem',
  'seen.bulk-rows': 'ha guardato le righe di una richiesta',
  'seen.verify-audit': 'ha verificato il registro',
}
export const deedSaid = (deed: string): string =>
  DEEDS[deed] ??
  (deed.startsWith('refused.')
    ? 'ha chiesto quel che non può'
    : deed.startsWith('missed.')
      ? 'ha cercato invano'
      : deed)

const TOLD: Record<string, Record<string, string>> = {
  way: { singole: 'una alla volta', massivo: 'servizio massivo' } satisfies Record<Way, string>,
  state: Object.fromEntries(Object.entries(REQUEST_STATES).map(([state, said]) => [state, said.slice(2)])),
  cause: REFUSAL_CAUSES,
  role: ROLES,
  document: DOCUMENTS,
  became: { identified: 'riconosciuta' },
  kind: {
    ...Object.fromEntries(Object.entries(COMMANDS).map(([kind, { name }]) => [kind, name])),
    ...{ totem: 'un totem', ufficio: 'un ufficio', regione: 'una regione', flotta: 'tutta la flotta' },
    ...REGIME_KINDS,
    ...({
      ...{
        volume: 'molte righe',
        'not-found': 'molte persone non in ANPR',
        'same-person': 'più volte le stesse persone',
      },
      ...{ colleague: 'una persona della console', self: 'su di sé', hours: 'di notte o in un giorno festivo' },
    } satisfies Record<AnomalyKind, string>),
  },
  was: { given: 'in vigore', unused: 'sospeso, non usato', unconfirmed: 'sospeso, non confermato' },
  reason: CLOSURE_REASONS,
  region: regions,
  regione: regions,
  covers: regions,
  why: {
    ...LOG_IN_FAILED,
    ...{ 'profile-ended': 'il profilo è finito', 'agreement-ended': 'la convenzione è finita' },
    ...{ stuck: 'ANPR non l’ha finito', ended: 'ANPR l’ha chiuso', 'not-taken': 'ANPR non l’ha preso' },
  },
}
const DETAILS: Record<string, string> = {
  ...{ rows: 'righe', way: 'modo', silence: 'silenzio-assenso', until: 'fino al', from: 'dal', of: 'dati al' },
  ...{ fruitore: 'ente', versione: 'versione', document: 'documento', became: 'esito', state: 'stato', cause: 'causa' },
  ...{ why: 'perché', role: 'ruolo', sha256: 'impronta del file', bytes: 'byte', months: 'mesi', source: 'fonte' },
  ...{ office: 'ufficio', month: 'mese', number: 'operatore n.', redriven: 'rimesse in lavorazione', q: 'cercato' },
  ...{ event: 'evento', severity: 'gravità', region: 'regione', operation: 'operazione', name: 'nome' },
  ...{ comune: 'comune', ufficio: 'ufficio', regione: 'regione', nome: 'nome', servizio: 'servizio', kind: 'genere' },
  ...{ reason: 'motivo', was: 'era', to: 'al', totem: 'totem', totems: 'totem', first: 'il primo', covers: 'dove' },
  ...{ condition: 'allarme', subject: 'di che cosa', card: 'carta', file: 'file', enti: 'enti', profili: 'profili' },
  ...{ lines: 'accessi', after: 'dopo l’accesso n.', last: 'fino all’accesso n.', root: 'radice' },
}
/** Those after which their value follows as in a sentence. */
const PLAIN = ['until', 'from', 'to', 'after', 'last', 'number']
/** The other one of a deed by their keyed hash: it names nobody to who reads it. */
const UNNAMED = ['holder', 'also', 'person']
const DAY = /^\d{4}-\d\d-\d\d(T.*Z)?$/
/** What else an entry of the audit tells. Null: nothing that somebody could read. */
export function detailSaid(key: string, value: string | number | boolean | null): string | null {
  if (UNNAMED.includes(key) || value === null || value === '') return null
  // An alarm goes to a person, a term to a day.
  if (key === 'to' && !DAY.test(String(value))) return null
  const text =
    typeof value === 'boolean'
      ? value
        ? 'sì'
        : 'no'
      : typeof value === 'number'
        ? counted(value)
        : key === 'condition' && value in conditions
          ? conditions[value as ConditionId].name
          : (TOLD[key]?.[value] ??
            (DAY.test(value) ? onDay(value) : value.slice(0, ['sha256', 'root'].includes(key) ? 12 : 60)))
  return `${DETAILS[key] ?? key}${PLAIN.includes(key) ? '' : ':'} ${text}`
}

/** Who has decided it; what was there before the first person was the installation's (gateway/console.ts). */
export const actorSaid = (name: string): string => (name === 'installation' ? 'installazione' : name)

const MINUTE = 60_000
const relative = new Intl.RelativeTimeFormat('it', { numeric: 'auto', style: 'short' })
const exact = new Intl.DateTimeFormat('it-IT', { timeZone: 'Europe/Rome', dateStyle: 'short', timeStyle: 'medium' })
const short = new Intl.DateTimeFormat('it-IT', { timeZone: 'Europe/Rome', dateStyle: 'short', timeStyle: 'short' })
const day = new Intl.DateTimeFormat('it-IT', { timeZone: 'Europe/Rome', dateStyle: 'medium' })

export const exactly = (at: string): string =>
  `${exact.format(new Date(at))} (${at.replace('T', ' ').replace(/\.\d+Z$/, ' UTC')})`
const time = new Intl.DateTimeFormat('it-IT', { timeZone: 'Europe/Rome', timeStyle: 'short' })
const dayAndTime = new Intl.DateTimeFormat('it-IT', {
  ...{ timeZone: 'Europe/Rome', day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' },
} as const)
export const atTime = (at: string): string => time.format(new Date(at))
export const atDayAndTime = (at: string): string => dayAndTime.format(new Date(at))
export const shortly = (at: string): string => short.format(new Date(at))
export const onDay = (at: string): string => day.format(new Date(at))

/** As people read it: `4 min fa`. */
export function ago(at: string, now: number): string {
  const past = now - Date.parse(at)
  if (past < MINUTE) return 'ora'
  if (past < 60 * MINUTE) return relative.format(-Math.floor(past / MINUTE), 'minute')
  if (past < 48 * 60 * MINUTE) return relative.format(-Math.floor(past / (60 * MINUTE)), 'hour')
  return relative.format(-Math.floor(past / (24 * 60 * MINUTE)), 'day')
}

const number = new Intl.NumberFormat('it-IT')
export const counted = (n: number): string => number.format(n)
/** `1 riga`, `2 righe`. */
export const many = (n: number, one: string, more: string): string => `${counted(n)} ${n === 1 ? one : more}`
const euro = new Intl.NumberFormat('it-IT', { style: 'currency', currency: 'EUR' })
export const euros = (cents: number): string => euro.format(cents / 100)

const roman = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/Rome', dateStyle: 'short', timeStyle: 'short' })
/** The Italian day of now. */
export const italianToday = (): string => roman.format(new Date()).slice(0, 10)
const fullDay = new Intl.DateTimeFormat('it-IT', { weekday: 'long', day: 'numeric', month: 'long', timeZone: 'UTC' })
/** A day as it is said: lunedì 30 novembre. */
export const dayInFull = (day: string): string => fullDay.format(new Date(`${day}T12:00:00Z`))

const months = new Intl.DateTimeFormat('it-IT', { month: 'long', year: 'numeric', timeZone: 'UTC' })
/** A month as it is said: novembre 2026. */
export const monthSaid = (month: string): string => months.format(new Date(`${month}-01T00:00:00Z`))

/** An instant as an Italian clock shows it, for a field of date and time. */
export const inRome = (at: string): string => roman.format(new Date(at)).replace(' ', 'T')

/** The instant at which an Italian clock shows this; where it shows it twice, the first. */
export function fromRome(wall: string): string | undefined {
  const asked = Date.parse(`${wall}Z`)
  if (Number.isNaN(asked)) return undefined
  const hit = [2, 1].map((hours) => new Date(asked - hours * 60 * MINUTE).toISOString())
  return hit.find((at) => inRome(at) === wall.slice(0, 16)) ?? hit[1]
}

const SPANS = [
  [365 * 24 * 60, 'year'],
  [24 * 60, 'day'],
  [60, 'hour'],
  [1, 'minute'],
] as const
/** How far two instants are apart, in the largest unit that fits: `10 anni`. */
export function apart(one: string, other: string): string {
  const minutes = Math.abs(Date.parse(one) - Date.parse(other)) / MINUTE
  const [size, unit] = SPANS.find(([each]) => minutes >= each) ?? ([1, 'minute'] as const)
  return new Intl.NumberFormat('it', { style: 'unit', unit, unitDisplay: 'long' }).format(Math.round(minutes / size))
}
