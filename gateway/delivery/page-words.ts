import type { Language } from '../../contract/language.ts'

const it = {
  documentTitle: 'Il Suo documento · Totem Polis',
  heading: 'Il Suo documento è pronto',
  intro: 'Viene dal totem che ha davanti. Si apre una volta sola, su questo telefono, entro dieci minuti.',
  introMailed: 'Viene da un totem Polis. Si apre con le 6 cifre che il totem Le ha dato.',
  code: 'Le 6 cifre',
  codeShort: 'Scrivere tutte e 6 le cifre.',
  codeWrong: 'Le cifre non sono giuste. Controllarle e riprovare: dopo 5 errori il documento si cancella.',
  codeLast: 'Le cifre non sono giuste. Resta un solo tentativo.',
  fetch: 'Scaricare il documento',
  fetching: 'Il documento arriva…',
  here: 'Il documento è su questo telefono',
  hereLead: 'Ora va salvato: chiudendo questa pagina si perde.',
  save: 'Salvare',
  open: 'Aprire',
  incomplete: 'Il collegamento è incompleto. Inquadrare di nuovo il codice sul totem.',
  gone: 'Qui non c’è più nulla: il tempo è finito, o il documento è già stato preso. Sul totem si può avere un codice nuovo.',
  contested:
    'Due telefoni hanno chiesto questo documento. Per sicurezza non lo riceve più nessuno: chiedere al totem un codice nuovo.',
  damaged: 'Il documento è arrivato alterato e non si apre. Chiedere al totem un codice nuovo.',
  noLine: 'Il telefono non raggiunge il servizio. Controllare la rete e riprovare.',
  otherBrowser: 'Il pulsante non fa nulla? Aprire questa pagina in Safari o Chrome, prima di scaricare.',
  copy: 'Copiare il collegamento',
  copied: 'Copiato: incollarlo in Safari o Chrome.',
  privacy: 'La chiave che apre il documento sta nel collegamento e non lascia questo telefono.',
}

export type PageWords = typeof it

const de: PageWords = {
  documentTitle: 'Ihr Dokument · Totem Polis',
  heading: 'Ihr Dokument ist bereit',
  intro:
    'Es kommt vom Totem vor Ihnen. Es öffnet sich ein einziges Mal, auf diesem Telefon, innerhalb von zehn Minuten.',
  introMailed: 'Es kommt von einem Polis-Totem. Es öffnet sich mit den 6 Ziffern, die er Ihnen gegeben hat.',
  code: 'Die 6 Ziffern',
  codeShort: 'Schreiben Sie alle 6 Ziffern.',
  codeWrong: 'Die Ziffern stimmen nicht. Prüfen Sie sie: Nach 5 Fehlern wird das Dokument gelöscht.',
  codeLast: 'Die Ziffern stimmen nicht. Noch ein Versuch.',
  fetch: 'Dokument herunterladen',
  fetching: 'Das Dokument kommt…',
  here: 'Das Dokument ist auf diesem Telefon',
  hereLead: 'Speichern Sie es jetzt: Beim Schließen der Seite geht es verloren.',
  save: 'Speichern',
  open: 'Öffnen',
  incomplete: 'Der Link ist unvollständig. Nehmen Sie den Code am Totem noch einmal auf.',
  gone: 'Hier ist nichts mehr: Die Zeit ist um, oder das Dokument wurde schon geholt. Der Totem zeigt einen neuen Code.',
  contested:
    'Zwei Telefone wollten dieses Dokument. Zur Sicherheit bekommt es niemand mehr: Verlangen Sie am Totem einen neuen Code.',
  damaged: 'Das Dokument kam verändert an und öffnet sich nicht. Verlangen Sie am Totem einen neuen Code.',
  noLine: 'Das Telefon erreicht den Dienst nicht. Prüfen Sie das Netz und versuchen Sie es noch einmal.',
  otherBrowser: 'Die Taste tut nichts? Öffnen Sie diese Seite vor dem Herunterladen in Safari oder Chrome.',
  copy: 'Link kopieren',
  copied: 'Kopiert: Fügen Sie ihn in Safari oder Chrome ein.',
  privacy: 'Der Schlüssel steht im Link und verlässt dieses Telefon nicht.',
}

const en: PageWords = {
  documentTitle: 'Your document · Totem Polis',
  heading: 'Your document is ready',
  intro: 'It comes from the totem in front of you. It opens once, on this phone, within ten minutes.',
  introMailed: 'It comes from a Polis totem. It opens by the 6 digits that the totem gave you.',
  code: 'The 6 digits',
  codeShort: 'Type all 6 digits.',
  codeWrong: 'The digits are not right. Check them and try again: after 5 errors the document is erased.',
  codeLast: 'The digits are not right. One try is left.',
  fetch: 'Download the document',
  fetching: 'The document is on its way…',
  here: 'The document is on this phone',
  hereLead: 'Save it now: it is lost when this page is closed.',
  save: 'Save',
  open: 'Open',
  incomplete: 'The link is incomplete. Scan the code on the totem again.',
  gone: 'There is nothing here any more: time is over, or the document has been taken. The totem can show a new code.',
  contested: 'Two phones asked for this document. To be safe nobody gets it any more: ask the totem for a new code.',
  damaged: 'The document arrived altered and does not open. Ask the totem for a new code.',
  noLine: 'The phone does not reach the service. Check the network and try again.',
  otherBrowser: 'Does the button do nothing? Open this page in Safari or Chrome before you download.',
  copy: 'Copy the link',
  copied: 'Copied: paste it into Safari or Chrome.',
  privacy: 'The key that opens the document is in the link and does not leave this phone.',
}

export const pageWords: Record<Language, PageWords> = { it, de, en }
