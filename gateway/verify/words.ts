import { certificates, type TableType } from '../../catalogue/certificates.ts'
import type { FactLetter } from '../../contract/catalogue.ts'
import type { Language } from '../../contract/language.ts'
import type { VerifiedDocument } from '../../contract/verification.ts'

const it = {
  document: {
    receipt: 'ricevuta di stampa di un certificato',
    slip: 'ricevuta di una richiesta da ritirare',
    visura: 'visura anagrafica',
    dichiarazioneSostitutiva: 'dichiarazione sostitutiva di certificazione (art. 46 DPR 445/2000)',
    attoNotorio: 'modulo di dichiarazione sostitutiva dell’atto di notorietà (art. 47 DPR 445/2000)',
    coverSlip: 'foglio che accompagna un certificato',
  } satisfies Record<VerifiedDocument, string>,
  certificate: (type: TableType) => `Certificato ${certificates[type].name}`,
  /** A type that this page does not know. */
  unknownCertificate: (code: string) => `Certificato di tipo ${code}`,
  /** Art. 46 c. 1 DPR 445/2000, in short. */
  facts: {
    a: 'Nascita',
    b: 'Residenza',
    c: 'Cittadinanza',
    d: 'Diritti civili e politici',
    e: 'Stato civile',
    f: 'Stato di famiglia',
    g: 'Esistenza in vita',
    h: 'Nascita o decesso di familiari',
    i: 'Iscrizione in albi o elenchi',
    l: 'Ordini professionali',
    m: 'Titolo di studio, esami',
    n: 'Qualifica professionale',
    o: 'Reddito o situazione economica',
    p: 'Obblighi contributivi',
    q: 'Codice fiscale, partita IVA',
    r: 'Disoccupazione',
    s: 'Pensione',
    t: 'Studente',
    u: 'Legale rappresentante, tutore, curatore',
    v: 'Associazioni o formazioni sociali',
    z: 'Obblighi militari',
    aa: 'Condanne penali',
    bb: 'Procedimenti penali',
    'bb-bis': 'Sanzioni d.lgs. 231/2001',
    cc: 'Vivenza a carico',
    dd: 'Registri dello stato civile',
    ee: 'Liquidazione o fallimento',
  } satisfies Record<FactLetter, string>,
  genuine: {
    title: 'Foglio autentico di un totem',
    lead: 'Questo codice l’ha scritto un totem Polis. Un codice si può copiare: confrontare i dati qui sotto con quelli stampati.',
  },
  expired: {
    title: 'Foglio autentico, ma scaduto',
    lead: (on: string) => `Questo codice l’ha scritto un totem Polis, ma il foglio valeva fino al ${on}.`,
  },
  withdrawn: {
    title: 'Non vale: totem revocato',
    lead: (totem: string, since: string) =>
      `La chiave del totem ${totem} è revocata (${since}): chiunque l’abbia può aver firmato questo codice. Il foglio non va accettato.`,
  },
  notGenuine: {
    title: 'Non autentico',
    'signature-wrong': 'La firma non corrisponde: il codice è stato cambiato o inventato. Il foglio non va accettato.',
    'not-this-totem': 'Il codice dice di un totem e porta la firma di un altro. Il foglio non va accettato.',
    'key-not-in-use':
      'Alla data che il codice dichiara, quel totem non aveva questa chiave. Il foglio non va accettato.',
    'in-the-future':
      'Il codice porta una data futura. Se l’orologio di questo dispositivo è giusto, il foglio non va accettato.',
  },
  signerUnknown: {
    title: 'Firma sconosciuta',
    lead: (issued: string) =>
      `Nessun totem dell’elenco del ${issued} ha questa chiave. Il foglio non va accettato, a meno che un elenco più nuovo la riconosca.`,
  },
  unreadable: {
    title: 'Non si legge',
    'other-code':
      'Questo non è il codice di un totem. Il QR di un certificato si controlla sul sito dell’ANPR, non qui.',
    damaged: 'Il codice è incompleto o rovinato. Provare a fotografarlo di nuovo, disteso e ben illuminato.',
    malformed: 'Il codice comincia come quello di un totem, ma nessun totem scrive così.',
    'claims-unknown': 'La firma è di un totem, ma questa versione del controllo non conosce ciò che dice.',
    'no-code': 'Nessun codice QR trovato nell’immagine. Provare più da vicino, con il foglio disteso.',
  },
  who: {
    totem: 'Lo dice il totem',
    totemNote: 'Il totem garantisce di averlo stampato. Non è un sigillo dell’ANPR.',
    anpr: 'Il totem dice di averlo ricevuto dall’ANPR',
    anprNote:
      'Solo l’ANPR garantisce i dati: per esserne certi, controllare il QR del certificato o chiedere all’ufficio anagrafe.',
    person: 'Lo dichiara la persona',
    personNote:
      'Vale come dichiarazione solo se firmata dalla persona, che ne risponde (artt. 75 e 76 DPR 445/2000). Ciò che è scritto a mano non è nel codice.',
  },
  label: {
    document: 'Foglio',
    totem: 'Totem',
    issuedAt: 'Stampato',
    validUntil: 'Fino al',
    operation: 'Operazione',
    pages: 'Pagine stampate',
    id: 'Numero del foglio',
    subject: 'Persona',
    codiceFiscale: 'Codice fiscale',
    types: 'Certificato',
    protocol: 'Protocollo ANPR',
    pdfSha256: 'Impronta del PDF (SHA-256)',
    requested: 'Richiesto',
  },
  staleKeys: (until: string) =>
    `L’elenco dei totem di questo controllo andava rinnovato entro il ${until}: un totem revocato dopo non risulta.`,
}

