import type { Language } from '../contract/language.ts'

/** The facts of art. 46 DPR 445/2000 that ANPR knows, and the one that is always written by hand. */
export const topics = [
  'nascita',
  'residenza',
  'cittadinanza',
  'statoCivile',
  'statoDiFamiglia',
  'esistenzaInVita',
  'nascitaFiglio',
  'decesso',
  'codiceFiscale',
  'altro',
] as const
export type Topic = (typeof topics)[number]

interface DeclarationWords {
  title: string
  subtitle: string
  declarant: Record<'M' | 'F' | 'N', string>
  /** Arts. 75 and 76: art. 48 wants them on the form. */
  aware: string
  declares: string
  topics: Record<Topic, string>
  use: string
  /** What the bar means, what becomes of the data (art. 48), and in a translation art. 3, which the conditions have in Italian. */
  privacy: string
}

/**
 * No bollo (art. 37), who must accept it (art. 2: private parties too), and what citizens of states outside the Union may
 * declare (art. 3). In Italian alone: the office that takes the form reads it.
 */
export const conditions =
  'Esente da bollo (art. 37 del D.P.R. 445/2000), firma senza autentica. Uffici, gestori di servizi pubblici e privati la devono accettare (art. 2). Cittadini extra UE: solo fatti attestabili da uffici pubblici italiani (art. 3).'

