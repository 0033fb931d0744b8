import type { FleetTotem } from '../contract/console/fleet.ts'
import type { Action, Role, Scope } from '../contract/console/people.ts'
import type { ConsoleProblemKind } from '../contract/console/problem.ts'
import { regions } from '../contract/console/regions.ts'

/** What the console says, in Italian. One word for each thing, the same on every screen. */
export const STATES: Record<FleetTotem['state'], string> = {
  'fuori-linea': 'fuori linea',
  ridotto: 'ridotto',
  'in-ritardo': 'registro in ritardo',
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
  malformed: 'Il gateway non capisce la richiesta.',
  'too-wide': 'Il filtro trova troppo poco in troppe voci: indichi un periodo più breve o un totem.',
  'signed-out': 'La sessione è finita: acceda di nuovo.',
  forbidden: 'I suoi incarichi non lo consentono.',
  'cross-site': 'Richiesta rifiutata: ricarichi la pagina.',
  'log-in-again': 'Per questo serve un accesso degli ultimi cinque minuti.',
  'not-found': 'Non c’è, o non è nel suo ambito.',
  conflict: 'Nel frattempo è cambiato: la pagina è stata aggiornata.',
  'same-person': 'Chi propone, chi approva e chi riceve devono essere tre persone diverse.',
  'beyond-own': 'Un incarico dura al massimo un anno, e solo per i ruoli già attivi.',
  'last-one': 'Restano sempre due persone che amministrano la piattaforma.',
  'no-command-key': 'Questo gateway non ha la chiave che firma i comandi.',
  'unknown-there': 'La versione del totem non conosce questo comando, o il totem non si è mai fatto sentire.',
  clone: 'Il totem risulta presente due volte: torna in servizio quando l’allarme è stato chiuso sul posto.',
  'too-often': 'Già fatto tre volte nelle ultime ventiquattro ore.',
  'too-many': 'Troppe richieste: attenda un minuto.',
  'not-now': 'Il gateway non può rispondere ora: riproviamo.',
  'no-answer': 'Il gateway non risponde: riproviamo.',
}

export const ROLES: Record<Role, string> = {
  ...{ OPERATORE: 'Operatore remoto', CAMPO: 'Responsabile di zona', PIATTAFORMA: 'Piattaforma', AUDITOR: 'Auditor' },
  ...{ TOP: 'Comune (TOP)', ADMIN: 'Ufficio (ADMIN)', STANDARD: 'Addetto (STANDARD)', SPORTELLO: 'Sportello' },
}
export const scopeSaid = (scope: Scope): string =>
  scope.kind === 'flotta'
    ? 'tutta la flotta'
    : scope.kind === 'regione'
      ? regions[scope.region]
      : `ufficio ${scope.office}`

/** Screens, each with the action without which it is not offered. */
export const SCREENS = [
  { to: '/flotta', name: 'Flotta', action: 'fleet.see', key: 'f' },
  { to: '/voci', name: 'Voci', action: 'fleet.see', key: 'v' },
  { to: '/allarmi', name: 'Allarmi', action: 'fleet.see', key: 'a' },
  { to: '/operazioni', name: 'Operazioni', action: 'operations.see', key: 'o' },
  { to: '/incarichi', name: 'Incarichi', action: 'grants.see', key: 'i' },
  { to: '/registro', name: 'Registro', action: 'audit.see', key: 'r' },
] as const satisfies readonly { to: string; name: string; action: Action; key: string }[]

export const LOG_IN_FAILED: Record<string, string> = {
  away: 'Il servizio di identità non risponde. Riprovi fra qualche minuto.',
  again: 'L’accesso non è andato a buon fine o è scaduto. Riprovi.',
  unnamed: 'Il servizio di identità non dà il codice fiscale: lo dica a chi lo amministra.',
}

const DEEDS: Record<string, string> = {
  'session.begun': 'ha effettuato l’accesso',
  'session.ended': 'ha chiuso una sessione',
  'session.refused': 'accesso rifiutato',
  'grants.first': 'primo incarico, dall’installazione',
  'grants.propose': 'ha proposto un incarico',
  'grants.approve': 'ha approvato un incarico',
  'grants.revoke': 'ha revocato un incarico',
  'fleet.note': 'ha scritto una nota',
  'commands.order': 'ha ordinato un comando',
  'commands.approve': 'ha approvato un comando',
  'commands.stop': 'ha fermato un comando',
  'audit.export': 'ha esportato il registro',
  'operations.redrive': 'ha fatto riprovare le operazioni abbandonate',
  'alarms.take': 'ha preso in carico un allarme',
  'alarms.assign': 'ha assegnato un allarme',
  'alarms.note': 'ha annotato un allarme',
  'seen.totem': 'ha aperto il totem',
  'seen.audit': 'ha letto il registro',
  'seen.log': 'ha cercato nelle voci dei totem',
  'seen.log-file': 'ha scaricato voci dei totem',
  'seen.verify-log': 'ha verificato le voci di un totem',
  'seen.log-proof': 'ha esportato con la prova le voci di un totem',
  'seen.verify-audit': 'ha verificato il registro',
}
export const deedSaid = (deed: string): string =>
  DEEDS[deed] ??
  (deed.startsWith('refused.')
    ? 'ha chiesto quel che non può'
    : deed.startsWith('missed.')
      ? 'ha cercato invano'
      : deed)

const MINUTE = 60_000
const relative = new Intl.RelativeTimeFormat('it', { numeric: 'auto', style: 'short' })
const exact = new Intl.DateTimeFormat('it-IT', { timeZone: 'Europe/Rome', dateStyle: 'short', timeStyle: 'medium' })
const day = new Intl.DateTimeFormat('it-IT', { timeZone: 'Europe/Rome', dateStyle: 'medium' })

export const exactly = (at: string): string =>
  `${exact.format(new Date(at))} (${at.replace('T', ' ').replace(/\.\d+Z$/, ' UTC')})`
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

const roman = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/Rome', dateStyle: 'short', timeStyle: 'short' })
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