export type Words = typeof it

const english: Record<TableType, string> = {
  '1': 'birth',
  '2': 'death',
  '3': 'marriage',
  '4': 'removal from the register',
  '5': 'citizenship',
  '6': 'past citizenship',
  '7': 'being alive',
  '8': 'residence',
  '9': 'past residences',
  '10': 'residence abroad (AIRE)',
  '11': 'marital status',
  '12': 'family',
  '13': 'family and marital status',
  '14': 'residence in an institution',
  '15': 'family abroad (AIRE)',
  '16': 'family with kinship',
  '17': 'freedom to marry',
  '18': 'civil union',
  '19': 'cohabitation contract',
  '20': 'residence on a date',
}
const en: Words = {
  document: {
    receipt: 'receipt for a printed certificate',
    slip: 'slip for a request to be collected',
    visura: 'visura anagrafica (register extract, no certificate)',
    dichiarazioneSostitutiva: 'self-declaration in place of a certificate (art. 46 DPR 445/2000)',
    attoNotorio: 'form for a declaration in place of an affidavit (art. 47 DPR 445/2000)',
    coverSlip: 'sheet that comes with a certificate',
  },
  certificate: (type) => `Certificate of ${english[type]}`,
  unknownCertificate: (code) => `Certificate of type ${code}`,
  facts: {
    a: 'Birth',
    b: 'Residence',
    c: 'Citizenship',
    d: 'Civil and political rights',
    e: 'Marital status',
    f: 'Family',
    g: 'Being alive',
    h: 'Birth or death of relatives',
    i: 'Public registers and lists',
    l: 'Professional bodies',
    m: 'Degrees and examinations',
    n: 'Professional qualification',
    o: 'Income or means',
    p: 'Social contributions',
    q: 'Tax and VAT numbers',
    r: 'Unemployment',
    s: 'Pension',
    t: 'Student',
    u: 'Legal representative, guardian',
    v: 'Associations',
    z: 'Military service',
    aa: 'Criminal convictions',
    bb: 'Criminal proceedings',
    'bb-bis': 'Sanctions under d.lgs. 231/2001',
    cc: 'Dependent relative',
    dd: 'Civil status records',
    ee: 'Liquidation or bankruptcy',
  },
  genuine: {
    title: 'Genuine paper of a totem',
    lead: 'A Polis totem wrote this code. A code can be copied: compare what is below with what is printed.',
  },
  expired: {
    title: 'Genuine paper, but expired',
    lead: (on) => `A Polis totem wrote this code, but the paper was valid until ${on}.`,
  },
  withdrawn: {
    title: 'Not valid: withdrawn totem',
    lead: (totem, since) =>
      `The key of totem ${totem} is withdrawn (${since}): anyone who has it may have signed this code. Do not accept the paper.`,
  },
  notGenuine: {
    title: 'Not genuine',
    'signature-wrong': 'The signature does not match: the code was altered or made up. Do not accept the paper.',
    'not-this-totem': 'The code names one totem and is signed by another. Do not accept the paper.',
    'key-not-in-use': 'On the date that the code states, that totem did not have this key. Do not accept the paper.',
    'in-the-future': 'The code has a future date. If the clock of this device is right, do not accept the paper.',
  },
  signerUnknown: {
    title: 'Unknown signer',
    lead: (issued) =>
      `No totem in the list of ${issued} has this key. Do not accept the paper, unless a newer list knows the key.`,
  },
  unreadable: {
    title: 'Cannot be read',
    'other-code': 'This is not the code of a totem. The QR of a certificate is checked on ANPR’s own site, not here.',
    damaged: 'The code is incomplete or damaged. Try another picture, with the paper flat and well lit.',
    malformed: 'The code begins like that of a totem, but no totem writes like this.',
    'claims-unknown': 'The signature is a totem’s, but this version of the check does not know what it says.',
    'no-code': 'No QR code was found in the picture. Try closer, with the paper flat.',
  },
  who: {
    totem: 'The totem says so',
    totemNote: 'The totem vouches for having printed it. This is not a seal of ANPR.',
    anpr: 'The totem says that it received this from ANPR',
    anprNote:
      'Only ANPR can vouch for the data: to be sure, check the certificate’s own QR or ask the registry office (ufficio anagrafe).',
    person: 'The person declares it',
    personNote:
      'It is a declaration only if the person has signed it, and the person answers for it (arts. 75 and 76 DPR 445/2000). What is written by hand is not in the code.',
  },
  label: {
    document: 'Paper',
    totem: 'Totem',
    issuedAt: 'Printed',
    validUntil: 'Until',
    operation: 'Operation',
    pages: 'Pages printed',
    id: 'Number of the paper',
    subject: 'Person',
    codiceFiscale: 'Codice fiscale',
    types: 'Certificate',
    protocol: 'ANPR protocol',
    pdfSha256: 'Fingerprint of the PDF (SHA-256)',
    requested: 'Requested',
  },
  staleKeys: (until) =>
    `The list of totems behind this check was to be renewed by ${until}: a totem withdrawn since then does not show.`,
}

