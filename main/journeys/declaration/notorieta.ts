import type { RegisteredPerson } from '../../../contract/document.ts'
import { closing } from '../../documents/closing.ts'
import type { Paper, PaperLanguage, Place } from '../../documents/model.ts'
import { personFacts } from '../../documents/person.ts'
import { inflect, say } from '../../documents/words.ts'
import { signature } from './declaration.ts'

// No Slovene: its term for atto notorio has not been found in an official form.
type NotorietaLanguage = Exclude<PaperLanguage, 'sl'>
type NotorietaLanguages = readonly ['it'] | readonly ['it', Exclude<NotorietaLanguage, 'it'>]

const notorietaWords: Record<
  NotorietaLanguage,
  {
    title: string
    subtitle: string
    declarant: Record<'M' | 'F' | 'N', string>
    aware: string
    declares: string
    use: string
    signing: string
    how: readonly string[]
    limits: string
    privacy: string
  }
> = {
  it: {
    title: 'DICHIARAZIONE SOSTITUTIVA DELL’ATTO DI NOTORIETÀ',
    subtitle: 'Art. 47 del D.P.R. 28 dicembre 2000, n. 445',
    declarant: { M: 'Il sottoscritto', F: 'La sottoscritta', N: 'Il/La sottoscritto/a' },
    aware:
      'consapevole delle sanzioni penali richiamate dall’art. 76 del D.P.R. 445/2000 per chi rilascia dichiarazioni mendaci, forma atti falsi o ne fa uso, e della decadenza dai benefici conseguenti al provvedimento emanato sulla base della dichiarazione non veritiera (art. 75), sotto la propria responsabilità',
    declares: 'DICHIARA',
    use: 'Resa a (ufficio e procedimento)',
    signing: 'Come si firma (art. 38 del D.P.R. 445/2000)',
    how: [
      'davanti al dipendente addetto a ricevere la dichiarazione',
      'prima della consegna o dell’invio, allegando copia fotostatica non autenticata di un documento di identità',
    ],
    limits:
      'Si dichiarano stati, qualità personali o fatti di cui si è a diretta conoscenza, anche di altri, fuori dall’elenco dell’art. 46. A uffici pubblici e gestori di pubblici servizi: senza autentica della firma, esente da bollo (art. 37). A un privato: firma autenticata e bollo. Non sostituisce certificati medici, sanitari, veterinari, di origine, di conformità CE, di marchi o brevetti (art. 49).',
    privacy:
      'Informativa (art. 48 D.P.R. 445/2000, art. 13 Reg. (UE) 2016/679): chi riceve la dichiarazione ne tratta i dati solo per il procedimento a cui serve. Il totem non ne tiene copia.',
  },
  en: {
    title: 'Declaration in lieu of an affidavit',
    subtitle: 'Art. 47 of D.P.R. no. 445 of 28 December 2000 (translation: the Italian text prevails)',
    declarant: { M: 'The undersigned', F: 'The undersigned', N: 'The undersigned' },
    aware:
      'aware of the criminal penalties recalled by art. 76 of D.P.R. 445/2000 for whoever makes false declarations, forges documents or uses them, and of the loss of the benefits granted on the ground of an untrue declaration (art. 75), on his or her own responsibility',
    declares: 'declares',
    use: 'made to (office and procedure)',
    signing: 'How to sign (art. 38 of D.P.R. 445/2000)',
    how: [
      'before the clerk who receives the declaration',
      'before handing it in or sending it, with a plain photocopy of an identity document',
    ],
    limits:
      'What is declared are states, personal qualities or facts that one knows at first hand, of other people too, and that are not in the list of art. 46. To public offices and public-service operators: no authentication of the signature, no stamp duty (art. 37). To a private party: the signature must be authenticated and stamp duty is due. It does not replace medical, health, veterinary, origin, CE conformity, trade mark or patent certificates (art. 49).',
    privacy:
      'Notice (art. 48 D.P.R. 445/2000, art. 13 Reg. (EU) 2016/679): whoever receives the declaration processes its data for the procedure for which it is made alone. The totem keeps no copy.',
  },
  de: {
    title: 'Ersatzerklärung einer beeideten Bezeugungsurkunde',
    subtitle: 'Notorietätsakt · Art. 47 des D.P.R. vom 28. Dezember 2000, Nr. 445',
    declarant: { M: 'Der Unterfertigte', F: 'Die Unterfertigte', N: 'Der/Die Unterfertigte' },
    aware:
      'im Bewusstsein der strafrechtlichen Folgen, die Art. 76 des D.P.R. Nr. 445/2000 für unwahre Erklärungen sowie für die Fälschung von Urkunden und deren Gebrauch vorsieht, und des Verlustes der Begünstigungen, die aufgrund einer unwahren Erklärung gewährt wurden (Art. 75), unter eigener Verantwortung',
    declares: 'erklärt',
    use: 'abgegeben an (Amt und Verfahren)',
    signing: 'Unterzeichnung (Art. 38 des D.P.R. Nr. 445/2000)',
    how: [
      'vor dem Bediensteten, der die Erklärung entgegennimmt',
      'vor der Abgabe oder Übermittlung, mit einer nicht beglaubigten Fotokopie eines Ausweises',
    ],
    limits:
      'Erklärt werden Stand, persönliche Eigenschaften oder Tatsachen, auch anderer Personen, die man unmittelbar kennt und die nicht im Verzeichnis des Art. 46 stehen. Gegenüber öffentlichen Ämtern und Betreibern öffentlicher Dienste: keine Beglaubigung der Unterschrift, keine Stempelsteuer (Art. 37). Gegenüber Privaten: Die Unterschrift ist zu beglaubigen, die Stempelsteuer ist geschuldet. Ärztliche, tierärztliche, Ursprungs- und CE-Konformitätszeugnisse sowie Marken und Patente werden nicht ersetzt (Art. 49).',
    privacy:
      'Information (Art. 48 D.P.R. Nr. 445/2000, Art. 13 Verordnung (EU) 2016/679): Wer die Erklärung erhält, verarbeitet ihre Daten ausschließlich für das Verfahren, für das sie abgegeben wird. Der Totem bewahrt keine Kopie auf.',
  },
}

