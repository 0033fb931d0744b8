// Over 400 lines, because the same words stand here in five languages, one beside the other.
import type { Bollo } from '../../contract/bollo.ts'
import type { CertificateType } from '../../contract/catalogue.ts'
import { dayInWords, type Language, languages } from '../../contract/language.ts'
import type { Paper } from './model.ts'

/** "Month" after a number, in Slovene, which has a dual and a form for three and four. */
const MESECI: Record<Intl.LDMLPluralRule, string> = {
  ...{ one: 'mesec', two: 'meseca', few: 'meseci' },
  ...{ zero: 'mesecev', many: 'mesecev', other: 'mesecev' },
}

/** Words of the totem's own papers. The words of a certificate are ANPR's alone. */
export const texts = {
  it: {
    date: 'Data e ora',
    totem: 'Totem',
    office: 'Ufficio postale',
    operation: 'Operazione',
    protocol: 'Protocollo ANPR',
    pages: 'Pagine stampate',
    amount: 'Importo',
    valid: 'Validità',
    months: (count: number) => (count === 1 ? 'un mese dal rilascio' : `${count} mesi dal rilascio`),
    diritti: 'Diritti di segreteria',
    dirittiPaid: 'compresi',
    dirittiDue: 'da pagare al Comune',
    receipt: {
      title: 'RICEVUTA',
      document: 'Documento',
      note: 'Questa ricevuta non è un certificato. Il certificato è il foglio del Ministero dell’Interno, con il suo sigillo.',
      caption: 'Il codice contiene operazione, protocollo e impronta del certificato, firmati dal totem.',
      codeAlt: 'Codice QR: operazione, protocollo ANPR e impronta del certificato',
    },
    slip: {
      title: 'RICHIESTA REGISTRATA',
      lead: 'In questo momento il collegamento con l’anagrafe nazionale (ANPR) non è disponibile.',
      safe: 'La richiesta è al sicuro: parte da sola appena torna la linea. Non serve ripeterla.',
      how: 'Per ritirare il certificato: tornare a questo totem con la stessa tessera e il PIN.',
      until: 'Ritirare entro',
      note: 'Questo foglio non è un certificato e non ne fa le veci.',
      caption: 'Il codice contiene operazione e scadenza del ritiro, firmate dal totem.',
      codeAlt: 'Codice QR: operazione e scadenza del ritiro',
      requested: 'Richiesto',
    },
    code: {
      title: 'LE 6 CIFRE',
      lead: 'Aprono il collegamento che arriva per e-mail:',
      until: 'Valgono fino al',
      times: 'Volte',
      note: 'L’e-mail non le contiene: senza questo foglio il documento non si apre.',
    },
  },
  de: {
    date: 'Datum und Uhrzeit',
    totem: 'Totem',
    office: 'Postamt',
    operation: 'Vorgang',
    protocol: 'ANPR-Protokoll',
    pages: 'Gedruckte Seiten',
    amount: 'Betrag',
    valid: 'Gültigkeit',
    months: (count: number) => (count === 1 ? 'ein Monat ab Ausstellung' : `${count} Monate ab Ausstellung`),
    diritti: 'Sekretariatsgebühren',
    dirittiPaid: 'inbegriffen',
    dirittiDue: 'an die Gemeinde zu zahlen',
    receipt: {
      title: 'QUITTUNG',
      document: 'Dokument',
      note: 'Diese Quittung ist keine Bescheinigung. Die Bescheinigung ist das Blatt des Innenministeriums mit seinem Siegel.',
      caption: 'Der Code enthält Vorgang, Protokoll und Fingerabdruck der Bescheinigung, vom Totem signiert.',
      codeAlt: 'QR-Code: Vorgang, ANPR-Protokoll und Fingerabdruck der Bescheinigung',
    },
    slip: {
      title: 'ANTRAG GESPEICHERT',
      lead: 'Das nationale Melderegister (ANPR) ist gerade nicht erreichbar.',
      safe: 'Ihr Antrag ist sicher: Er wird von selbst gesendet, sobald die Verbindung zurück ist. Sie brauchen ihn nicht zu wiederholen.',
      how: 'Zum Abholen der Bescheinigung: Kommen Sie mit derselben Karte und dem PIN zu diesem Totem zurück.',
      until: 'Abholen bis',
      note: 'Dieses Blatt ist keine Bescheinigung und ersetzt keine.',
      caption: 'Der Code enthält Vorgang und letzten Tag zum Abholen, vom Totem signiert.',
      codeAlt: 'QR-Code: Vorgang und letzter Tag zum Abholen',
      requested: 'Beantragt',
    },
    code: {
      title: 'DIE 6 ZIFFERN',
      lead: 'Sie öffnen den Link, der per E-Mail kommt:',
      until: 'Gültig bis',
      times: 'Wie oft',
      note: 'In der E-Mail stehen sie nicht: Ohne diesen Zettel öffnet sich das Dokument nicht.',
    },
  },
  fr: {
    date: 'Date et heure',
    totem: 'Totem',
    office: 'Bureau de poste',
    operation: 'Opération',
    protocol: 'Protocole ANPR',
    pages: 'Pages imprimées',
    amount: 'Montant',
    valid: 'Validité',
    months: (count: number) => (count === 1 ? 'un mois dès la délivrance' : `${count} mois dès la délivrance`),
    diritti: 'Droits de secrétariat',
    dirittiPaid: 'compris',
    dirittiDue: 'à payer à la commune',
    receipt: {
      title: 'REÇU',
      document: 'Document',
      note: 'Ce reçu n’est pas un certificat. Le certificat est la feuille du ministère de l’Intérieur, avec son sceau.',
      caption: 'Le code contient opération, protocole et empreinte du certificat, signés par le totem.',
      codeAlt: 'Code QR : opération, protocole ANPR et empreinte du certificat',
    },
    slip: {
      title: 'DEMANDE ENREGISTRÉE',
      lead: 'Le registre national (ANPR) ne peut pas être joint en ce moment.',
      safe: 'Votre demande est en sécurité : elle part toute seule dès que la connexion revient. Ne la refaites pas.',
      how: 'Pour retirer le certificat : revenez à ce totem avec la même carte et le code PIN.',
      until: 'À retirer avant le',
      note: 'Cette feuille n’est pas un certificat et n’en tient pas lieu.',
      caption: 'Le code contient opération et dernier jour de retrait, signés par le totem.',
      codeAlt: 'Code QR : opération et dernier jour de retrait',
      requested: 'Demandé',
    },
    code: {
      title: 'LES 6 CHIFFRES',
      lead: 'Ils ouvrent le lien qui arrive par e-mail :',
      until: 'Valables jusqu’au',
      times: 'Nombre de fois',
      note: 'L’e-mail ne les contient pas : sans ce papier le document ne s’ouvre pas.',
    },
  },
  sl: {
    date: 'Datum in ura',
    totem: 'Totem',
    office: 'Poštni urad',
    operation: 'Postopek',
    protocol: 'Protokol ANPR',
    pages: 'Natisnjene strani',
    amount: 'Znesek',
    valid: 'Veljavnost',
    months: (count: number) => `${count} ${MESECI[new Intl.PluralRules('sl').select(count)]} od izdaje`,
    diritti: 'Upravne takse',
    dirittiPaid: 'vključene',
    dirittiDue: 'plača se občini',
    receipt: {
      title: 'POTRDILO O TISKU',
      document: 'Dokument',
      note: 'To ni potrdilo iz registra. Potrdilo je list Ministrstva za notranje zadeve z njegovim pečatom.',
      caption: 'Koda vsebuje postopek, protokol in odtis potrdila, ki jih je podpisal totem.',
      codeAlt: 'Koda QR: postopek, protokol ANPR in odtis potrdila',
    },
    slip: {
      title: 'ZAHTEVEK SHRANJEN',
      lead: 'Državni register prebivalstva (ANPR) trenutno ni dosegljiv.',
      safe: 'Vaš zahtevek je varen: pošlje se sam, ko se povezava vrne. Ni ga treba ponoviti.',
      how: 'Za prevzem potrdila: vrnite se k temu totemu z isto kartico in PIN.',
      until: 'Prevzem do',
      note: 'Ta list ni potrdilo in ga ne nadomešča.',
      caption: 'Koda vsebuje postopek in zadnji dan prevzema, ki ju je podpisal totem.',
      codeAlt: 'Koda QR: postopek in zadnji dan prevzema',
      requested: 'Zahtevano',
    },
    code: {
      title: '6 ŠTEVK',
      lead: 'Odprejo povezavo, ki pride po e-pošti:',
      until: 'Velja do',
      times: 'Kolikokrat',
      note: 'V e-pošti jih ni: brez tega listka se dokument ne odpre.',
    },
  },
  en: {
    date: 'Date and time',
    totem: 'Totem',
    office: 'Post office',
    operation: 'Operation',
    protocol: 'ANPR protocol',
    pages: 'Pages printed',
    amount: 'Amount',
    valid: 'Valid for',
    months: (count: number) => (count === 1 ? 'one month from issue' : `${count} months from issue`),
    diritti: 'Office fees',
    dirittiPaid: 'included',
    dirittiDue: 'payable to the municipality',
    receipt: {
      title: 'RECEIPT',
      document: 'Document',
      note: 'This receipt is not a certificate. The certificate is the sheet of the Ministry of the Interior, with its seal.',
      caption:
        'The code contains the operation, the protocol and the fingerprint of the certificate, signed by the totem.',
      codeAlt: 'QR code: operation, ANPR protocol and fingerprint of the certificate',
    },
    slip: {
      title: 'REQUEST RECORDED',
      lead: 'The national population register (ANPR) cannot be reached at the moment.',
      safe: 'Your request is safe: it will be sent automatically as soon as the connection is back. There is no need to repeat it.',
      how: 'To collect the certificate: come back to this totem with the same card and PIN.',
      until: 'Collect by',
      note: 'This sheet is not a certificate and does not replace one.',
      caption: 'The code contains the operation and the last day to collect, signed by the totem.',
      codeAlt: 'QR code: operation and last day to collect',
      requested: 'Requested',
    },
    code: {
      title: 'THE 6 DIGITS',
      lead: 'They open the link that comes by e-mail:',
      until: 'Valid until',
      times: 'Times it opens',
      note: 'They are not in the e-mail: without this slip the document does not open.',
    },
  },
} as const satisfies Record<Language, unknown>

