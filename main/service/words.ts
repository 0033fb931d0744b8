import type { PrinterConfig } from '../../contract/config.ts'
import type { PrinterStatus } from '../../contract/device.ts'
import type { PadAction } from '../../contract/pad.ts'
import type { TrialOutcome } from '../../contract/readiness.ts'
import type { ReleaseStanding } from '../../contract/release.ts'
import type { CodeRefusal, EntryRefusal } from './entry.ts'

// Everything that a technician reads, on the screen and at the command line. Technicians speak Italian; no citizen sees it.

export const dayAndTime = (at: Date): string =>
  at.toLocaleString('it-IT', { timeZone: 'Europe/Rome', dateStyle: 'short', timeStyle: 'short' })

/** What can be tried, in the order of the menu. */
export const CHECK_NAMES = {
  network: 'Rete',
  clock: 'Orologio',
  reader: 'Lettore di tessere',
  printer: 'Stampante',
  audio: 'Audio',
  disk: 'Disco',
  line: 'Linea con il gateway',
  trust: 'Elenchi e revoche',
  versions: 'Versioni e aggiornamenti',
} as const
export type CheckKey = keyof typeof CHECK_NAMES

export const OUTCOME_SAYS: Record<TrialOutcome, string> = {
  ok: 'va bene',
  attention: 'da guardare',
  failed: 'NON va',
  'not-tried': 'non provato',
}

export const PRINTER_SAYS: Record<PrinterStatus, string> = {
  ready: 'pronta',
  paperLow: 'pronta, carta quasi finita',
  paperOut: 'senza carta',
  coverOpen: 'coperchio aperto',
  jam: 'carta inceppata',
  overheated: 'testina troppo calda: aspettare qualche minuto',
  offline: 'non risponde: controllare cavo e alimentazione',
  absent: 'non collegata',
}

const NEXT: Record<NonNullable<ReleaseStanding['next']>['state'], string> = {
  fetching: 'in arrivo',
  fetched: 'scaricata, si installa appena il totem è libero',
  installed: 'installata, parte di notte se nessuno usa il totem',
  'rolled-back': 'provata e ritirata',
  refused: 'rifiutata',
}

export const CHECK_WORDS = {
  here: 'Ora di questo totem',
  clockOff: 'Differenza con il gateway',
  printer: 'Stato',
  profile: 'Profilo',
  blade: 'Distanza della lama',
  free: 'Spazio libero',
  needed: 'Spazio minimo',
  queueFile: 'Archivio delle richieste',
  logFile: 'Registro',
  waiting: 'Richieste in attesa di invio',
  oldest: (at: string) => `la più vecchia del ${at}`,
  lastSync: 'Ultima voce del registro consegnata',
  unsent: 'Voci del registro da consegnare',
  lastOutage: 'Ultima interruzione',
  never: 'mai',
  noCrl: 'nessuna CRL',
  crlAge: (hours: number) => `CRL di ${hours} ore fa`,
  network: (name: string) => (name === '' ? 'Rete' : `Rete ${name}`),
  noAddress: 'nessun indirizzo: controllare il cavo e il router dell’ufficio',
  card: 'Lettura di una tessera',
  noCard: 'infilare una tessera e ripetere',
  cardRead: (kind: string, apdus: number) => `${kind} letta, ${apdus} comandi`,
  sound: 'Voce',
  noVoice: 'questo totem non ha audio',
  sentence: (level: number) => `Prova dell’audio, volume ${level} di sette.`,
  volume: (level: number) => `Volume ${level} di 7`,
  listen: 'frase pronunciata: si deve sentire bene',
  release: 'Aggiornamenti',
  noRelease: 'questo totem non ne riceve da solo',
  running: (number: number, confirmed: boolean) =>
    `${number === 0 ? 'versione di fabbrica' : `versione ${number}`}${confirmed ? ', confermata' : ', in prova'}`,
  next: (number: number, state: keyof typeof NEXT, reason: string | null) =>
    `versione ${number}: ${NEXT[state]}${reason === null ? '' : ` (${reason})`}`,
} as const

