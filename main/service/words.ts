import type { PrinterStatus } from '../../contract/device.ts'
import type { ReleaseStanding } from '../../contract/release.ts'
import type { Outcome } from '../readiness/rows.ts'
import type { CodeRefusal, EntryRefusal } from './entry.ts'

// Everything that a technician reads, on the screen and at the command line. Technicians speak Italian; no citizen sees it.

const WHEN = new Intl.DateTimeFormat('it-IT', { timeZone: 'Europe/Rome', dateStyle: 'short', timeStyle: 'short' })
export const dayAndTime = (at: Date): string => WHEN.format(at)

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

export const OUTCOME_SAYS: Record<Outcome, string> = {
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