/** An amount as the totem's papers write it. */
export const euro = (cents: number, language: Language): string =>
  `${new Intl.NumberFormat(language, { minimumFractionDigits: 2 }).format(cents / 100)} euro`

/** The receipt's words on the bollo: how it was settled, and what the person must still do. */
export const settled: Record<
  Language,
  Record<Bollo['kind'], { how: string; proof: { label: string; note: string } | null }>
> = {
  it: {
    exempt: { how: 'esente da bollo', proof: null },
    contrassegno: {
      how: 'bollo con marca',
      proof: {
        label: 'Marca da bollo',
        note: 'Incollare la marca sul certificato e scrivere la data di oggi, metà sulla marca e metà sul foglio. La marca vale per questo certificato soltanto.',
      },
    },
    pagopa: {
      how: 'bollo pagato con pagoPA',
      proof: {
        label: 'Avviso pagoPA',
        note: 'Il bollo è già sul certificato: non serve nessuna marca. La ricevuta del pagamento arriva da chi lo ha eseguito.',
      },
    },
  },
  de: {
    exempt: { how: 'von der Stempelsteuer befreit', proof: null },
    contrassegno: {
      how: 'Stempelsteuer mit Marke',
      proof: {
        label: 'Stempelmarke',
        note: 'Kleben Sie die Marke auf die Bescheinigung und schreiben Sie das heutige Datum halb auf die Marke und halb auf das Blatt. Die Marke gilt nur für diese Bescheinigung.',
      },
    },
    pagopa: {
      how: 'mit pagoPA bezahlt',
      proof: {
        label: 'pagoPA-Mitteilung',
        note: 'Die Stempelsteuer steht schon auf der Bescheinigung: Es braucht keine Marke. Die Zahlungsquittung kommt von der Stelle, die gezahlt hat.',
      },
    },
  },
  fr: {
    exempt: { how: 'exempt de droit de timbre', proof: null },
    contrassegno: {
      how: 'droit de timbre par timbre fiscal',
      proof: {
        label: 'Timbre fiscal',
        note: 'Collez le timbre sur le certificat et écrivez la date d’aujourd’hui, moitié sur le timbre et moitié sur la feuille. Le timbre vaut pour ce certificat seulement.',
      },
    },
    pagopa: {
      how: 'payé avec pagoPA',
      proof: {
        label: 'Avis pagoPA',
        note: 'Le droit de timbre est déjà sur le certificat : il ne faut pas de timbre. Le reçu du paiement vient de l’organisme qui l’a exécuté.',
      },
    },
  },
  sl: {
    exempt: { how: 'oproščeno kolkovine', proof: null },
    contrassegno: {
      how: 'kolkovina s kolekom',
      proof: {
        label: 'Kolek št.',
        note: 'Kolek nalepite na potrdilo in napišite današnji datum pol na kolek in pol na list. Kolek velja samo za to potrdilo.',
      },
    },
    pagopa: {
      how: 'plačano s pagoPA',
      proof: {
        label: 'Nalog pagoPA',
        note: 'Kolkovina je že na potrdilu: koleka ni treba. Potrdilo o plačilu pride od tistega, ki je plačilo izvedel.',
      },
    },
  },
  en: {
    exempt: { how: 'exempt from stamp duty', proof: null },
    contrassegno: {
      how: 'stamp duty paid with a stamp',
      proof: {
        label: 'Stamp no.',
        note: 'Stick the stamp (marca da bollo) on the certificate and write today’s date half on the stamp and half on the sheet. The stamp is valid for this certificate only.',
      },
    },
    pagopa: {
      how: 'stamp duty paid with pagoPA',
      proof: {
        label: 'pagoPA notice',
        note: 'The stamp duty is already on the certificate: no stamp is needed. The receipt for the payment comes from whoever made it.',
      },
    },
  },
}