/** Braces hold the endings by sex (words.ts); `{place}` and the like become a known fact or a gap. */
export const declarationWords: Record<Language, DeclarationWords> = {
  it: {
    title: 'DICHIARAZIONE SOSTITUTIVA DI CERTIFICAZIONE',
    subtitle: 'Autocertificazione',
    declarant: { M: 'Il sottoscritto', F: 'La sottoscritta', N: 'Il/La sottoscritto/a' },
    aware:
      'consapevole delle sanzioni penali richiamate dall’art. 76 del D.P.R. 445/2000 per chi rilascia dichiarazioni mendaci, forma atti falsi o ne fa uso, e della decadenza dai benefici conseguenti al provvedimento emanato sulla base della dichiarazione non veritiera (art. 75), sotto la propria responsabilità',
    declares: 'DICHIARA',
    topics: {
      nascita: 'di essere nat{o} a {place} il {date}',
      residenza: 'di essere residente a {comune}, {address}',
      cittadinanza: 'di avere la cittadinanza: {citizenship}',
      statoCivile: 'che il proprio stato civile è: {statoCivile}',
      statoDiFamiglia: 'che la propria famiglia anagrafica è composta da:',
      esistenzaInVita: 'di essere in vita',
      nascitaFiglio: 'che il/la figlio/a {relative} è nato/a a {birthPlace} il {birthDate}',
      decesso: 'che {relative} ({relation}) è deceduto/a il {day}',
      codiceFiscale: 'che il proprio codice fiscale è: {codiceFiscale}',
      altro: 'altro (art. 46)',
    },
    use: 'Resa a (ufficio o privato)',
    privacy:
      'Con la barra: dati da ANPR o dalla CARTA; il resto è scritto a mano. Informativa (art. 48; art. 13 Reg. (UE) 2016/679): chi la riceve usa i dati solo per il procedimento. Il totem non ne tiene copia.',
  },
  en: {
    title: 'Declaration in lieu of a certificate',
    subtitle: 'Self-declaration',
    declarant: { M: 'The undersigned', F: 'The undersigned', N: 'The undersigned' },
    aware:
      'aware of the criminal penalties that art. 76 of D.P.R. 445/2000 lays down for anyone who makes false declarations or makes or uses forged documents, and of the loss of any benefit obtained by an untrue declaration (art. 75), on his or her own responsibility',
    declares: 'declares',
    topics: {
      nascita: 'that he or she was born in {place} on {date}',
      residenza: 'that he or she is resident in {comune}, {address}',
      cittadinanza: 'that his or her citizenship is: {citizenship}',
      statoCivile: 'that his or her civil status is: {statoCivile}',
      statoDiFamiglia: 'that his or her registered family is made up of:',
      esistenzaInVita: 'that he or she is alive',
      nascitaFiglio: 'that the child {relative} was born in {birthPlace} on {birthDate}',
      decesso: 'that {relative} ({relation}) died on {day}',
      codiceFiscale: 'that his or her tax code is: {codiceFiscale}',
      altro: 'other',
    },
    use: 'for (office or company)',
    privacy:
      'With the bar: from ANPR or the CARD (CARTA). The data are used for the procedure alone (art. 48); the totem keeps no copy. Non-EU citizens: only what an Italian public office can certify (art. 3). The Italian text prevails.',
  },
  de: {
    title: 'Ersatzerklärung für eine Bescheinigung',
    subtitle: 'Eigenerklärung',
    declarant: { M: 'Der Unterfertigte', F: 'Die Unterfertigte', N: 'Der/Die Unterfertigte' },
    aware:
      'im Bewusstsein der strafrechtlichen Folgen, die Art. 76 des D.P.R. Nr. 445/2000 für unwahre Erklärungen sowie für die Fälschung von Urkunden und deren Gebrauch vorsieht, und des Verlustes der Begünstigungen, die aufgrund einer unwahren Erklärung gewährt wurden (Art. 75), unter eigener Verantwortung',
    declares: 'erklärt',
    topics: {
      nascita: 'am {date} in {place} geboren zu sein',
      residenza: 'in {comune}, {address}, ansässig zu sein',
      cittadinanza: 'folgende Staatsbürgerschaft zu besitzen: {citizenship}',
      statoCivile: 'dass der eigene Personenstand lautet: {statoCivile}',
      statoDiFamiglia: 'dass sich die eigene Familie laut Melderegister wie folgt zusammensetzt:',
      esistenzaInVita: 'am Leben zu sein',
      nascitaFiglio: 'dass der Sohn/die Tochter {relative} am {birthDate} in {birthPlace} geboren ist',
      decesso: 'dass {relative} ({relation}) am {day} verstorben ist',
      codiceFiscale: 'dass die eigene Steuernummer lautet: {codiceFiscale}',
      altro: 'Sonstiges',
    },
    use: 'für (Amt oder private Stelle)',
    privacy:
      'Mit Balken: Daten aus ANPR oder von der Karte (CARTA), sonst von Hand. Der Empfänger nutzt die Daten nur für das Verfahren (Art. 48). Der Totem behält keine Kopie. Nicht-EU-Bürger: nur, was ein italienisches Amt bescheinigen kann (Art. 3).',
  },
  fr: {
    title: 'Déclaration tenant lieu de certificat',
    subtitle: 'Autocertification',
    declarant: { M: 'Le soussigné', F: 'La soussignée', N: 'Le/La soussigné(e)' },
    aware:
      'informé{e} des sanctions pénales prévues par l’art. 76 du D.P.R. 445/2000 pour qui fait de fausses déclarations, établit de faux actes ou en fait usage, et de la perte des avantages obtenus par une déclaration non véridique (art. 75), sous sa propre responsabilité',
    declares: 'déclare',
    topics: {
      nascita: 'être né{e} à {place} le {date}',
      residenza: 'résider à {comune}, {address}',
      cittadinanza: 'avoir la nationalité : {citizenship}',
      statoCivile: 'que son état civil est : {statoCivile}',
      statoDiFamiglia: 'que sa famille du registre est composée de :',
      esistenzaInVita: 'être en vie',
      nascitaFiglio: 'que son enfant {relative} est né(e) à {birthPlace} le {birthDate}',
      decesso: 'que {relative} ({relation}) est décédé(e) le {day}',
      codiceFiscale: 'que son code fiscal est : {codiceFiscale}',
      altro: 'autre',
    },
    use: 'pour (administration ou personne privée)',
    privacy:
      'Avec la barre : de l’ANPR ou de la CARTE (CARTA). Les données servent à la seule procédure (art. 48) ; le totem n’en garde pas de copie. Citoyens hors UE : seulement ce qu’un bureau italien peut attester (art. 3).',
  },
  sl: {
    title: 'Nadomestna izjava potrdila',
    subtitle: 'Samopotrdilo',
    declarant: { M: 'Podpisani', F: 'Podpisana', N: 'Podpisani/-a' },
    aware:
      'seznanjen{a} s kazenskimi sankcijami, ki jih 76. člen OPR št. 445/2000 predvideva za lažne izjave, ponarejanje listin ali njihovo uporabo, in z izgubo ugodnosti, pridobljenih na podlagi neresnične izjave (75. člen), na lastno odgovornost',
    declares: 'izjavlja,',
    topics: {
      nascita: 'da je rojen{a} v kraju {place} dne {date}',
      residenza: 'da ima stalno prebivališče v občini {comune}, {address}',
      cittadinanza: 'da ima državljanstvo: {citizenship}',
      statoCivile: 'da je osebni stan naslednji: {statoCivile}',
      statoDiFamiglia: 'da družino po registru prebivalstva sestavljajo:',
      esistenzaInVita: 'da je živ{a}',
      nascitaFiglio: 'da se je sin/hči {relative} rodil/-a v kraju {birthPlace} dne {birthDate}',
      decesso: 'da je {relative} ({relation}) umrl/-a dne {day}',
      codiceFiscale: 'da je lastna davčna številka: {codiceFiscale}',
      altro: 'drugo',
    },
    use: 'za (urad ali zasebni prejemnik)',
    privacy:
      'S črto: podatki iz ANPR ali z izkaznice (CARTA), drugo je napisano z roko. Prejemnik uporablja podatke le za postopek (48. člen). Totem ne hrani kopije. Državljani zunaj EU: le kar lahko potrdi italijanski urad (3. člen).',
  },
}
