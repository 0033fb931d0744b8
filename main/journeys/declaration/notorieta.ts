import type { RegisteredPerson } from '../../../contract/document.ts'
import type { Language } from '../../../contract/language.ts'
import { closing } from '../../documents/closing.ts'
import { type Paper, type Place, said } from '../../documents/model.ts'
import { personFacts } from '../../documents/person.ts'
import { inflect, say } from '../../documents/words.ts'
import { signature } from './declaration.ts'

// No Slovene: its term for atto notorio has not been found in an official form.
type NotorietaLanguage = Exclude<Language, 'sl'>
type NotorietaLanguages = readonly ['it'] | readonly ['it', Exclude<NotorietaLanguage, 'it'>]

/** The box of the official before whom the person signs: arts. 21 and 38 say what stands in it. */
type ClerkWord = 'title' | 'document' | 'issued' | 'who' | 'where' | 'signature' | 'stamp'

const notorietaWords: Record<
  NotorietaLanguage,
  {
    title: string
    declarant: Record<'M' | 'F' | 'N', string>
    aware: string
    declares: string
    use: string
    limits: string
    clerk: Record<ClerkWord, string>
    privacy: string
  }
> = {
  it: {
    title: 'DICHIARAZIONE SOSTITUTIVA DELL’ATTO DI NOTORIETÀ',
    declarant: { M: 'Il sottoscritto', F: 'La sottoscritta', N: 'Il/La sottoscritto/a' },
    aware:
      'consapevole delle sanzioni penali richiamate dall’art. 76 del D.P.R. 445/2000 per chi rilascia dichiarazioni mendaci, forma atti falsi o ne fa uso, e della decadenza dai benefici conseguenti al provvedimento emanato sulla base della dichiarazione non veritiera (art. 75), sotto la propria responsabilità',
    declares: 'DICHIARA',
    use: 'Resa a (ufficio o servizio pubblico)',
    clerk: {
      title: 'Riservato al dipendente: firma apposta in mia presenza (artt. 21 e 38 del D.P.R. 445/2000)',
      document: 'Documento di identità visto: tipo e numero',
      issued: 'Rilasciato da, il',
      who: 'Nome, cognome e qualifica',
      where: 'Luogo e data',
      signature: 'Firma leggibile',
      stamp: 'Timbro',
    },
    limits:
      'Si firma davanti al dipendente, oppure si allega copia di un documento di identità (art. 38). Si dichiarano fatti noti di persona, anche di altri, fuori dall’elenco dell’art. 46. Esente da bollo (art. 37); a un privato servono firma autenticata e bollo. Non sostituisce certificati medici, sanitari, veterinari, di origine, di conformità CE, di marchi o brevetti (art. 49).',
    privacy:
      'Informativa (art. 48; art. 13 Reg. (UE) 2016/679): chi la riceve usa i dati solo per il procedimento. Il totem non ne tiene copia.',
  },
  en: {
    title: 'Declaration in lieu of an affidavit',
    declarant: { M: 'The undersigned', F: 'The undersigned', N: 'The undersigned' },
    aware:
      'aware of the criminal penalties that art. 76 of D.P.R. 445/2000 lays down for anyone who makes false declarations or makes or uses forged documents, and of the loss of any benefit obtained by an untrue declaration (art. 75), on his or her own responsibility',
    declares: 'declares',
    use: 'to (office or service)',
    clerk: {
      title: 'For the official',
      document: 'identity document seen',
      issued: 'issued by, on',
      who: 'Name and office',
      where: 'Place and date',
      signature: 'Signature',
      stamp: 'Stamp',
    },
    limits:
      'Sign before the official, or add a copy of an identity document (art. 38). Declare facts that you know at first hand, of other people too, that are not in the list of art. 46. Free of stamp duty (art. 37); for a private party the signature must be authenticated and stamp duty paid. It does not replace medical, veterinary, origin, CE, trade mark or patent certificates (art. 49). The Italian text prevails.',
    privacy: 'Whoever receives it uses the data for the procedure alone (art. 48). The totem keeps no copy.',
  },
  fr: {
    title: 'Déclaration tenant lieu d’acte de notoriété',
    declarant: { M: 'Le soussigné', F: 'La soussignée', N: 'Le/La soussigné(e)' },
    aware:
      'informé{e} des sanctions pénales prévues par l’art. 76 du D.P.R. 445/2000 pour qui fait de fausses déclarations, établit de faux actes ou en fait usage, et de la perte des avantages obtenus par une déclaration non véridique (art. 75), sous sa propre responsabilité',
    declares: 'déclare',
    use: 'à (administration ou service public)',
    clerk: {
      title: 'Réservé à l’employé',
      document: 'pièce d’identité vue',
      issued: 'délivrée par, le',
      who: 'Nom et qualité',
      where: 'Lieu et date',
      signature: 'Signature',
      stamp: 'Cachet',
    },
    limits:
      'Signer devant l’employé, ou joindre la copie d’une pièce d’identité (art. 38). On déclare des faits connus personnellement, aussi d’autrui, hors de la liste de l’art. 46. Sans droit de timbre (art. 37) ; à une personne privée, il faut une signature légalisée et le timbre. Elle ne remplace pas les certificats médicaux, vétérinaires, d’origine, CE, de marques ou de brevets (art. 49).',
    privacy: 'Qui la reçoit utilise les données pour la seule procédure (art. 48). Le totem n’en garde pas de copie.',
  },
  de: {
    title: 'Ersatzerklärung einer beeideten Bezeugungsurkunde',
    declarant: { M: 'Der Unterfertigte', F: 'Die Unterfertigte', N: 'Der/Die Unterfertigte' },
    aware:
      'im Bewusstsein der strafrechtlichen Folgen, die Art. 76 des D.P.R. Nr. 445/2000 für unwahre Erklärungen sowie für die Fälschung von Urkunden und deren Gebrauch vorsieht, und des Verlustes der Begünstigungen, die aufgrund einer unwahren Erklärung gewährt wurden (Art. 75), unter eigener Verantwortung',
    declares: 'erklärt',
    use: 'für (Amt oder Dienst)',
    clerk: {
      title: 'Vom Bediensteten auszufüllen',
      document: 'vorgelegter Ausweis',
      issued: 'ausgestellt von, am',
      who: 'Name und Funktion',
      where: 'Ort und Datum',
      signature: 'Unterschrift',
      stamp: 'Stempel',
    },
    limits:
      'Unterschrift vor dem Bediensteten oder mit Kopie eines Ausweises (Art. 38). Erklärt werden unmittelbar bekannte Tatsachen, auch anderer Personen, die nicht im Verzeichnis des Art. 46 stehen. Von der Stempelsteuer befreit (Art. 37); gegenüber Privaten beglaubigte Unterschrift und Stempelsteuer. Ärztliche, tierärztliche, Ursprungs- und CE-Zeugnisse, Marken und Patente werden nicht ersetzt (Art. 49).',
    privacy: 'Der Empfänger nutzt die Daten nur für das Verfahren (Art. 48). Der Totem behält keine Kopie.',
  },
}