/** At the foot of every sheet. */
export const footing: Record<
  Language,
  {
    totem: string
    operation: string
    reprint: string
    /** Before the address of the page that verifies the code, and before the number to call. */
    verifyAt: string
    phone: string
    page(number: number, of: number): string
  }
> = {
  it: {
    totem: 'Totem',
    operation: 'Operazione',
    reprint: 'RISTAMPA: può esisterne un’altra copia',
    verifyAt: 'Il codice si verifica su',
    phone: 'Per assistenza',
    page: (number, of) => `pagina ${number} di ${of}`,
  },
  en: {
    totem: 'Totem',
    operation: 'Operation',
    reprint: 'REPRINT: another copy may exist',
    verifyAt: 'Check the code at',
    phone: 'For help call',
    page: (number, of) => `page ${number} of ${of}`,
  },
  de: {
    totem: 'Totem',
    operation: 'Vorgang',
    reprint: 'NACHDRUCK: eine weitere Ausfertigung kann bestehen',
    verifyAt: 'Code prüfen auf',
    phone: 'Auskunft',
    page: (number, of) => `Seite ${number} von ${of}`,
  },
  fr: {
    totem: 'Totem',
    operation: 'Opération',
    reprint: 'RÉIMPRESSION : une autre copie peut exister',
    verifyAt: 'Vérifier le code sur',
    phone: 'Assistance',
    page: (number, of) => `page ${number} sur ${of}`,
  },
  sl: {
    totem: 'Totem',
    operation: 'Postopek',
    reprint: 'PONATIS: lahko obstaja še en izvod',
    verifyAt: 'Preverjanje kode',
    phone: 'Pomoč',
    page: (number, of) => `stran ${number} od ${of}`,
  },
}

