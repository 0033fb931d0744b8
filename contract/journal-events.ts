// More than 400 lines: one closed list, which its readers want whole.
import { z } from 'zod'
import { COMMAND_NAMES, COMMAND_REFUSALS } from './command-words.ts'
import { isCodiceFiscale, operationId } from './identity.ts'
import { FAULT, type Flood, PAGES, PUT_OFF, REQUEST, STATE, VISIT } from './journal-floods.ts'
import type { StaffLanguage } from './language.ts'
import { LINE_FAULTS, lineFault } from './line.ts'
import { RELEASE_REFUSALS } from './release-refusals.ts'

const code = z
  .string()
  .regex(/^[\w.+:-]{1,64}$/)
  // No code of ours is digits alone, but a PIN is.
  .refine((text) => !/^\d{5,8}$/.test(text), 'a PIN')
  // A codice fiscale has the form of a code, and must never be here.
  .refine(
    (text) =>
      !text
        .toUpperCase()
        .split(/[_.+:-]/)
        .some(isCodiceFiscale),
    'a codice fiscale',
  )
/** Codes of ANPR (EN286, EC069, 999). */
const anprCode = code.regex(/^[A-Z]{0,2}\d{3}$/).exactOptional()
/** ANPR's code as an entry holds it; nothing where there is none, or what came is no code. */
export const anprIn = (told: string | null): { anpr?: string } => {
  const { data } = anprCode.safeParse(told ?? undefined)
  return data === undefined ? {} : { anpr: data }
}
const count = z.number().int().min(0)
const visit = { session: operationId }
const operation = { operation: operationId }

/** Stands for so many entries of the same event that were counted instead of written. */
const repeated = { times: count.exactOptional() }

type Words = Record<string, Record<string, Record<StaffLanguage, string>>>
const event = <S extends z.ZodRawShape>(
  severity: 'info' | 'warn' | 'alarm',
  fields: S,
  text: Record<StaffLanguage, string>,
  flood: Flood = FAULT,
  /** What the codes of a field mean, in words. */
  words: Words = {},
) => ({ severity, fields: z.strictObject({ ...fields, ...repeated }), text, flood, words })

/** What became of a document that leaves by telephone, mail or digital domicile. */
const BECAME: Words = {
  became: {
    taken: { it: 'preso', en: 'taken' },
    over: { it: 'tempo finito', en: 'its time was over' },
    contested: { it: 'chiesto da due telefoni', en: 'asked for by two telephones' },
    withdrawn: { it: 'ritirato', en: 'withdrawn' },
    unavailable: { it: 'non disponibile', en: 'not available' },
    'handed-over': { it: 'consegnato al gateway', en: 'handed to the gateway' },
    waiting: { it: 'in attesa', en: 'waiting' },
    unknown: { it: 'esito ignoto', en: 'outcome unknown' },
    refused: { it: 'rifiutato', en: 'refused' },
    none: { it: 'la persona non ne ha', en: 'the person has none' },
  },
}

/**
 * The closed list of what the sync log may say. Fields hold codes, ids and numbers, and never free text, a name, a
 * codice fiscale, a PIN or a payload (invariant 2). `severity` says who must look: `info` nobody, `warn` an operator,
 * `alarm` an operator at once. `text` is for technicians and operators; {field} stands for a field's value.
 * a part in brackets is left out when it has none. scripts/sync-log.ts makes contract/sync-log.md of this list.
 */
