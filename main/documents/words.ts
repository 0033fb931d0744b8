import type { RegisteredPerson } from '../../contract/document.ts'
import type { Language } from '../../contract/language.ts'
import { fill, type Run, type Words } from './model.ts'

type StatoCivile = NonNullable<RegisteredPerson['statoCivile']>

/** The register's own vocabulary, for visura and declarations. `{o}` and similar mark the ending by sex (`inflect`). */
interface RegisterWords {
  codiceFiscale: string
  born: string
  birthPlace: string
  birthDate: string
  residence: string
  comune: string
  address: string
  citizenship: string
  statoCivile: string
  family: string
  convivenza: string
  fullName: string
  relation: string
  statiCivili: Record<StatoCivile, string>
  place: string
  date: string
  signature: string
  /** Meaning of the code beside it, which never vouches for ANPR itself. */
  code: string
  codeAlt: string
  /** The same for a sheet without any fact from ANPR. */
  codeOfCard: string
  codeOfCardAlt: string
}

export const registerWords: Record<Language, RegisterWords> = {
  it: {
    codiceFiscale: 'Codice fiscale',
    born: 'Luogo e data di nascita',
    birthPlace: 'Luogo di nascita',
    birthDate: 'Data di nascita',
    residence: 'Residenza',
    comune: 'Comune di residenza',
    address: 'Indirizzo',
    citizenship: 'Cittadinanza',
    statoCivile: 'Stato civile',
    family: 'Famiglia anagrafica',
    convivenza: 'Convivenza anagrafica',
    fullName: 'Cognome e nome',
    relation: 'Relazione',
    statiCivili: {
      '1': '{celibe}',
      '2': 'coniugat{o}',
      '3': 'vedov{o}',
      '4': 'divorziat{o}',
      '6': 'unit{o} civilmente',
      '7': 'stato libero a seguito di decesso della parte unita civilmente',
      '8': 'stato libero a seguito di scioglimento dell’unione civile',
    },
    place: 'Luogo',
    date: 'Data',
    signature: 'Firma del dichiarante, per esteso e leggibile',
    code: 'Il codice dice che questo totem ha ricevuto da ANPR i dati con quella sigla, e si verifica anche senza rete. Non è un sigillo di ANPR né del Ministero dell’Interno.',
    codeAlt: 'Codice QR di verifica: i dati contrassegnati ANPR, firmati dal totem',
    codeOfCard:
      'Il codice dice che questo totem ha riconosciuto il dichiarante dalla carta e ha stampato il foglio, e si verifica anche senza rete. Nessun dato viene da ANPR.',
    codeOfCardAlt: 'Codice QR di verifica: nome e codice fiscale della carta, firmati dal totem',
  },
  en: {
    codiceFiscale: 'Tax code',
    born: 'Place and date of birth',
    birthPlace: 'Place of birth',
    birthDate: 'Date of birth',
    residence: 'Residence',
    comune: 'Municipality of residence',
    address: 'Address',
    citizenship: 'Citizenship',
    statoCivile: 'Civil status',
    family: 'Registered family',
    convivenza: 'Institution',
    fullName: 'Surname and first names',
    relation: 'Relation',
    statiCivili: {
      '1': 'single',
      '2': 'married',
      '3': 'widowed',
      '4': 'divorced',
      '6': 'in a civil union',
      '7': 'free after the death of the civil partner',
      '8': 'free after dissolution of the civil union',
    },
    place: 'Place',
    date: 'Date',
    signature: 'Signature',
    code: 'The code shows that this totem received the data marked ANPR from the register and printed them. It is not a seal of ANPR or of the Ministry of the Interior. It can be checked without a connection.',
    codeAlt: 'Verification QR code: the data marked ANPR, signed by the totem',
    codeOfCard:
      'The code shows that this totem recognised the declarant by the card and printed the sheet. None of the data came from ANPR. It can be checked without a connection.',
    codeOfCardAlt: 'Verification QR code: name and tax code of the card, signed by the totem',
  },
  de: {
    codiceFiscale: 'Steuernummer',
    born: 'Geburtsort und -datum',
    birthPlace: 'Geburtsort',
    birthDate: 'Geburtsdatum',
    residence: 'Wohnsitz',
    comune: 'Wohnsitzgemeinde',
    address: 'Anschrift',
    citizenship: 'Staatsbürgerschaft',
    statoCivile: 'Personenstand',
    family: 'Familie laut Melderegister',
    convivenza: 'Anstaltsgemeinschaft laut Melderegister',
    fullName: 'Zuname und Vorname',
    relation: 'Beziehung',
    statiCivili: {
      '1': 'ledig',
      '2': 'verheiratet',
      '3': 'verwitwet',
      '4': 'geschieden',
      '6': 'in eingetragener Lebenspartnerschaft',
      '7': 'ungebunden nach Ableben des eingetragenen Lebenspartners',
      '8': 'ungebunden nach Auflösung der eingetragenen Lebenspartnerschaft',
    },
    place: 'Ort',
    date: 'Datum',
    signature: 'Unterschrift',
    code: 'Der Code besagt, dass dieser Totem die so gekennzeichneten Daten vom ANPR erhalten und gedruckt hat: Er ist kein Siegel des ANPR oder des Innenministeriums. Er lässt sich auch ohne Netz prüfen.',
    codeAlt: 'QR-Code zur Prüfung: die mit ANPR gekennzeichneten Daten, vom Totem signiert',
    codeOfCard:
      'Der Code besagt, dass dieser Totem die erklärende Person an der Karte erkannt und das Blatt gedruckt hat. Keine Angabe stammt vom ANPR. Er lässt sich auch ohne Netz prüfen.',
    codeOfCardAlt: 'QR-Code zur Prüfung: Name und Steuernummer laut Karte, vom Totem signiert',
  },
  fr: {
    residence: 'Résidence',
    codiceFiscale: 'Code fiscal',
    born: 'Lieu et date de naissance',
    birthPlace: 'Lieu de naissance',
    birthDate: 'Date de naissance',
    comune: 'Commune de résidence',
    address: 'Adresse',
    citizenship: 'Nationalité',
    statoCivile: 'État civil',
    family: 'Famille du registre',
    convivenza: 'Communauté du registre',
    fullName: 'Nom et prénoms',
    relation: 'Parenté',
    statiCivili: {
      '1': 'célibataire',
      '2': 'marié{e}',
      '3': 'veu{f}',
      '4': 'divorcé{e}',
      '6': 'en union civile',
      '7': 'libre après le décès du partenaire de l’union civile',
      '8': 'libre après la dissolution de l’union civile',
    },
    place: 'Lieu',
    date: 'Date',
    signature: 'Signature',
    code: 'Le code dit que ce totem a reçu de l’ANPR et imprimé les données ainsi marquées : ce n’est pas un sceau de l’ANPR ni du ministère de l’Intérieur. Il se vérifie aussi sans réseau.',
    codeAlt: 'Code QR de vérification : les données marquées ANPR, signées par le totem',
    codeOfCard:
      'Le code dit que ce totem a reconnu le déclarant par la carte et imprimé la feuille. Aucune donnée ne vient de l’ANPR. Il se vérifie aussi sans réseau.',
    codeOfCardAlt: 'Code QR de vérification : nom et code fiscal de la carte, signés par le totem',
  },
  sl: {
    codiceFiscale: 'Davčna številka',
    born: 'Kraj in datum rojstva',
    birthPlace: 'Kraj rojstva',
    birthDate: 'Datum rojstva',
    residence: 'Stalno prebivališče',
    comune: 'Občina stalnega prebivališča',
    address: 'Naslov',
    citizenship: 'Državljanstvo',
    statoCivile: 'Osebni stan',
    family: 'Družina po registru prebivalstva',
    convivenza: 'Skupnost po registru prebivalstva',
    fullName: 'Priimek in ime',
    relation: 'Razmerje',
    statiCivili: {
      '1': 'samsk{i}',
      '2': 'poročen{a}',
      '3': 'vdov{ec}',
      '4': 'razvezan{a}',
      '6': 'v partnerski zvezi',
      '7': 'svoboden stan po smrti partnerja v partnerski zvezi',
      '8': 'svoboden stan po prenehanju partnerske zveze',
    },
    place: 'Kraj',
    date: 'Datum',
    signature: 'Podpis',
    code: 'Koda pove, da je ta totem tako označene podatke prejel od ANPR in jih natisnil: ni pečat ANPR ali Ministrstva za notranje zadeve. Preveri se lahko tudi brez omrežja.',
    codeAlt: 'QR koda za preverjanje: podatki z oznako ANPR, ki jih je podpisal totem',
    codeOfCard:
      'Koda pove, da je ta totem izjavitelja prepoznal po izkaznici in natisnil ta list. Noben podatek ni iz ANPR. Preveri se lahko tudi brez omrežja.',
    codeOfCardAlt: 'QR koda za preverjanje: ime in davčna številka z izkaznice, ki ju je podpisal totem',
  },
}