/**
 * Dichiarazione sostitutiva dell'atto di notorietà, art. 47 DPR 445/2000: the person's data and lines to write on. The
 * form says how to sign it (art. 38), because this totem cannot finish it.
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
  const words = (key: 'title' | 'subtitle' | 'declares' | 'use' | 'signing' | 'limits' | 'privacy') =>
    say(languages, (language) => notorietaWords[language][key])
  const known = personFacts(person, languages)
  return {
    languages,
    title: words('title'),
    subtitle: words('subtitle'),
    at,
    ...place,
    operation,
    blocks: [
      {
        kind: 'heading',
        text: say(languages, (language) => notorietaWords[language].declarant[person.sex ?? 'N']),
      },
      { kind: 'facts', facts: [known.fullName, ...known.born, known.codiceFiscale, known.comune, known.address] },
      {
        kind: 'paragraph',
        style: 'body',
        text: say(languages, (language) => inflect(notorietaWords[language].aware, person.sex)),
      },
      { kind: 'heading', text: words('declares') },
      { kind: 'lines', count: 6 },
      { kind: 'facts', facts: [{ label: words('use'), value: null, source: null }] },
      { kind: 'heading', text: words('signing') },
      {
        kind: 'choices',
        choices: [0, 1].map((index) => ({
          ticked: false,
          source: null,
          text: say(languages, (language) => notorietaWords[language].how[index] ?? ''),
        })),
      },
      signature(languages),
      ...closing(code, languages, [words('limits'), words('privacy')], { fromAnpr: person.source === 'anpr' }),
    ],
  }
}
