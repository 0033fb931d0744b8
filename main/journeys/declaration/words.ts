import type { PaperLanguage } from '../../documents/model.ts'

/** The facts of art. 46 DPR 445/2000 that ANPR knows, and the two that are always written by hand. */
export const topics = [
  'nascita',
  'residenza',
  'cittadinanza',
  'statoCivile',
  'statoDiFamiglia',
  'esistenzaInVita',
  'nascitaFiglio',
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
  legend: string
  /** No bollo (art. 37), who must accept it (art. 2), and what citizens of states outside the Union may declare (art. 3). */
  conditions: string
  privacy: string
}

/** Braces hold the endings by sex (words.ts); `{place}` and the like become a known fact or a gap. */
export const declarationWords: Record<PaperLanguage, DeclarationWords> = {
  it: {
    title: 'DICHIARAZIONE SOSTITUTIVA DI CERTIFICAZIONE',
    subtitle: 'Autocertificazione · art. 46 del D.P.R. 28 dicembre 2000, n. 445',
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
      nascitaFiglio: 'che il/la figlio/a {child} è nato/a a {childPlace} il {childDate}',
      altro: 'altro (stati, qualità personali e fatti elencati dall’art. 46):',
    },
    use: 'Resa per (ufficio e procedimento)',
    legend:
      'Con la barra: dati stampati dal totem, da ANPR (Anagrafe nazionale) alla data in calce o dalla CARTA. Il resto è scritto a mano dal dichiarante.',
    conditions:
      'Esente da bollo (art. 37 del D.P.R. 445/2000). La firma non va autenticata. Uffici e servizi pubblici e privati la devono accettare (art. 2). Cittadini extra UE: solo fatti attestabili da uffici pubblici italiani (art. 3).',
    privacy:
      'Informativa (art. 48 D.P.R. 445/2000, art. 13 Reg. (UE) 2016/679): chi riceve la dichiarazione ne tratta i dati solo per il procedimento a cui serve. Il totem non ne tiene copia.',
  },
  en: {
    title: 'Declaration in lieu of a certificate',
    subtitle:
      'Self-certification · art. 46 of D.P.R. no. 445 of 28 December 2000 (translation: the Italian text prevails)',
    declarant: { M: 'The undersigned', F: 'The undersigned', N: 'The undersigned' },
    aware:
      'aware of the criminal penalties recalled by art. 76 of D.P.R. 445/2000 for whoever makes false declarations, forges documents or uses them, and of the loss of the benefits granted on the ground of an untrue declaration (art. 75), on his or her own responsibility',
    declares: 'declares',
    topics: {
      nascita: 'to have been born in {place} on {date}',
      residenza: 'to be resident in {comune}, {address}',
      cittadinanza: 'to hold the citizenship: {citizenship}',
      statoCivile: 'that his or her civil status is: {statoCivile}',
      statoDiFamiglia: 'that his or her registered family is made up of:',
      esistenzaInVita: 'to be alive',
      nascitaFiglio: 'that the child {child} was born in {childPlace} on {childDate}',
      altro: 'other (states, personal qualities and facts listed in art. 46):',
    },
    use: 'made for (office and procedure)',
    legend:
      'With the bar: data printed by the totem, as ANPR (the national population register) had them on the date at the foot, or from the CARD (CARTA). The rest is written by hand by the declarant.',
    conditions:
      'Exempt from stamp duty (art. 37 of D.P.R. 445/2000). The signature needs no authentication. The declaration is as valid as the certificate that it replaces: public offices, public-service operators and private parties must accept it (art. 2). Citizens of states outside the European Union declare only what an Italian public office can certify (art. 3).',
    privacy:
      'Notice (art. 48 D.P.R. 445/2000, art. 13 Reg. (EU) 2016/679): whoever receives the declaration processes its data for the procedure for which it is made alone. The totem keeps no copy.',
  },
  de: {
    title: 'Ersatzerklärung für eine Bescheinigung',
    subtitle: 'Eigenerklärung · Art. 46 des D.P.R. vom 28. Dezember 2000, Nr. 445',
    declarant: { M: 'Der Unterfertigte', F: 'Die Unterfertigte', N: 'Der/Die Unterfertigte' },
    aware:
      'im Bewusstsein der strafrechtlichen Folgen, die Art. 76 des D.P.R. Nr. 445/2000 für unwahre Erklärungen sowie für die Fälschung von Urkunden und deren Gebrauch vorsieht, und des Verlustes der Begünstigungen, die aufgrund einer unwahren Erklärung gewährt wurden (Art. 75), unter eigener Verantwortung',
    declares: 'erklärt',
    topics: {
      nascita: 'am {date} in {place} geboren zu sein',
      residenza: 'in {comune}, {address}, ansässig zu sein',
      cittadinanza: 'folgende Staatsbürgerschaft zu besitzen: {citizenship}',
      statoCivile: 'dass der eigene Familienstand lautet: {statoCivile}',
      statoDiFamiglia: 'dass sich die eigene Familie laut Melderegister wie folgt zusammensetzt:',
      esistenzaInVita: 'am Leben zu sein',
      nascitaFiglio: 'dass der Sohn/die Tochter {child} am {childDate} in {childPlace} geboren ist',
      altro: 'Sonstiges (Stand, persönliche Eigenschaften und Tatsachen laut Art. 46):',
    },
    use: 'abgegeben für (Amt und Verfahren)',
    legend:
      'Mit Balken: vom Totem gedruckte Angaben, wie sie am unten angeführten Tag im ANPR (Nationales Melderegister) aufscheinen oder auf der Karte (CARTA) stehen. Alles Übrige schreibt die erklärende Person von Hand.',
    conditions:
      'Von der Stempelsteuer befreit (Art. 37 des D.P.R. Nr. 445/2000). Die Unterschrift muss nicht beglaubigt werden. Die Erklärung hat dieselbe Gültigkeit wie die Bescheinigung, die sie ersetzt: Öffentliche Ämter, Betreiber öffentlicher Dienste und Private müssen sie annehmen (Art. 2). Bürger von Staaten außerhalb der Europäischen Union erklären nur, was eine öffentliche Stelle Italiens bescheinigen kann (Art. 3).',
    privacy:
      'Information (Art. 48 D.P.R. Nr. 445/2000, Art. 13 Verordnung (EU) 2016/679): Wer die Erklärung erhält, verarbeitet ihre Daten ausschließlich für das Verfahren, für das sie abgegeben wird. Der Totem bewahrt keine Kopie auf.',
  },
  sl: {
    title: 'Nadomestna izjava potrdila',
    subtitle: 'Samopotrdilo · 46. člen OPR št. 445 z dne 28. decembra 2000',
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
      nascitaFiglio: 'da se je sin/hči {child} rodil/-a v kraju {childPlace} dne {childDate}',
      altro: 'drugo (stanja, osebne lastnosti in dejstva iz 46. člena):',
    },
    use: 'predloženo za (urad in postopek)',
    legend:
      'S črto: podatki, ki jih je natisnil totem, kakor jih na dan, naveden spodaj, vodi ANPR (državni register stalnega prebivalstva) ali kakor so na izkaznici (CARTA). Drugo izjavitelj napiše z roko.',
    conditions:
      'Oproščeno kolkovine (37. člen OPR št. 445/2000). Podpisa ni treba overiti. Izjava ima enako veljavo kot potrdilo, ki ga nadomešča: javni uradi, upravljavci javnih storitev in zasebniki jo morajo sprejeti (2. člen). Državljani držav zunaj Evropske unije izjavljajo le, kar lahko potrdi italijanski javni organ (3. člen).',
    privacy:
      'Obvestilo (48. člen OPR št. 445/2000, 13. člen Uredbe (EU) 2016/679): prejemnik obdeluje podatke iz izjave izključno za postopek, za katerega je podana. Totem ne hrani kopije.',
  },
}
