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
    clerk: Record<ClerkWord, string>
    privacy: string
  }
> = {
  it: {
    title: 'DICHIARAZIONE SOSTITUTIVA DELL’ATTO DI NOTORIETÀ',
    declarant: { M: 'Il sottoscritto', F: 'La sottoscritta', N: 'Il/La sottoscritto/a' },
    aware:
      'consapevole delle sanzioni penali (art. 76 del D.P.R. 445/2000) per chi dichiara il falso, forma atti falsi o ne fa uso, e della perdita dei benefici così ottenuti (art. 75), sotto la propria responsabilità',
    declares: 'DICHIARA',
    use: 'Resa a (ufficio o servizio)',
    clerk: {
      title: 'Riservato al dipendente: firma in mia presenza (artt. 21 e 38 D.P.R. 445/2000)',
      document: 'Documento visto: tipo e numero',
      issued: 'Rilasciato da, il',
      who: 'Nome, cognome e qualifica',
      where: 'Luogo e data',
      signature: 'Firma leggibile',
      stamp: 'Timbro',
    },
    privacy: 'I dati servono solo al procedimento (art. 48; art. 13 Reg. (UE) 2016/679).',
  },
  en: {
    title: 'Declaration in lieu of an affidavit',
    declarant: { M: 'The undersigned', F: 'The undersigned', N: 'The undersigned' },
    aware:
      'aware of the criminal penalties (art. 76 of D.P.R. 445/2000) for false declarations, forged documents and their use, and of the loss of the benefits got by them (art. 75), on his or her own responsibility',
    declares: 'declares',
    use: 'to (office)',
    clerk: {
      title: 'For the official',
      document: 'document seen',
      issued: 'issued by, on',
      who: 'Name and office',
      where: 'Place and date',
      signature: 'Signature',
      stamp: 'Stamp',
    },
    privacy:
      'Sign before the official, or add a copy of an identity document (art. 38). The data serve this procedure alone (art. 48). The Italian text prevails.',
  },
  fr: {
    title: 'Déclaration tenant lieu d’acte de notoriété',
    declarant: { M: 'Le soussigné', F: 'La soussignée', N: 'Le/La soussigné(e)' },
    aware:
      'informé{e} des sanctions pénales (art. 76 du D.P.R. 445/2000) pour fausse déclaration, faux acte ou son usage, et de la perte des avantages ainsi obtenus (art. 75), sous sa propre responsabilité',
    declares: 'déclare',
    use: 'à (bureau)',
    clerk: {
      title: 'Pour l’employé',
      document: 'pièce d’identité vue',
      issued: 'délivrée par, le',
      who: 'Nom et qualité',
      where: 'Lieu et date',
      signature: 'Signature',
      stamp: 'Cachet',
    },
    privacy:
      'Signer devant l’employé, ou joindre la copie d’une pièce d’identité (art. 38). Les données servent à cette seule procédure (art. 48). Le totem n’en garde pas de copie.',
  },
  de: {
    title: 'Ersatzerklärung einer beeideten Bezeugungsurkunde',
    declarant: { M: 'Der Unterfertigte', F: 'Die Unterfertigte', N: 'Der/Die Unterfertigte' },
    aware:
      'im Bewusstsein der Strafen (Art. 76 des D.P.R. Nr. 445/2000) für unwahre Erklärungen, gefälschte Urkunden und deren Gebrauch und des Verlustes der so erlangten Begünstigungen (Art. 75), unter eigener Verantwortung',
    declares: 'erklärt',
    use: 'für (Amt)',
    clerk: {
      title: 'Für das Amt',
      document: 'vorgelegter Ausweis',
      issued: 'ausgestellt von, am',
      who: 'Name und Funktion',
      where: 'Ort und Datum',
      signature: 'Unterschrift',
      stamp: 'Stempel',
    },
    privacy:
      'Unterschrift vor dem Bediensteten oder mit Kopie eines Ausweises (Art. 38). Die Daten dienen nur diesem Verfahren (Art. 48). Der Totem behält keine Kopie.',
  },
}

/** For the office, which reads Italian; what the declarant must know of it stands in `privacy` of each other language. */
const LIMITS =
  'Si firma davanti al dipendente, o si allega copia di un documento di identità (art. 38). Per fatti noti di persona, anche di altri, fuori dall’elenco dell’art. 46. Esente da bollo (art. 37); a un privato servono firma autenticata e bollo. Non sostituisce certificati medici, sanitari, veterinari, di origine, CE, marchi, brevetti (art. 49).'

const LAW = 'art. 47 del D.P.R. 445/2000'

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
  const words = (key: 'declares' | 'use' | 'privacy') => say(languages, (language) => notorietaWords[language][key])
  const clerk = (word: ClerkWord) => say(languages, (language) => notorietaWords[language].clerk[word])
  const names = languages.slice(1).map((language) => notorietaWords[language].title)
  const known = personFacts(person, languages)
  return {
    languages,
    title: said(notorietaWords.it.title),
    // The name in the second language stands beside the law, so that a form in two languages is one sheet.
    subtitle: said([...names, LAW].join(' · ')),
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
      ...closing(code, ['it'], [said(LIMITS), words('privacy')], { fromAnpr: person.source === 'anpr' }),
    ],
  }
}
