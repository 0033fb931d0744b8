import type { Language } from '../../contract/language.ts'

const it = {
  documentTitle: 'Verifica di un foglio · Totem Polis',
  heading: 'Questo foglio viene da un totem?',
  intro:
    'Ricevute, visure e dichiarazioni stampate da un totem Polis portano un codice QR firmato. Questa pagina lo controlla, anche senza rete.',
  ways: 'Come leggere il codice',
  camera: 'Usa la fotocamera',
  picture: 'Scegli una foto',
  typed: 'Incolla il testo',
  typedLabel: 'Testo del codice, comincia con TP1:',
  check: 'Controlla',
  hold: 'Tenere il codice intero dentro il riquadro.',
  stop: 'Chiudi la fotocamera',
  otherCode: 'Questo è un altro codice, non quello di un totem. Cercare sul foglio quello con la scritta del totem.',
  cameraFailed: 'La fotocamera non è disponibile o non è permessa. Scegliere una foto del codice.',
  compareTitle: 'Il certificato è quello giusto?',
  compareNote: 'Chi ha il PDF del certificato può confrontarlo: il file non lascia questo dispositivo.',
  comparePick: 'Scegli il PDF del certificato',
  same: 'È lo stesso file che il totem ha ricevuto e stampato.',
  other: 'Non è il file che il totem ha ricevuto e stampato.',
  privacy: 'Nessun dato lascia questo dispositivo: la pagina non chiama nessun server.',
  keysDate: (date: string, sequence: number) => `Elenco dei totem n. ${sequence} del ${date}.`,
  keysBroken: 'L’elenco dei totem in questa pagina non è firmato come deve: la pagina è stata alterata. Non usarla.',
  keysOlder:
    'Questo dispositivo ha già visto un elenco dei totem più recente: questa copia della pagina è vecchia. Aprire quella nuova.',
}

export type PageWords = typeof it
/** The texts that stand in the page as they are, each by its `data-text`. */
export type PageText = { [K in keyof PageWords]: PageWords[K] extends string ? K : never }[keyof PageWords]

const en: PageWords = {
  documentTitle: 'Check a paper · Totem Polis',
  heading: 'Does this paper come from a totem?',
  intro:
    'Receipts, register extracts and declarations printed by a Polis totem carry a signed QR code. This page checks it, even without a network.',
  ways: 'How to read the code',
  camera: 'Use the camera',
  picture: 'Choose a picture',
  typed: 'Paste the text',
  typedLabel: 'Text of the code, begins with TP1:',
  check: 'Check',
  hold: 'Hold the whole code inside the frame.',
  stop: 'Close the camera',
  otherCode: 'This is another code, not a totem’s. Look for the totem’s own on the paper.',
  cameraFailed: 'The camera is not available or not allowed. Choose a picture of the code.',
  compareTitle: 'Is it the right certificate?',
  compareNote: 'If you have the PDF of the certificate, compare it: the file does not leave this device.',
  comparePick: 'Choose the PDF of the certificate',
  same: 'It is the very file that the totem received and printed.',
  other: 'It is not the file that the totem received and printed.',
  privacy: 'Nothing leaves this device: the page calls no server.',
  keysDate: (date, sequence) => `List of totems no. ${sequence} of ${date}.`,
  keysBroken: 'The list of totems in this page is not signed as it must be: the page was altered. Do not use it.',
  keysOlder: 'This device has seen a newer list of totems: this copy of the page is old. Open the new one.',
}

export const pageWords: Record<Language, PageWords> = { it, en }
