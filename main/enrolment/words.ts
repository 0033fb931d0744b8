import type { EnrolmentRefusal } from '../../contract/enrolment.ts'
import { LINE_FAULTS } from '../../contract/line.ts'
import { explain } from '../keys/explain.ts'
import { whyDown } from '../sync/line-fault.ts'
import type { EnrolmentStep, NotEnrolled } from './enrol.ts'

/** What a technician reads while the machine becomes a totem. */
export const STEPS: Record<EnrolmentStep, (key: 'tpm' | 'file') => string> = {
  keys: (key) =>
    key === 'tpm'
      ? '1/5  Chiavi di questa macchina, protette dal suo TPM'
      : '1/5  Chiavi di questa macchina: CHIAVE SOFTWARE, nessun TPM le protegge',
  begin: () => '2/5  Codice e macchina al gateway',
  prove: () => '3/5  Prova che le chiavi sono di questa macchina',
  finish: () => '4/5  Certificato e configurazione dal gateway',
  install: () => '5/5  Installazione',
}

/** What happened, and what to do now. */
const REFUSALS: Record<EnrolmentRefusal, string> = {
  'code-refused':
    'Codice non valido: sbagliato, ritirato o già usato. Lo ricontrolli; se è giusto, chieda un nuovo ordine alla centrale.',
  'code-expired': 'Il codice è scaduto. Chieda un nuovo ordine alla centrale.',
  'code-used':
    "ATTENZIONE: un'altra macchina ha usato questo codice. L'ordine è chiuso e nessuna delle due macchine entra in servizio. Avvisi subito la centrale: il codice è stato visto o copiato.",
  'too-many-tries': 'Troppi codici sbagliati: riprovi fra {minutes} minuti. Al decimo errore l’ordine si chiude.',
  'software-key-refused':
    'Questa macchina non ha un TPM utilizzabile e l’ordine lo richiede. Lo accenda nel firmware (BIOS); se manca, la centrale può fare un ordine con chiave software.',
  'machine-unknown':
    'Il TPM di questa macchina non è di un produttore riconosciuto, né indicato nell’ordine. Legga il suo codice con `totem enrol machine` e lo dia alla centrale.',
  'machine-other':
    'L’ordine è per un’altra macchina. Controlli il codice, o dia alla centrale quello di `totem enrol machine`.',
  'machine-enrolled': 'Questa macchina è già un altro totem in servizio. La centrale deve prima revocarlo.',
  'proof-refused':
    'La macchina non ha dimostrato che le chiavi sono sue: altro TPM, disco copiato o messaggio alterato. Non è stato cambiato nulla; avvisi la centrale.',
  'boot-refused':
    'La macchina ha avviato un sistema che la centrale non ammette (Secure Boot). Controlli il firmware e riavvii.',
  'request-stale': 'È passata più di un’ora: ricominci con lo stesso codice.',
  'totem-withdrawn': 'Questo totem è stato revocato. Chieda un nuovo ordine alla centrale.',
  'totem-unknown': 'Il gateway non conosce questo totem. Chieda un nuovo ordine alla centrale.',
}

export const MISTYPED =
  'Codice scritto male: sono dodici lettere e cifre, in gruppi di quattro (ad esempio K7QM-4T9X-2HWB). Lo riscriva.'
/** The same code goes on where the line or the power failed. */
const AGAIN = 'Nulla è perso: riprovi con lo stesso codice.'

/** Why this machine is no totem yet, and what the technician can do. */
export function sayRefusal(failure: NotEnrolled): string {
  switch (failure.kind) {
    case 'enrolment-refused':
      return REFUSALS[failure.reason].replace('{minutes}', String(Math.ceil((failure.againS ?? 60) / 60)))
    case 'already-enrolled':
      return `Questa macchina è già un totem: c'è ${failure.file}. Per rifarla da capo tolga prima quel file.`
    case 'clock-wrong':
      return `L'orologio di questa macchina è sbagliato: per il gateway sono le ${italian(failure.gateway)}. Lo regoli (timedatectl set-time) e riprovi con lo stesso codice.`
    case 'not-written':
      return failure.reason === 'ENOSPC' || failure.reason === 'EDQUOT'
        ? `Il disco è pieno (${failure.file}). Liberi spazio. ${AGAIN}`
        : `Non si può scrivere ${failure.file} (${failure.reason}): usi l'utente del totem. ${AGAIN}`
    case 'configuration-malformed':
      return `La configurazione ricevuta non va bene per questa versione: ${failure.faults.join('; ')}. Avvisi la centrale.`
    case 'provision-unopened':
      return 'La configurazione ricevuta è cifrata per un’altra macchina. Non è stato cambiato nulla; avvisi la centrale.'
    case 'provision-unsigned':
      return 'La configurazione ricevuta non è firmata dalla centrale. Non è stato cambiato nulla; avvisi la centrale.'
    case 'provision-other':
      return 'La configurazione ricevuta è di un altro totem. Non è stato cambiato nulla; avvisi la centrale.'
    case 'provision-malformed':
      return 'La configurazione ricevuta non è leggibile da questa versione. Avvisi la centrale.'
    case 'line-down': {
      const { reason, detail } = whyDown(failure)
      const isOther = ['certificate-other-ca', 'certificate-wrong-name', 'certificate-refused'].includes(reason)
      return isOther
        ? `Chi risponde NON è il gateway di questo totem: ${LINE_FAULTS[reason].it} (${detail}). Il codice non è stato inviato.`
        : `Il gateway non risponde: ${LINE_FAULTS[reason].it} (${detail}). ${AGAIN}`
    }
    case 'gateway-unavailable':
    case 'answer-malformed': {
      const { reason, detail } = whyDown(failure)
      return `${LINE_FAULTS[reason].it} (${detail}). ${AGAIN}`
    }
    default:
      return sayKeyFailure(failure)
  }
}

/** Names of keys and codes of the TPM are the same in every language. */
const TPM_WORDS: Partial<Record<string, string>> = {
  'tpm-tools-missing': 'Mancano i programmi del TPM (tpm2-tools).',
  'tpm-absent': 'Non c’è alcun TPM all’indirizzo indicato. Lo accenda nel firmware (BIOS).',
  'tpm-no-access': 'L’utente del totem non può usare il TPM: va messo nel gruppo tss.',
  'tpm-busy': `Il TPM è occupato. ${AGAIN}`,
  'tpm-timeout': `Il TPM non risponde. Spenga e riaccenda la macchina. ${AGAIN}`,
  'tpm-other':
    'Le chiavi su questo disco sono di un altro TPM: disco copiato o spostato, scheda cambiata, o TPM azzerato. Non è stato cambiato nulla; avvisi la centrale.',
  'tpm-policy': 'Il TPM restituisce le chiavi solo al sistema a cui sono legate, e ne è stato avviato un altro.',
  'tpm-failed': `Il TPM ha rifiutato. ${AGAIN}`,
}

const sayKeyFailure = (failure: Parameters<typeof explain>[0]): string =>
  `${TPM_WORDS[failure.kind] ?? 'Una chiave di questa macchina non si può usare.'} (${explain(failure)})`

const italian = (at: Date): string =>
  at.toLocaleString('it-IT', { timeZone: 'Europe/Rome', dateStyle: 'long', timeStyle: 'short' })