const ENDINGS: Record<string, Record<'M' | 'F' | 'N', string>> = {
  celibe: { M: 'celibe', F: 'nubile', N: 'celibe/nubile' },
  o: { M: 'o', F: 'a', N: 'o/a' },
  a: { M: '', F: 'a', N: '/-a' },
  e: { M: '', F: 'e', N: '(e)' },
  f: { M: 'f', F: 've', N: 'f/veuve' },
  i: { M: 'i', F: 'a', N: 'i/-a' },
  ec: { M: 'ec', F: 'a', N: 'ec/-a' },
}

/** Fills a template, endings by sex first; an unknown sex or N gives both. */
export function inflect(template: string, sex: RegisteredPerson['sex'], runs: Record<string, Run | Run[]> = {}): Run[] {
  const endings = Object.entries(ENDINGS).map(([name, forms]) => [name, forms[sex ?? 'N']])
  return fill(template, { ...Object.fromEntries(endings), ...runs })
}

/** The same words in each of the paper's languages. */
export const say = <L extends Language>(
  languages: readonly L[],
  words: (language: L) => readonly Run[] | string,
): Words =>
  languages.map((language) => {
    const runs = words(language)
    return typeof runs === 'string' ? [runs] : runs
  })

/** `1974-03-05` as `05/03/1974`; of a date that is known in part, that part: `03/1974`, `1974`. */
export const plainDate = (date: string): string => date.split('-').toReversed().join('/')

export const isWholeDate = (date: string): boolean => date.length === 'YYYY-MM-DD'.length