const german: Record<TableType, string> = {
  '1': 'Geburt',
  '2': 'Tod',
  '3': 'Ehe',
  '4': 'Löschung aus dem Register',
  '5': 'Staatsbürgerschaft',
  '6': 'frühere Staatsbürgerschaft',
  '7': 'Leben',
  '8': 'Wohnsitz',
  '9': 'frühere Wohnsitze',
  '10': 'Wohnsitz im Ausland (AIRE)',
  '11': 'Personenstand',
  '12': 'Familienbogen',
  '13': 'Familienbogen und Personenstand',
  '14': 'Wohnsitz in einer Gemeinschaft',
  '15': 'Familie im Ausland (AIRE)',
  '16': 'Familienbogen mit Verwandtschaft',
  '17': 'Ledigenstand',
  '18': 'eingetragene Lebenspartnerschaft',
  '19': 'Vertrag über das Zusammenleben',
  '20': 'Wohnsitz an einem Tag',
}
const de: Words = {
  document: {
    receipt: 'Quittung über eine gedruckte Bescheinigung',
    slip: 'Merkzettel einer Anfrage zum Abholen',
    visura: 'Auszug aus dem Melderegister (visura, keine Bescheinigung)',
    dichiarazioneSostitutiva: 'Ersatzerklärung einer Bescheinigung (Art. 46 DPR 445/2000)',
    attoNotorio: 'Formular der Ersatzerklärung des Notorietätsaktes (Art. 47 DPR 445/2000)',
    coverSlip: 'Blatt, das eine Bescheinigung begleitet',
  },
  certificate: (type) => `Bescheinigung: ${german[type]}`,
  unknownCertificate: (code) => `Bescheinigung der Art ${code}`,
  facts: {
    a: 'Geburt',
    b: 'Wohnsitz',
    c: 'Staatsbürgerschaft',
    d: 'Bürgerliche und politische Rechte',
    e: 'Personenstand',
    f: 'Familienbogen',
    g: 'Leben',
    h: 'Geburt oder Tod von Angehörigen',
    i: 'Öffentliche Verzeichnisse',
    l: 'Berufskammern',
    m: 'Studientitel, Prüfungen',
    n: 'Berufliche Befähigung',
    o: 'Einkommen oder wirtschaftliche Lage',
    p: 'Beitragspflichten',
    q: 'Steuernummer, Mehrwertsteuernummer',
    r: 'Arbeitslosigkeit',
    s: 'Rente',
    t: 'Studium',
    u: 'Gesetzliche Vertretung, Vormundschaft',
    v: 'Vereine',
    z: 'Wehrdienst',
    aa: 'Strafurteile',
    bb: 'Strafverfahren',
    'bb-bis': 'Strafen nach GvD 231/2001',
    cc: 'Zu Lasten lebende Personen',
    dd: 'Personenstandsregister',
    ee: 'Liquidation oder Konkurs',
  },
  genuine: {
    title: 'Echtes Blatt eines Totems',
    lead: 'Diesen Code hat ein Polis-Totem geschrieben. Ein Code lässt sich kopieren: Vergleichen Sie die Daten unten mit den gedruckten.',
  },
  expired: {
    title: 'Echtes Blatt, aber abgelaufen',
    lead: (on) => `Diesen Code hat ein Polis-Totem geschrieben, aber das Blatt galt bis ${on}.`,
  },
  withdrawn: {
    title: 'Gilt nicht: Totem widerrufen',
    lead: (totem, since) =>
      `Der Schlüssel des Totems ${totem} ist widerrufen (${since}): Wer ihn hat, kann diesen Code unterschrieben haben. Nehmen Sie das Blatt nicht an.`,
  },
  notGenuine: {
    title: 'Nicht echt',
    'signature-wrong':
      'Die Unterschrift stimmt nicht: Der Code wurde verändert oder erfunden. Nehmen Sie das Blatt nicht an.',
    'not-this-totem':
      'Der Code nennt einen Totem und trägt die Unterschrift eines anderen. Nehmen Sie das Blatt nicht an.',
    'key-not-in-use':
      'An dem Tag, den der Code nennt, hatte dieser Totem den Schlüssel nicht. Nehmen Sie das Blatt nicht an.',
    'in-the-future':
      'Der Code trägt ein künftiges Datum. Geht die Uhr dieses Geräts richtig, nehmen Sie das Blatt nicht an.',
  },
  signerUnknown: {
    title: 'Unbekannte Unterschrift',
    lead: (issued) =>
      `Kein Totem im Verzeichnis vom ${issued} hat diesen Schlüssel. Nehmen Sie das Blatt nicht an, außer ein neueres Verzeichnis kennt ihn.`,
  },
  unreadable: {
    title: 'Nicht lesbar',
    'other-code':
      'Das ist nicht der Code eines Totems. Den QR-Code einer Bescheinigung prüft die Seite des ANPR, nicht diese.',
    damaged: 'Der Code ist unvollständig oder beschädigt. Versuchen Sie ein neues Foto, flach und gut beleuchtet.',
    malformed: 'Der Code beginnt wie der eines Totems, aber kein Totem schreibt so.',
    'claims-unknown': 'Die Unterschrift ist von einem Totem, aber diese Prüfung kennt den Inhalt nicht.',
    'no-code': 'Im Bild ist kein QR-Code. Versuchen Sie es näher, mit flachem Blatt.',
  },
  who: {
    totem: 'Das sagt der Totem',
    totemNote: 'Der Totem steht dafür, dass er es gedruckt hat. Es ist kein Siegel des ANPR.',
    anpr: 'Der Totem sagt, dass er es vom ANPR hat',
    anprNote:
      'Nur das ANPR steht für die Daten: Prüfen Sie den QR-Code der Bescheinigung oder fragen Sie das Meldeamt.',
    person: 'Das erklärt die Person',
    personNote:
      'Es gilt nur mit der Unterschrift der Person, die dafür einsteht (Art. 75 und 76 DPR 445/2000). Handgeschriebenes steht nicht im Code.',
  },
  label: {
    document: 'Blatt',
    totem: 'Totem',
    issuedAt: 'Gedruckt',
    validUntil: 'Bis',
    operation: 'Vorgang',
    pages: 'Gedruckte Seiten',
    id: 'Nummer des Blatts',
    subject: 'Person',
    codiceFiscale: 'Steuernummer',
    types: 'Bescheinigung',
    protocol: 'ANPR-Protokoll',
    pdfSha256: 'Fingerabdruck des PDF (SHA-256)',
    requested: 'Angefragt',
  },
  staleKeys: (until) =>
    `Das Verzeichnis der Totems war bis ${until} zu erneuern: Ein seither widerrufener Totem ist nicht zu sehen.`,
}

export const words: Record<Language, Words> = { it, de, en }
