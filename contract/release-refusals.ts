import { z } from 'zod'
import type { StaffLanguage } from './language.ts'

/** Why a totem does not take a release, for the technician who stands there and for an operator. */
export const RELEASE_REFUSALS = {
  'list-unsigned': {
    it: 'l’elenco degli aggiornamenti non è firmato dalla chiave degli aggiornamenti',
    en: 'the release key has not signed the list of releases',
  },
  'list-malformed': {
    it: 'l’elenco degli aggiornamenti è firmato ma non è leggibile',
    en: 'the list of releases is signed and is no such list',
  },
  'list-older': {
    it: 'l’elenco è più vecchio di uno già visto su questo totem',
    en: 'the list is older than one that this totem has seen',
  },
  'assignment-unsigned': {
    it: 'il gateway non ha firmato l’assegnazione, o è scaduta',
    en: 'the gateway has not signed the assignment, or it has ended',
  },
  'assignment-other-totem': {
    it: 'l’assegnazione è di un altro totem',
    en: 'the assignment is of another totem',
  },
  'release-unlisted': {
    it: 'l’elenco firmato non contiene questo file: è incompleto, o di un altro elenco',
    en: 'the signed list does not hold this file',
  },
  'other-machine': {
    it: 'l’aggiornamento è per un altro tipo di macchina',
    en: 'the release is for another kind of machine',
  },
  downgrade: {
    it: 'la versione non è più nuova di quella in uso',
    en: 'the version is no newer than what runs',
  },
  'step-missing': {
    it: 'prima va installata una versione intermedia',
    en: 'a release between must come first',
  },
  'file-damaged': {
    it: 'il file non è quello firmato: incompleto, rovinato o sostituito',
    en: 'the file is not the signed one: cut short, damaged or swapped',
  },
  'no-room': { it: 'spazio insufficiente sul disco', en: 'not enough room on the disk' },
  'not-stored': { it: 'il disco non accetta scritture', en: 'the disk takes no writes' },
  /** Root's file of the machine (main/update/places.ts) is missing, or others than root could write it. */
  'no-release-key': {
    it: 'su questa macchina manca /etc/totem-polis-update.json, o non è di root soltanto',
    en: 'this machine has no /etc/totem-polis-update.json, or it is not root’s alone',
  },
  'file-absent': {
    it: 'il file manca, o è un collegamento e non un file',
    en: 'the file is missing, or is a link and no file',
  },
  'entry-outside': {
    it: 'il pacchetto contiene un nome che porta fuori dalla sua cartella',
    en: 'the package holds a name that leads out of its folder',
  },
  'entry-link': { it: 'il pacchetto contiene un collegamento', en: 'the package holds a link' },
  'entry-special': {
    it: 'il pacchetto contiene un dispositivo o un file speciale',
    en: 'the package holds a device or a special file',
  },
  'too-large': {
    it: 'il pacchetto, aperto, è più grande di qualsiasi versione del programma',
    en: 'the package holds more than any version of the program',
  },
  'archive-damaged': { it: 'il pacchetto non si apre', en: 'the package does not open' },
  'other-release': {
    it: 'il pacchetto contiene un’altra versione',
    en: 'the package holds another version',
  },
  'packages-missing': {
    it: 'la versione richiede pacchetti di sistema che qui mancano: prima si aggiorna il sistema',
    en: 'the release needs packages of the system that this machine does not have: the system comes first',
  },
  /** A program on an installed Debian: its system comes by apt. */
  'no-second-system': {
    it: 'questa macchina non ha un secondo posto per il sistema: il suo sistema si aggiorna con apt',
    en: 'this machine has no second place for a system: its system is updated by apt',
  },
  'bundle-unsigned': {
    it: 'il sistema non è firmato da chi firma i sistemi di questa macchina',
    en: 'the system is not signed by who signs the systems of this machine',
  },
  'not-written': {
    it: 'il nuovo sistema non è stato scritto o attivato: resta quello in uso (journalctl -u rauc)',
    en: 'the new system could not be written or activated: the one in use stays (journalctl -u rauc)',
  },
  /** The boot loader knows already which system is next. */
  'not-restarted': {
    it: 'la macchina rifiuta il riavvio che serve al sistema: riavviarla a mano (journalctl -u systemd-logind -u polkit)',
    en: 'the machine refuses the restart that its system needs: restart it by hand (journalctl -u systemd-logind -u polkit)',
  },
  'thrown-out': {
    it: 'questa versione è già stata provata qui e non funzionava',
    en: 'this release was tried here before and did not work',
  },
  'trial-running': {
    it: 'un’altra versione è in prova o attende il riavvio: riprovare quando è finita la prova',
    en: 'another release is on trial or waits for the restart: try again when its trial is over',
  },
  unanswered: {
    it: 'il servizio di installazione non risponde: systemctl status totem-polis-update',
    en: 'the installing service does not answer: systemctl status totem-polis-update',
  },
} as const satisfies Record<string, Record<StaffLanguage, string>>

export type ReleaseRefusal = keyof typeof RELEASE_REFUSALS
export const releaseRefusal = z.enum(Object.keys(RELEASE_REFUSALS) as [ReleaseRefusal, ...ReleaseRefusal[]])
