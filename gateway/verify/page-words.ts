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

const de: PageWords = {
  documentTitle: 'Ein Blatt prüfen · Totem Polis',
  heading: 'Kommt dieses Blatt von einem Totem?',
  intro:
    'Quittungen, Registerauszüge und Erklärungen eines Polis-Totems tragen einen unterschriebenen QR-Code. Diese Seite prüft ihn, auch ohne Netz.',
  ways: 'Wie Sie den Code lesen',
  camera: 'Kamera benutzen',
  picture: 'Foto wählen',
  typed: 'Text einfügen',
  typedLabel: 'Text des Codes, beginnt mit TP1:',
  check: 'Prüfen',
  hold: 'Halten Sie den ganzen Code in den Rahmen.',
  stop: 'Kamera schließen',
  otherCode: 'Das ist ein anderer Code. Suchen Sie auf dem Blatt den Code des Totems.',
  cameraFailed: 'Die Kamera ist nicht verfügbar oder nicht erlaubt. Wählen Sie ein Foto des Codes.',
  compareTitle: 'Ist es die richtige Bescheinigung?',
  compareNote: 'Wenn Sie das PDF der Bescheinigung haben, vergleichen Sie es: Die Datei verlässt dieses Gerät nicht.',
  comparePick: 'PDF der Bescheinigung wählen',
  same: 'Es ist dieselbe Datei, die der Totem erhalten und gedruckt hat.',
  other: 'Es ist nicht die Datei, die der Totem erhalten und gedruckt hat.',
  privacy: 'Nichts verlässt dieses Gerät: Die Seite ruft keinen Server.',
  keysDate: (date, sequence) => `Verzeichnis der Totems Nr. ${sequence} vom ${date}.`,
  keysBroken:
    'Das Verzeichnis der Totems in dieser Seite ist nicht richtig unterschrieben: Die Seite wurde verändert. Benutzen Sie sie nicht.',
  keysOlder: 'Dieses Gerät kennt ein neueres Verzeichnis der Totems: Diese Seite ist alt. Öffnen Sie die neue.',
}

const fr: PageWords = {
  documentTitle: 'Vérifier une feuille · Totem Polis',
  heading: 'Cette feuille vient-elle d’un totem ?',
  intro:
    'Les reçus, extraits et déclarations imprimés par un totem Polis portent un code QR signé. Cette page le vérifie, même sans réseau.',
  ways: 'Comment lire le code',
  camera: 'Utiliser la caméra',
  picture: 'Choisir une photo',
  typed: 'Coller le texte',
  typedLabel: 'Texte du code, commence par TP1 :',
  check: 'Vérifier',
  hold: 'Tenez tout le code dans le cadre.',
  stop: 'Fermer la caméra',
  otherCode: 'C’est un autre code. Cherchez sur la feuille celui du totem.',
  cameraFailed: 'La caméra n’est pas disponible ou pas permise. Choisissez une photo du code.',
  compareTitle: 'Est-ce le bon certificat ?',
  compareNote: 'Si vous avez le PDF du certificat, comparez-le : le fichier ne quitte pas cet appareil.',
  comparePick: 'Choisir le PDF du certificat',
  same: 'C’est le fichier même que le totem a reçu et imprimé.',
  other: 'Ce n’est pas le fichier que le totem a reçu et imprimé.',
  privacy: 'Rien ne quitte cet appareil : la page n’appelle aucun serveur.',
  keysDate: (date, sequence) => `Liste des totems n° ${sequence} du ${date}.`,
  keysBroken:
    'La liste des totems de cette page n’est pas signée comme il faut : la page a été altérée. Ne l’utilisez pas.',
  keysOlder: 'Cet appareil connaît une liste des totems plus récente : cette page est ancienne. Ouvrez la nouvelle.',
}

const sl: PageWords = {
  documentTitle: 'Preverite list · Totem Polis',
  heading: 'Ali je ta list s totema?',
  intro:
    'Potrdila o tisku, vpogledi in izjave totema Polis imajo podpisano kodo QR. Ta stran jo preveri, tudi brez omrežja.',
  ways: 'Kako prebrati kodo',
  camera: 'Uporabite kamero',
  picture: 'Izberite fotografijo',
  typed: 'Prilepite besedilo',
  typedLabel: 'Besedilo kode, začne se s TP1:',
  check: 'Preverite',
  hold: 'Celo kodo držite v okvirju.',
  stop: 'Zaprite kamero',
  otherCode: 'To je druga koda, ne totemova. Na listu poiščite totemovo.',
  cameraFailed: 'Kamera ni na voljo ali ni dovoljena. Izberite fotografijo kode.',
  compareTitle: 'Je potrdilo pravo?',
  compareNote: 'Če imate PDF potrdila, ga primerjajte: datoteka ne zapusti te naprave.',
  comparePick: 'Izberite PDF potrdila',
  same: 'To je ista datoteka, ki jo je totem prejel in natisnil.',
  other: 'To ni datoteka, ki jo je totem prejel in natisnil.',
  privacy: 'Nič ne zapusti te naprave: stran ne kliče nobenega strežnika.',
  keysDate: (date, sequence) => `Seznam totemov št. ${sequence} z dne ${date}.`,
  keysBroken: 'Seznam totemov na tej strani ni pravilno podpisan: stran je bila spremenjena. Ne uporabljajte je.',
  keysOlder: 'Ta naprava pozna novejši seznam totemov: ta stran je stara. Odprite novo.',
}

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

export const pageWords: Record<Language, PageWords> = { it, de, fr, sl, en }