/** Why a technician does not come in, and what to do. `at`: the moment that the reason is about. */
export const ENTRY_SAYS: Record<EntryRefusal | 'card-refused' | CodeRefusal['kind'], (at: string | null) => string> = {
  'grant-revoked': (at) =>
    `L’abilitazione di questa tessera è stata revocata${when(at)}. Nessuno entra con essa, neppure con il codice del giorno. Chiami la centrale.`,
  'grant-ended': (at) =>
    `L’abilitazione di questa tessera è finita${when(at)}. Chieda alla centrale una nuova abilitazione.`,
  'grant-not-begun': (at) => `L’abilitazione di questa tessera comincia${when(at)}.`,
  'clock-wrong': (at) =>
    `L’orologio di questo totem è indietro${at === null ? '' : `: segna ${dayAndTime(new Date(at))}`}. Finché è sbagliato nessuno entra da qui: lo regoli con \`timedatectl set-time\`.`,
  'no-codes': () =>
    'Il totem non sente il gateway da più di un giorno, e non ha codici del giorno. Ripristini la linea, o usi `totem service` da riga di comando.',
  'code-wrong': () => 'Il codice non è quello di oggi per questo totem.',
  'code-blocked': () =>
    'Troppi codici sbagliati: questo totem non ne accetta altri fino a domani. Con la linea basta la tessera abilitata.',
  'card-refused': (at) => `La tessera non è accettata${at === null ? '' : ` (${at})`}.`,
}
const when = (at: string | null) => (at === null ? '' : ` il ${dayAndTime(new Date(at))}`)

export const STICK_SAYS = {
  none: 'Nessuna chiavetta USB: la inserisca, aspetti qualche secondo e riprovi.',
  'read-only': 'La chiavetta è protetta o piena, o il totem non può scriverci.',
} as const

export const PAGE_WORDS = { wait: 'Un momento…' } as const

/** What the menu has beside the checks, which the command line has in commands of its own. */
export const TILES = {
  panel: 'Schermo e tocco',
  keys: 'Tasti',
  paper: 'Cambio carta',
  log: 'Registro',
  restart: 'Riavvio del programma',
} as const
export type TileKey = CheckKey | keyof typeof TILES

export const PAD_SAYS: Record<PadAction, string> = {
  previous: 'Precedente',
  next: 'Successivo',
  back: 'Indietro',
  choose: 'Scelta',
  help: 'Aiuto',
}

const ROLL = [
  'Apra lo sportello della stampante e tolga il rotolo finito.',
  'Metta il rotolo nuovo, con la carta che si svolge come indica il disegno.',
  'Faccia uscire la carta dritta dalla fessura e chiuda lo sportello.',
] as const
export const PAPER_STEPS: Record<PrinterConfig['profile'], readonly string[]> = {
  'a4-kiosk': ROLL,
  'receipt-80': ROLL,
  'receipt-80-tear': ROLL,
  'a4-office': [
    'Apra il cassetto della stampante dell’ufficio.',
    'Metta una risma di carta A4 e chiuda il cassetto.',
    'Aspetti che la stampante sia pronta.',
  ],
}

export const MENU_WORDS = {
  technician: 'Accesso del tecnico',
  asking: 'Si chiede al gateway se questa tessera è abilitata…',
  checking: 'Controllo della tessera e del PIN…',
  pin: 'Questa tessera è di un tecnico. Digiti il PIN.',
  keypad: 'Questa tessera è di un tecnico. Prema Continua, poi digiti il PIN sul tastierino del lettore.',
  go: 'Continua',
  wrongPin: (left: number | null) => `PIN sbagliato.${left === null ? '' : ` Tentativi rimasti: ${left}.`}`,
  lastTry: 'Resta un solo tentativo',
  lastTrySays: 'Se anche questo PIN è sbagliato, la tessera si blocca.',
  lastTryGo: 'Digita il PIN',
  citizen: 'Sono un cittadino',
  citizenTitle: 'Tolga la tessera e la rimetta',
  citizenSays: 'Entro tre minuti questa tessera comincia una visita come quella di chiunque.',
  understood: 'Ho capito',
  notLetIn: 'Accesso non consentito',
  end: 'Fine',
  code: 'Codice del giorno',
  codeSays: (totem: string, day: string) =>
    `Manca la linea. Telefoni alla centrale e dica: totem ${totem}, giorno ${day.split('-').reverse().join('/')}.`,
  mistyped: 'Scritto male: le ultime due lettere non tornano.',
  triesLeft: (left: number) => (left === 1 ? 'Resta un tentativo per oggi.' : `Restano ${left} tentativi per oggi.`),
  confirm: 'Conferma',
  menu: 'Menu del tecnico',
  menuSays: (totem: string, office: string, out: boolean) =>
    `${totem}, ${office}. ${out ? 'Il totem è FUORI SERVIZIO.' : 'Finché è qui, nessuno comincia una visita.'}`,
  leave: 'Esci',
  out: 'Fuori servizio',
  back: 'In servizio',
  handBack: 'Consegna',
  toMenu: 'Menu',
  again: 'Ripeti',
  done: 'Fatto',
  refresh: 'Aggiorna',
  listen: 'Ascolti: la stessa frase a quattro volumi, dal più basso.',
  readerSays: 'Per provare la lettura infili una tessera qualsiasi e prema Ripeti. Non serve il PIN.',
  testPage: 'Pagina di prova',
  printing: 'La stampante lavora…',
  testPageLook:
    'Stampata. Guardi il foglio: la riga in alto intera, i righelli dritti, i grigi distinti, il codice leggibile, il taglio pulito.',
  notPrinted: (why: string) => `Non stampata: ${why}.`,
  touch: 'Tocchi ogni bersaglio al centro, uno dopo l’altro.',
  touchOff: 'Il tocco non cade dove si mira: controlli la calibrazione e la rotazione del pannello.',
  targets: 'Bersagli toccati',
  farthest: 'Errore più grande',
  glass: 'Vetro',
  keys: 'Prema ogni tasto della pulsantiera: quando il totem lo vede, si accende.',
  paperNow: (status: string) => `Adesso la stampante è ${status}.`,
  export: 'Esporta su chiavetta',
  exported: (entries: number, signed: boolean) =>
    `${entries} voci copiate${signed ? ' e firmate da questo totem' : ', non firmate'}. Può togliere la chiavetta.`,
  notExported: (reason: string) => `Copia non riuscita (${reason}): chiavetta piena, tolta o protetta.`,
  restartSays: 'Il programma si chiude e riparte: lo schermo resta vuoto per qualche secondo. Nulla va perso.',
  restart: 'Riavvia',
  examining: 'Si provano tutte le parti e si stampa il rapporto: circa un minuto.',
  verdicts: {
    ready: 'Il totem è pronto',
    attention: 'Il totem è pronto, con avvisi',
    'not-ready': 'Il totem NON è pronto',
  },
  reportPrinted: 'Il rapporto è stampato: lo firmi e lo lasci nell’armadio del totem.',
  reportNotPrinted: 'Il rapporto non è stato stampato: controlli la stampante.',
  stayOut: 'Lascia fuori servizio',
  inService: 'Metti in servizio',
} as const