const SUBTITLE = 'Art. 47 del D.P.R. 28 dicembre 2000, n. 445'

/**
 * Dichiarazione sostitutiva dell'atto di notorietà, art. 47 DPR 445/2000: the person's data, lines to write on, and
 * the box of the official before whom it may be signed: this totem cannot finish it.
 */
export function notorieta({
  person,
  languages,
  place,
  at,
  operation,
  code,
}: {
  person: RegisteredPerson
  languages: NotorietaLanguages
  place: Place
  at: Date
  operation: string | null
  code: string | null
}): Paper {
  const words = (key: 'title' | 'declares' | 'use' | 'limits' | 'privacy') =>
    say(languages, (language) => notorietaWords[language][key])
  const clerk = (word: ClerkWord) => say(languages, (language) => notorietaWords[language].clerk[word])
  const known = personFacts(person, languages)
  return {
    languages,
    title: words('title'),
    subtitle: said(SUBTITLE),
    at,
    ...place,
    operation,
    blocks: [
      {
        kind: 'heading',
        text: say(languages, (language) => notorietaWords[language].declarant[person.sex ?? 'N']),
      },
      { kind: 'facts', facts: [known.fullName, ...known.born, known.codiceFiscale, ...known.residence] },
      {
        kind: 'paragraph',
        style: 'note',
        text: say(languages, (language) => inflect(notorietaWords[language].aware, person.sex)),
      },
      { kind: 'heading', text: words('declares') },
      // The official attests beneath the signature, so both stand on the sheet of the facts.
      { kind: 'lines', count: 4 },
      { kind: 'facts', facts: [{ label: words('use'), value: null, source: null }] },
      signature(languages),
      {
        kind: 'box',
        title: clerk('title'),
        rows: [
          [
            { label: clerk('document'), share: 0.58, line: true },
            { label: clerk('issued'), share: 0.42, line: true },
          ],
          [
            { label: clerk('who'), share: 0.58, line: true },
            { label: clerk('where'), share: 0.42, line: true },
          ],
          [
            { label: clerk('signature'), share: 0.58, line: true },
            { label: clerk('stamp'), share: 0.42, line: false },
          ],
        ],
      },
      ...closing(code, ['it'], [words('limits'), words('privacy')], { fromAnpr: person.source === 'anpr' }),
    ],
  }
}
