import type { StaffLanguage } from './language.ts'

/** What each command is called, for operators and technicians. */
export const COMMAND_NAMES = {
  withdraw: { it: 'ritiro dal servizio', en: 'withdrawal from service' },
  restore: { it: 'rimessa in servizio', en: 'return to service' },
  'rotate-keys': { it: 'nuova chiave degli esiti', en: 'new key for outcomes' },
  'send-log': { it: 'invio del registro', en: 'sending of the sync log' },
  'restart-app': { it: 'riavvio del programma', en: 'restart of the program' },
  'restart-device': { it: 'riavvio di lettore e stampante', en: 'restart of reader and printer' },
  reboot: { it: 'riavvio della macchina', en: 'reboot of the machine' },
  readiness: { it: 'prova di funzionamento', en: 'trial of readiness' },
  notice: { it: 'avviso sulla prima schermata', en: 'notice on the first screen' },
  'notice-off': { it: 'fine dell’avviso', en: 'end of the notice' },
  unknown: { it: 'sconosciuto', en: 'unknown' },
} as const satisfies Record<string, Record<StaffLanguage, string>>

/** Why a totem did not do it, for operators. */
export const COMMAND_REFUSALS = {
  unsigned: {
    it: 'nessuna chiave del gateway per i comandi lo ha firmato',
    en: 'no key of the gateway for commands signed it',
  },
  malformed: { it: 'firmato, ma non è un comando', en: 'signed, and no command' },
  'other-totem': { it: 'è per un altro totem', en: 'it is for another totem' },
  replayed: { it: 'è già arrivato', en: 'it has come before' },
  'out-of-order': { it: 'ne è già arrivato uno successivo', en: 'a later one came before it' },
  expired: { it: 'è scaduto', en: 'it has expired' },
  'not-yet': {
    it: 'vale da più tardi, o l’orologio del totem è indietro',
    en: 'it counts from later on, or the totem’s clock is behind',
  },
  'unknown-kind': { it: 'questa versione del totem non lo conosce', en: 'this version of the totem does not know it' },
  'too-often': { it: 'già tre volte nelle ultime ventiquattro ore', en: 'three times in the last day already' },
  interrupted: { it: 'il totem si è fermato a metà', en: 'the totem stopped in the middle of it' },
  'not-withdrawn': { it: 'il totem non è ritirato', en: 'the totem is not withdrawn' },
  'not-ready': { it: 'la prova di funzionamento non è riuscita', en: 'the trial of readiness failed' },
  'not-printed': { it: 'la pagina di prova non è uscita', en: 'the test page did not come out' },
  'not-sent': { it: 'la linea non lo ha permesso', en: 'the line did not let it' },
  'no-mechanism': { it: 'questa macchina non ha come farlo', en: 'this machine has no way to do it' },
  'key-not-taken': { it: 'il gateway non ha preso la chiave nuova', en: 'the gateway did not take the new key' },
  failed: { it: 'non è riuscito', en: 'it failed' },
} as const satisfies Record<string, Record<StaffLanguage, string>>
export type CommandRefusal = keyof typeof COMMAND_REFUSALS