/** What a bare machine says until it is a totem; the steps and refusals of an enrolment are main/enrolment/words.ts. */
export const BOOT_WORDS = {
  title: 'Messa in servizio',
  says: 'Questa macchina non è ancora un totem. Controlli le prove, poi digiti il codice dell’ordine.',
  looking: 'Si cerca il gateway…',
  gateway: 'Gateway',
  answers: 'risponde',
  silent: 'non risponde: controllare cavo, router e rete dell’ufficio',
  clock: 'Orologio',
  clockOff: (here: string, there: string) =>
    `qui ${here}, per il gateway ${there}: lo regoli con timedatectl set-time, poi Ripeti`,
  reader: 'Lettore di tessere',
  found: 'trovato',
  noReader: 'non trovato: controllare il cavo USB',
  printer: 'Stampante',
  glass: 'Vetro',
  keys: 'Chiavi',
  tpm: 'protette dal TPM di questa macchina',
  software: 'CHIAVE SOFTWARE: nessun TPM le protegge',
  panel: 'Prova dello schermo e del tocco',
  touch: 'Tocchi ogni bersaglio al centro, uno dopo l’altro.',
  touchOff: 'Il tocco non cade dove si mira: controlli la calibrazione e la rotazione del pannello.',
  farthest: 'Errore più grande',
  again: 'Ripeti',
  back: 'Indietro',
  code: 'Codice dell’ordine',
  codeSays: 'Dodici lettere e cifre, in gruppi di quattro, come le ha date la centrale.',
  confirm: 'Conferma',
  enrolling: 'La macchina diventa un totem',
  enrollingSays: 'Se la linea o la corrente mancano, si riprende con lo stesso codice.',
  notYet: 'Non ancora in servizio',
  sameCode: 'Riprova',
  otherCode: 'Altro codice',
  confirmTitle: 'È il totem giusto?',
  confirmSays: 'Confronti con l’ordine e con la targa dell’ufficio.',
  totem: 'Totem',
  office: 'Ufficio',
  until: 'Certificato fino al',
  wrong: 'No, l’ordine è di un altro ufficio',
  right: 'Sì, è giusto',
  wrongTitle: 'Totem annullato',
  wrongSays: (totem: string) =>
    `Questa macchina non è più ${totem}. Chiami la centrale: deve revocarlo e fare un nuovo ordine.`,
  report: 'Rapporto di prontezza',
  examining: 'Si provano tutte le parti e si stampa il rapporto: circa un minuto.',
  verdicts: {
    ready: 'Il totem è pronto',
    attention: 'Il totem è pronto, con avvisi',
    'not-ready': 'Il totem NON è pronto',
  },
  reportPrinted: 'Il rapporto è stampato: lo firmi e lo lasci nell’armadio del totem.',
  reportNotPrinted: 'Il rapporto non è stampato: si può rifare dal menu del tecnico.',
  start: 'Avvia il totem',
} as const