/** Where the code of a paper is verified, and whom to call. */
export function helpOf({ languages: [language], blocks, verifyAt, phone }: Paper): string[] {
  const words = footing[language]
  return [
    ...(verifyAt && blocks.some(({ kind }) => kind === 'qr') ? [`${words.verifyAt} ${verifyAt}`] : []),
    ...(phone ? [`${words.phone}: ${phone}`] : []),
  ]
}

/** Name of a certificate on a receipt or a slip. */
const titles: Record<Language, Record<CertificateType, string>> = {
  it: {
    '1': 'Certificato anagrafico di nascita',
    '3': 'Certificato anagrafico di matrimonio',
    '5': 'Certificato di cittadinanza',
    '7': 'Certificato di esistenza in vita',
    '8': 'Certificato di residenza',
    '10': 'Certificato di residenza AIRE',
    '11': 'Certificato di stato civile',
    '12': 'Certificato di stato di famiglia',
    '13': 'Certificato di stato di famiglia e di stato civile',
    '14': 'Certificato di residenza in convivenza',
    '15': 'Certificato di stato di famiglia AIRE',
    '16': 'Certificato di stato di famiglia con rapporti di parentela',
    '17': 'Certificato di stato libero',
    '18': 'Certificato anagrafico di unione civile',
    '19': 'Certificato di contratto di convivenza',
  },
  de: {
    '1': 'Meldeamtliche Geburtsbescheinigung',
    '3': 'Meldeamtliche Ehebescheinigung',
    '5': 'Staatsbürgerschaftsbescheinigung',
    '7': 'Lebensbescheinigung',
    '8': 'Wohnsitzbescheinigung',
    '10': 'Wohnsitzbescheinigung AIRE',
    '11': 'Personenstandsbescheinigung',
    '12': 'Familienstandsbescheinigung (Familienbogen)',
    '13': 'Bescheinigung über Familie und Personenstand',
    '14': 'Bescheinigung über den Wohnsitz in einer Gemeinschaft',
    '15': 'Familienstandsbescheinigung AIRE',
    '16': 'Familienstandsbescheinigung mit Verwandtschaft',
    '17': 'Ledigkeitsbescheinigung',
    '18': 'Bescheinigung über die eingetragene Lebenspartnerschaft',
    '19': 'Bescheinigung über den Vertrag über das Zusammenleben',
  },
  fr: {
    '1': 'Certificat de naissance du registre',
    '3': 'Certificat de mariage du registre',
    '5': 'Certificat de nationalité',
    '7': 'Certificat de vie',
    '8': 'Certificat de résidence',
    '10': 'Certificat de résidence AIRE',
    '11': 'Certificat d’état civil',
    '12': 'Certificat de situation de famille',
    '13': 'Certificat de situation de famille et d’état civil',
    '14': 'Certificat de résidence en communauté',
    '15': 'Certificat de situation de famille AIRE',
    '16': 'Certificat de situation de famille avec parenté',
    '17': 'Certificat de célibat',
    '18': 'Certificat d’union civile du registre',
    '19': 'Certificat de contrat de cohabitation',
  },
  sl: {
    '1': 'Potrdilo o rojstvu iz registra',
    '3': 'Potrdilo o poroki iz registra',
    '5': 'Potrdilo o državljanstvu',
    '7': 'Potrdilo o življenju',
    '8': 'Potrdilo o stalnem prebivališču',
    '10': 'Potrdilo o stalnem prebivališču AIRE',
    '11': 'Potrdilo o osebnem stanu',
    '12': 'Potrdilo o družinskem stanju (družinski list)',
    '13': 'Potrdilo o družini in osebnem stanu',
    '14': 'Potrdilo o prebivališču v skupnosti',
    '15': 'Potrdilo o družinskem stanju AIRE',
    '16': 'Potrdilo o družinskem stanju s sorodstvom',
    '17': 'Potrdilo o samskem stanu',
    '18': 'Potrdilo o partnerski zvezi iz registra',
    '19': 'Potrdilo o pogodbi o skupnem življenju',
  },
  en: {
    '1': 'Certificate of birth',
    '3': 'Certificate of marriage',
    '5': 'Certificate of citizenship',
    '7': 'Certificate of proof of life',
    '8': 'Certificate of residence',
    '10': 'Certificate of residence abroad (AIRE)',
    '11': 'Certificate of civil status',
    '12': 'Certificate of family status',
    '13': 'Certificate of family status and civil status',
    '14': 'Certificate of residence in an institution',
    '15': 'Certificate of family status abroad (AIRE)',
    '16': 'Certificate of family status with kinship',
    '17': 'Certificate of freedom to marry',
    '18': 'Certificate of civil union',
    '19': 'Certificate of cohabitation contract',
  },
}

export const titleOf = (language: Language, types: CertificateType[]): string =>
  types.map((type) => titles[language][type]).join(' + ')

/** e.g. `22 novembre 2026`, in the office's time zone. */
export const day = (instant: string, language: Language): string => dayInWords(new Date(instant), language)

/** e.g. `22/11/2026 10:32`, in the office's time zone. */
export function dateTime(instant: string, language: Language): string {
  return new Intl.DateTimeFormat(languages[language].tag, {
    day: '2-digit',
    month: '2-digit',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    timeZone: 'Europe/Rome',
  })
    .format(new Date(instant))
    .replace(',', '')
}