export const journalEvents = {
  'totem.started': event(
    'info',
    { version: code, electron: code, node: code },
    { it: 'Totem avviato, versione {version}', en: 'Totem started, version {version}' },
    STATE,
  ),
  'totem.stopped': event('info', {}, { it: 'Totem fermato', en: 'Totem stopped' }, STATE),
  /** Two machines go on with one log: somebody copied its disk and keys, or put an older image of it back. */
  'totem.cloned': event(
    'alarm',
    { chain: operationId },
    {
      it: 'Il registro {chain} prosegue su due macchine: dischi o chiavi copiati, oppure rimessa una copia più vecchia',
      en: 'Log {chain} goes on in two machines: disk or keys copied, or an older image put back',
    },
  ),
  'device.started': event(
    'info',
    { restarts: count },
    { it: 'Dispositivi pronti, riavvii: {restarts}', en: 'Devices ready, restarts: {restarts}' },
    STATE,
  ),
  'device.died': event(
    'warn',
    { code: count, reason: code, waitMs: count },
    {
      it: 'Il processo dei dispositivi è caduto ({reason}, {code}); riparte fra {waitMs} ms',
      en: 'The device process died ({reason}, {code}); it starts again in {waitMs} ms',
    },
    STATE,
  ),
  /** The totem reads no CIE until the key is provisioned. */
  'device.cie-unavailable': event(
    'alarm',
    { reason: z.enum(['not-configured', 'key-refused']) },
    { it: 'CIE non leggibile: {reason}', en: 'CIE cannot be read: {reason}' },
    FAULT,
    {
      reason: {
        'not-configured': { it: 'manca la chiave', en: 'it has no key' },
        'key-refused': { it: 'la carta rifiuta la chiave', en: 'the card refuses its key' },
      },
    },
  ),
  /** Nobody hears the totem: its voice or its sound device is missing. Said once for each cause, until it speaks again. */
  'speech.silent': event(
    'warn',
    { reason: code },
    { it: 'Il totem non parla: {reason}', en: 'The totem does not speak: {reason}' },
    STATE,
    {
      reason: {
        'no-voice': { it: 'la voce (espeak-ng) manca o non funziona', en: 'the voice (espeak-ng) is missing or fails' },
        'no-output': { it: 'l’uscita audio manca o non funziona', en: 'the sound output is missing or fails' },
      },
    },
  ),
  'renderer.died': event(
    'warn',
    { reason: code, inLastMinute: count },
    {
      it: "L'interfaccia è caduta ({reason}), {inLastMinute} volte nell'ultimo minuto",
      en: 'The screen process died ({reason}), {inLastMinute} times in the last minute',
    },
    STATE,
  ),
  'ipc.refused': event(
    'alarm',
    { reason: z.enum(['origin', 'frame', 'method', 'arguments']), method: code },
    {
      it: "Chiamata {method} dell'interfaccia rifiutata: {reason}",
      en: 'Call {method} of the screen refused: {reason}',
    },
    FAULT,
    {
      reason: {
        origin: { it: 'da un’altra pagina', en: 'from another page' },
        frame: { it: 'da un riquadro', en: 'from a frame' },
        method: { it: 'non esiste', en: 'there is none' },
        arguments: { it: 'argomenti non validi', en: 'arguments that are not valid' },
      },
    },
  ),
  /**
   * Entries that were not written, because the disk was full or failing or the log at its bound. The first entry that
   * is written again tells how many.
   */
  'journal.lost': event(
    'alarm',
    { entries: count },
    { it: 'Voci del registro non scritte: {entries}', en: 'Log entries not written: {entries}' },
  ),
  /**
   * A new chain begins because the one before can't go on. `upTo`: its last sound entry, 0 when there is none. The
   * entries after it, `lost`, stay in the file or are gone with it; nobody vouches for them, and they are not sent.
   */
  'journal.restarted': event(
    'alarm',
    {
      reason: z.enum(['file-damaged', 'chain-broken', 'end-missing', 'other-totem']),
      chain: operationId,
      upTo: count,
      lost: count,
    },
    {
      it: 'Nuovo registro ({reason}): del precedente {chain} valgono le voci fino alla {upTo}, {lost} dopo di essa no',
      en: 'New log ({reason}): of the one before, {chain}, entries up to {upTo} hold, {lost} after it do not',
    },
    FAULT,
    {
      reason: {
        'file-damaged': { it: 'file danneggiato', en: 'damaged file' },
        'chain-broken': { it: 'catena interrotta', en: 'broken chain' },
        'end-missing': { it: 'manca la fine', en: 'its end is missing' },
        'other-totem': { it: 'di un altro totem', en: 'of another totem' },
      },
    },
  ),
  /** The gateway has signed another history than this one. */
  'journal.anchor-refused': event(
    'alarm',
    { seq: count },
    {
      it: 'La firma del gateway non corrisponde alla voce {seq} del registro',
      en: "The gateway's signature is not over entry {seq} of this log",
    },
  ),
  'storage.low': event(
    'alarm',
    { freeMb: count },
    { it: 'Poco spazio su disco: {freeMb} MB', en: 'Little room on the disk: {freeMb} MB' },
  ),
  /** A damaged file was set aside, and its readable content taken over. `lost` null: the number is not known. */
  'storage.repaired': event(
    'alarm',
    { store: code, reason: code, salvaged: count, lost: count.nullable() },
    {
      it: 'Archivio {store} riparato ({reason}): salvati {salvaged}, perduti {lost}',
      en: 'Store {store} repaired ({reason}): {salvaged} salvaged, {lost} lost',
    },
  ),
  /** `reason`: why it is down, told anew when it is another; `detail`: the code of the system, TLS or HTTP. */
  'line.changed': event(
    'info',
    { state: z.enum(['up', 'down']), reason: lineFault.exactOptional(), detail: code.exactOptional() },
    { it: 'Linea: {state}[: {reason} ({detail})]', en: 'Line: {state}[: {reason} ({detail})]' },
    STATE,
    { state: { up: { it: 'tornata', en: 'back' }, down: { it: 'caduta', en: 'down' } }, reason: LINE_FAULTS },
  ),
  /** How far this totem's clock is ahead of the gateway's. The clock is not set by it. */
  'clock.differs': event(
    'warn',
    { aheadS: z.number().int() },
    {
      it: "L'orologio differisce da quello del gateway: {aheadS} s",
      en: "The clock differs from the gateway's: {aheadS} s",
    },
  ),
  'keys.updated': event(
    'info',
    { sequence: count },
    { it: 'Chiavi del gateway aggiornate, elenco {sequence}', en: "The gateway's keys updated, list {sequence}" },
    STATE,
  ),
  /** A list of keys was refused; the one before stays in force. */
  'keys.refused': event(
    'alarm',
    { reason: code },
    { it: 'Chiavi del gateway rifiutate: {reason}', en: "The gateway's keys refused: {reason}" },
  ),
  /** This totem's own keys do not open, so it does not start. */
  'keys.unusable': event(
    'alarm',
    { reason: code },
    { it: 'Chiavi del totem inutilizzabili: {reason}', en: "This totem's keys can't be used: {reason}" },
  ),
  /** The first entry of a totem: a technician typed the code of this order. */
  'enrolment.done': event(
    'info',
    { order: operationId, key: z.enum(['tpm', 'file']) },
    {
      it: 'Totem messo in servizio con l’ordine {order}, chiavi: {key}',
      en: 'Totem enrolled by order {order}, keys: {key}',
    },
    FAULT,
    {
      key: {
        tpm: { it: 'protette dal TPM', en: 'in the care of the TPM' },
        file: { it: 'software, su disco', en: 'software keys, on the disk' },
      },
    },
  ),
  /** At each start of an enrolled totem without a TPM: who copies its disk has its keys. */
  'keys.software': event(
    'info',
    {},
    {
      it: 'Chiave software: nessun TPM protegge le chiavi di questo totem',
      en: "Software key: no TPM protects this totem's keys",
    },
    STATE,
  ),
  /** Tried again each hour. */
  'certificate.not-renewed': event(
    'warn',
    { reason: code },
    {
      it: 'Certificato TLS del totem non rinnovato: {reason}',
      en: "This totem's TLS certificate was not renewed: {reason}",
    },
    FAULT,
    {
      reason: {
        'totem-withdrawn': {
          it: 'il totem è stato revocato da un operatore',
          en: 'an operator has withdrawn this totem',
        },
        'totem-unknown': { it: 'il gateway non conosce questo totem', en: 'the gateway does not know this totem' },
        'proof-refused': {
          it: 'il gateway non riconosce questa macchina: altro TPM, o chiavi di un’altra macchina',
          en: 'the gateway does not recognise this machine: another TPM, or the keys of another machine',
        },
        'boot-refused': {
          it: 'la macchina ha avviato un sistema che gli operatori non ammettono',
          en: 'the machine booted a system that the operators do not allow',
        },
        'request-stale': { it: 'la risposta è arrivata tardi; si riprova', en: 'the answer came late; tried again' },
      },
    },
  ),
  /** A new TLS certificate of this totem counts from now on; `ends`: its last instant. */
  'certificate.updated': event(
    'info',
    { ends: code },
    { it: 'Nuovo certificato TLS del totem, scade il {ends}', en: 'New TLS certificate of this totem, it ends {ends}' },
    STATE,
  ),
  /** The files of a new certificate do not fit together or are another totem's; the one before stays in force. */
  'certificate.refused': event(
    'alarm',
    { reason: code },
    {
      it: 'Certificato TLS del totem non accolto: {reason}',
      en: "This totem's TLS certificate was not taken: {reason}",
    },
  ),
  /** Told each day: after its end this totem has no line. */
  'certificate.ending': event(
    'warn',
    { days: count, ends: code },
    {
      it: 'Il certificato TLS del totem scade fra {days} giorni, il {ends}: rinnovarlo',
      en: "This totem's TLS certificate ends in {days} days, {ends}: renew it",
    },
  ),
  /** By this totem's clock, which may be what is wrong. */
  'certificate.invalid': event(
    'alarm',
    { reason: z.enum(['expired', 'not-yet-valid']), ends: code },
    {
      it: "Il certificato TLS del totem non vale oggi ({reason}), scade il {ends}: rinnovarlo, o regolare l'orologio",
      en: "This totem's TLS certificate does not count today ({reason}), it ends {ends}: renew it, or set the clock",
    },
    FAULT,
    {
      reason: {
        expired: { it: 'scaduto', en: 'expired' },
        'not-yet-valid': { it: 'non ancora valido', en: 'not yet valid' },
      },
    },
  ),
  /**
   * The key by which the queue recognises whose a request is was missing, though there are requests, and was made anew.
   * `open`: how many of them are not settled or not collected; their holders do not find them at this totem.
   */
  'keys.holder-remade': event(
    'warn',
    { open: count },
    {
      it: 'La chiave dei titolari mancava, rifatta: richieste aperte che i titolari non ritrovano: {open}',
      en: 'The holder key was missing and made anew: open requests that their holders do not find: {open}',
    },
  ),
  'printer.changed': event('info', { status: code }, { it: 'Stampante: {status}', en: 'Printer: {status}' }, STATE),
  'reader.changed': event('info', { state: code }, { it: 'Lettore: {state}', en: 'Reader: {state}' }, VISIT),
  'trust.updated': event(
    'info',
    { sequence: count, authorities: count, crls: count },
    {
      it: 'Elenco di fiducia {sequence}: {authorities} autorità, {crls} CRL',
      en: 'Trust list {sequence}: {authorities} authorities, {crls} CRLs',
    },
    STATE,
  ),
  /** A list or CRL from the gateway or the disk was refused; the one before stays in force. */
  'trust.refused': event(
    'alarm',
    { reason: code },
    { it: 'Elenco di fiducia o CRL rifiutati: {reason}', en: 'Trust list or CRL refused: {reason}' },
  ),
  /** Told each day, as the two after it. `list`: the trust list, or the list of the gateway's keys. */
  'list.ending': event(
    'warn',
    { list: code, days: count, ends: code },
    {
      it: "L'elenco firmato {list} scade fra {days} giorni, il {ends}: chi lo firma ne faccia uno nuovo",
      en: 'The signed list {list} ends in {days} days, {ends}: its signer makes a newer one',
    },
  ),
  /** Nobody has made a newer list, or the gateway withholds it. The totem serves on (contract/signed-list.ts). */
  'list.ended': event(
    'alarm',
    { list: code, days: count, ends: code },
    {
      it: "L'elenco firmato {list} è scaduto da {days} giorni, il {ends}, e non ne arriva uno nuovo: il totem prosegue per ora",
      en: 'The signed list {list} ended {days} days ago, {ends}, and no newer one comes: the totem serves on for now',
    },
  ),
  'list.lapsed': event(
    'alarm',
    { list: code, days: count, ends: code },
    {
      it: "L'elenco firmato {list} è scaduto da {days} giorni, il {ends}: il totem è fuori servizio",
      en: 'The signed list {list} ended {days} days ago, {ends}: the totem is out of service',
    },
  ),
  'update.offered': event(
    'info',
    { release: count, bytes: count },
    {
      it: 'Aggiornamento {release}: inizia lo scaricamento ({bytes} byte)',
      en: 'Release {release}: fetching begins ({bytes} bytes)',
    },
    STATE,
  ),
  'update.fetched': event(
    'info',
    { release: count, bytes: count },
    { it: 'Aggiornamento {release} scaricato e verificato', en: 'Release {release} is here, and is what was signed' },
    STATE,
  ),
  'update.installed': event(
    'info',
    { release: count },
    {
      it: 'Aggiornamento {release} installato accanto a quello in uso',
      en: 'Release {release} installed beside the one in use',
    },
    STATE,
  ),
  /** The first entry of the new program itself. */
  'update.restarted': event(
    'info',
    { release: count },
    { it: 'Riavviato con l’aggiornamento {release}, in prova', en: 'Restarted with release {release}, on trial' },
    STATE,
  ),
  'update.confirmed': event(
    'info',
    { release: count },
    { it: 'L’aggiornamento {release} funziona e resta', en: 'Release {release} has proved healthy and stays' },
    STATE,
  ),
  /** Told by the program that runs again. `reason`: what was missing, or systemd's word for how its last start ended. */
  'update.rolled-back': event(
    'alarm',
    { release: count, reason: code },
    {
      it: 'Aggiornamento {release} tolto: {reason}. È tornato quello di prima',
      en: 'Release {release} thrown out: {reason}. The one before is back',
    },
    FAULT,
    {
      reason: {
        'not-healthy-devices': { it: 'il processo dei dispositivi non regge', en: 'the device process does not stand' },
        'not-healthy-reader': {
          it: 'il lettore, che prima c’era, manca',
          en: 'the reader, which was there, is missing',
        },
        'not-healthy-printer': {
          it: 'la stampante, che prima c’era, manca',
          en: 'the printer, which was there, is missing',
        },
        'not-healthy-line': {
          it: 'la linea, che prima funzionava, non va più per colpa sua',
          en: 'the line, which was up, is down by its fault',
        },
        'not-healthy-updater': {
          it: 'non saprebbe più installare altri aggiornamenti',
          en: 'it could install no other release',
        },
        watchdog: { it: 'lo schermo si è fermato', en: 'the screen stood still' },
        timeout: { it: 'la prima schermata non è mai apparsa', en: 'the first screen never came' },
        success: { it: 'il programma si è chiuso da solo', en: 'the program ended by itself' },
        'exit-code': { it: 'il programma è uscito con un errore', en: 'the program left with an error' },
        signal: { it: 'il programma è stato ucciso', en: 'the program was killed' },
        'core-dump': { it: 'il programma è caduto', en: 'the program crashed' },
        resources: { it: 'mancavano risorse alla macchina', en: 'the machine lacked resources' },
        system: {
          it: 'il sistema non ha mai superato la prova nei suoi avvii',
          en: 'the system never proved healthy in its starts',
        },
        unknown: { it: 'causa sconosciuta', en: 'for an unknown reason' },
      },
    },
  ),
  /** No quiet moment has come for a restart. */
  'update.waiting': event(
    'warn',
    { release: count, days: count },
    {
      it: 'Aggiornamento {release}: da {days} giorni nessun momento libero per il riavvio',
      en: 'Release {release}: no quiet moment to restart for {days} days',
    },
  ),
  /** `release` 0: the list or the assignment itself. */
  'update.refused': event(
    'alarm',
    { release: count, reason: code },
    { it: 'Aggiornamento {release} rifiutato: {reason}', en: 'Release {release} refused: {reason}' },
    FAULT,
    { reason: RELEASE_REFUSALS },
  ),
  'update.stale': event(
    'warn',
    { days: count },
    {
      it: "L'elenco degli aggiornamenti è scaduto da {days} giorni: il totem prosegue con il suo programma",
      en: 'The list of releases ended {days} days ago: the totem goes on with what it runs',
    },
  ),
  /** An operator asks something of the totem from afar. */
  'command.taken': event(
    'info',
    { command: operationId, kind: code },
    { it: 'Comando {kind} ricevuto dalla centrale', en: 'Command {kind} received from an operator' },
    STATE,
    { kind: COMMAND_NAMES },
  ),
  'command.done': event(
    'info',
    { command: operationId, kind: code },
    { it: 'Comando eseguito: {kind}', en: 'Command carried out: {kind}' },
    STATE,
    { kind: COMMAND_NAMES },
  ),
  'command.refused': event(
    'warn',
    { command: operationId, kind: code, reason: code },
    { it: 'Comando rifiutato: {kind}, {reason}', en: 'Command refused: {kind}, {reason}' },
    FAULT,
    { kind: COMMAND_NAMES, reason: COMMAND_REFUSALS },
  ),
  /** What the gateway says of technicians came unsigned, for another totem, or from before. */
  'service.access-refused': event(
    'warn',
    { reason: code },
    {
      it: 'Elenco delle abilitazioni dei tecnici rifiutato: {reason}',
      en: 'List of technicians refused: {reason}',
    },
  ),
  /** A technician is at work. Who, the gateway knows by the number of the grant; no name and no codice fiscale is here. */
  'service.entered': event(
    'info',
    { grant: count, by: z.enum(['grant', 'code']) },
    {
      it: 'Un tecnico è entrato con l’abilitazione {grant} ({by})',
      en: 'A technician entered by grant {grant} ({by})',
    },
    VISIT,
    {
      by: {
        grant: { it: 'con la linea', en: 'with the line' },
        code: { it: 'con il codice del giorno', en: 'by the code of the day' },
      },
    },
  ),
  'service.refused': event(
    'warn',
    { grant: count, reason: code },
    {
      it: 'Tecnico non ammesso, abilitazione {grant}: {reason}',
      en: 'A technician was not let in, grant {grant}: {reason}',
    },
    VISIT,
  ),
  'service.step': event(
    'info',
    { grant: count, step: code, outcome: code },
    { it: 'Tecnico {grant}: {step}, {outcome}', en: 'Technician {grant}: {step}, {outcome}' },
    VISIT,
  ),
  'service.left': event(
    'info',
    { grant: count, how: code },
    { it: 'Il tecnico {grant} ha finito: {how}', en: 'Technician {grant} has finished: {how}' },
    VISIT,
  ),
  /** Somebody took the totem out of service or brought it back, from the menu or at the command line. */
  'service.out': event(
    'warn',
    {},
    { it: 'Totem messo fuori servizio da un tecnico', en: 'A technician took the totem out of service' },
    STATE,
  ),
  'service.back': event(
    'info',
    {},
    { it: 'Totem rimesso in servizio da un tecnico', en: 'A technician brought the totem back into service' },
    STATE,
  ),
  /** The totem accepted a card without a fresh CRL of its issuer, as its policy says. */
  'visit.revocation-unknown': event(
    'warn',
    { ...visit },
    { it: 'Carta accettata senza una CRL recente', en: 'Card accepted without a fresh CRL' },
    VISIT,
  ),
  'visit.started': event(
    'info',
    { ...visit, language: code },
    { it: 'Visita iniziata, lingua {language}', en: 'Visit started, language {language}' },
    VISIT,
  ),
  'visit.recognised': event(
    'info',
    { ...visit, card: code, apdus: count },
    { it: 'Titolare riconosciuto con {card}, {apdus} APDU', en: 'Holder recognised by {card}, {apdus} APDUs' },
    VISIT,
  ),
  'visit.refused': event(
    'warn',
    { ...visit, reason: code, anpr: anprCode },
    { it: 'Rifiuto nella visita: {reason}[, {anpr}]', en: 'Refused in a visit: {reason}[, {anpr}]' },
    VISIT,
  ),
  /** The card, or its talk with the reader, failed. `sw`: its status word (ISO 7816-4), null where it gave none. */
  'card.failed': event(
    'warn',
    { step: code, sw: code.nullable() },
    { it: 'Errore della carta al passo {step}, risposta {sw}', en: 'Card failed at {step}, answer {sw}' },
    VISIT,
  ),
  /** EF.Dati_personali of a health card does not read. The visit goes on with its certificate. */
  'card.data-unread': event(
    'info',
    { reason: code },
    {
      it: 'Dati personali non leggibili sulla tessera: {reason}; vale il certificato',
      en: 'Personal data on the card do not read: {reason}; the certificate counts',
    },
    VISIT,
  ),
  'visit.pin-wrong': event(
    'info',
    { ...visit, triesLeft: count.nullable() },
    { it: 'PIN errato, tentativi rimasti: {triesLeft}', en: 'Wrong PIN, tries left: {triesLeft}' },
    VISIT,
  ),
  /** ANPR told the holder's own data, for a visura or to fill a declaration; the log does not say which. */
  'visit.visura': event(
    'info',
    { ...visit },
    { it: 'Dati propri ricevuti da ANPR', en: 'ANPR told the holder’s own data' },
    VISIT,
  ),
  /** A dichiarazione sostitutiva was printed; the log does not say what is in it. */
  'visit.declaration': event(
    'info',
    { ...visit },
    { it: 'Dichiarazione sostitutiva prodotta', en: 'A declaration was made' },
    VISIT,
  ),
  /** What became of a document that was offered to the person's telephone. */
  'visit.phone': event(
    'info',
    { ...visit, became: z.enum(['taken', 'over', 'contested', 'withdrawn', 'unavailable']) },
    { it: 'Documento sul telefono: {became}', en: 'Document to the telephone: {became}' },
    VISIT,
    BECAME,
  ),
  /** What became of a link by e-mail within the visit; the log does not say where it went. */
  'visit.email': event(
    'info',
    { ...visit, became: z.enum(['handed-over', 'waiting', 'unknown', 'refused', 'unavailable']) },
    { it: 'Collegamento per posta elettronica: {became}', en: 'Link by e-mail: {became}' },
    VISIT,
    BECAME,
  ),
  /** What became of a document for the person's digital domicile; the log does not say where that is. */
  'visit.domicile': event(
    'info',
    { ...visit, became: z.enum(['none', 'handed-over', 'waiting', 'refused', 'unavailable']) },
    { it: 'Documento al domicilio digitale: {became}', en: 'Document to the digital domicile: {became}' },
    VISIT,
    BECAME,
  ),
  'visit.ended': event(
    'info',
    { ...visit, how: code, ms: count },
    { it: 'Visita finita ({how}) dopo {ms} ms', en: 'Visit ended ({how}) after {ms} ms' },
    VISIT,
  ),
  'request.queued': event(
    'info',
    { ...visit, ...operation, kind: code },
    { it: 'Richiesta {operation} registrata ({kind})', en: 'Request {operation} recorded ({kind})' },
    REQUEST,
  ),
  /** The gateway has the request on its disk; what becomes of it follows. */
  'request.submitted': event(
    'info',
    { ...operation, attempt: count },
    { it: 'Richiesta {operation} inviata, tentativo {attempt}', en: 'Request {operation} sent, attempt {attempt}' },
    REQUEST,
  ),
  'request.issued': event(
    'info',
    { ...operation },
    { it: 'Richiesta {operation}: certificato rilasciato', en: 'Request {operation}: certificate issued' },
    REQUEST,
  ),
  'request.refused': event(
    'warn',
    { ...operation, reason: code, anpr: anprCode },
    {
      it: 'Richiesta {operation} rifiutata: {reason}[, {anpr}]',
      en: 'Request {operation} refused: {reason}[, {anpr}]',
    },
    REQUEST,
  ),
  /** The words of a certificate, or of its preview, name somebody else than was asked for. Nobody gets it. */
  'request.other-person': event(
    'alarm',
    { ...visit, operation: operationId.exactOptional() },
    {
      it: 'Il certificato giunto da ANPR riguarda un’altra persona e non è consegnato[: richiesta {operation}]',
      en: 'The certificate that came from ANPR is about another person and is not handed over[: request {operation}]',
    },
  ),
  'request.deferred': event(
    'warn',
    { ...operation, reason: code, waitMs: count },
    {
      it: 'Richiesta {operation} rinviata di {waitMs} ms: {reason}',
      en: 'Request {operation} put off by {waitMs} ms: {reason}',
    },
    PUT_OFF,
  ),
  /** The request makes its batch fail each time. It is kept, and not sent again until an operator says so. */
  'request.set-aside': event(
    'alarm',
    { ...operation, reason: code },
    { it: 'Richiesta {operation} messa da parte: {reason}', en: 'Request {operation} set aside: {reason}' },
    REQUEST,
  ),
  /** The request was submitted long ago and the gateway says nothing, so it is sent again under the same id. */
  'request.overdue': event(
    'warn',
    { ...operation },
    {
      it: 'Richiesta {operation} senza esito: inviata di nuovo',
      en: 'Request {operation} without an outcome: sent again',
    },
    REQUEST,
  ),
  /** An operator has queued the request again, after it was set aside. */
  'request.redriven': event(
    'info',
    { ...operation },
    { it: 'Richiesta {operation} rimessa in coda', en: 'Request {operation} queued again' },
    REQUEST,
  ),
  /** `looked`: what they saw of themselves (the family sheet, a person's section, requests, accesses). */
  'visit.looked': event(
    'info',
    { ...visit, looked: code },
    { it: 'Il titolare ha visto i propri dati: {looked}', en: 'The holder saw their own data: {looked}' },
    VISIT,
  ),
  'request.withdrawn': event(
    'info',
    { ...visit, ...operation },
    {
      it: 'Richiesta {operation} annullata da chi l’ha fatta',
      en: 'Request {operation} withdrawn by its person',
    },
    REQUEST,
  ),
  'request.collected': event(
    'info',
    { ...visit, ...operation },
    { it: 'Richiesta {operation} ritirata', en: 'Request {operation} collected' },
    REQUEST,
  ),
  'gateway.answer-malformed': event(
    'alarm',
    { path: code, httpStatus: count },
    {
      it: 'Risposta del gateway incomprensibile: {path} {httpStatus}',
      en: "The gateway's answer makes no sense: {path} {httpStatus}",
    },
  ),
  'print.rendered': event(
    'info',
    { job: code, document: code, pages: count },
    { it: 'Stampa {job}: {document}, pagine {pages}', en: 'Print {job}: {document}, pages {pages}' },
    PAGES,
  ),
  'print.sent': event(
    'info',
    { job: code, page: count, bands: count },
    { it: 'Stampa {job}: pagina {page} inviata', en: 'Print {job}: page {page} sent' },
    PAGES,
  ),
  'print.acknowledged': event(
    'info',
    { job: code, page: count },
    { it: 'Stampa {job}: pagina {page} stampata', en: 'Print {job}: page {page} printed' },
    PAGES,
  ),
  /** For a printer that holds a sheet out: the person took it, or left it and the printer drew it back in. */
  'print.taken': event(
    'info',
    { job: code, page: count },
    { it: 'Stampa {job}: pagina {page} presa', en: 'Print {job}: page {page} taken' },
    PAGES,
  ),
  'print.retracted': event(
    'warn',
    { job: code, page: count },
    { it: 'Stampa {job}: pagina {page} ritirata dalla stampante', en: 'Print {job}: page {page} drawn back in' },
    PAGES,
  ),
  'print.void': event(
    'warn',
    { job: code, page: count, status: code },
    { it: 'Stampa {job}: pagina {page} annullata ({status})', en: 'Print {job}: page {page} void ({status})' },
    PAGES,
  ),
  /** Something of the pages from `page` on came out before, or may have: the paper says so. */
  'print.reprinted': event(
    'info',
    { job: code, page: count },
    { it: 'Stampa {job}: ristampa da pagina {page}', en: 'Print {job}: printed again from page {page}' },
    PAGES,
  ),
} as const

export type JournalEventId = keyof typeof journalEvents
export type JournalFields<I extends JournalEventId> = z.infer<(typeof journalEvents)[I]['fields']>
