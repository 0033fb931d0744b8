import { isConvivenza, type RegisteredPerson } from '../../../contract/document.ts'
import type { Language } from '../../../contract/language.ts'
import { closing } from '../../documents/closing.ts'
import { type Block, type Fact, fill, type Paper, type PaperLanguages, type Place } from '../../documents/model.ts'
import { familyTable, personFacts, statoCivile } from '../../documents/person.ts'
import { dateTime } from '../../documents/texts.ts'
import { registerWords, say } from '../../documents/words.ts'

const visuraWords: Record<
  Language,
  { title: string; subtitle: string; warning: string; lead: string; reference: string; holder: string; note: string }
> = {
  it: {
    title: 'VISURA ANAGRAFICA',
    subtitle: 'Dati dell’Anagrafe nazionale della popolazione residente (ANPR)',
    warning: 'Visura: non è un certificato e non ne fa le veci',
    lead: 'Come risultano ad ANPR il {at}, mostrati alla persona a cui si riferiscono, riconosciuta con la sua carta e il PIN.',
    reference: 'Riferimento ANPR',
    holder: 'Intestatario della visura',
    note: 'Se un dato è sbagliato: rivolgersi all’ufficio anagrafe del comune di residenza con questo foglio. Per dichiarare questi dati a un ufficio pubblico o a un gestore di pubblici servizi basta l’autocertificazione, gratuita.',
  },
  en: {
    title: 'Register extract',
    subtitle: 'Data of the national population register (ANPR)',
    warning: 'For consultation: not a certificate, and does not replace one',
    lead: 'As ANPR had them on {at}, shown to the person they concern, who was recognised by card and PIN.',
    reference: 'ANPR reference',
    holder: 'Person concerned',
    note: 'If anything is wrong, take this sheet to the registry office (ufficio anagrafe) of the municipality of residence. To give these data to a public office or public service, a self-declaration is enough and is free of charge.',
  },
  de: {
    title: 'Meldeamtliche Einsichtnahme',
    subtitle: 'Daten des Nationalen Melderegisters (ANPR)',
    warning: 'Einsichtnahme: keine Bescheinigung und kein Ersatz dafür',
    lead: 'Wie sie am {at} im ANPR aufscheinen, der betroffenen Person gezeigt, die sich mit Karte und PIN ausgewiesen hat.',
    reference: 'Bezug ANPR',
    holder: 'Betroffene Person',
    note: 'Falls eine Angabe falsch ist: mit diesem Blatt an das Meldeamt der Wohnsitzgemeinde wenden. Um diese Angaben gegenüber öffentlichen Ämtern oder Betreibern öffentlicher Dienste zu erklären, genügt die kostenlose Eigenerklärung.',
  },
  fr: {
    title: 'Extrait du registre',
    subtitle: 'Données du registre national de la population (ANPR)',
    warning: 'Pour consultation : ce n’est pas un certificat et n’en tient pas lieu',
    lead: 'Comme l’ANPR les avait le {at}, montrées à la personne qu’elles concernent, reconnue par la carte et le code PIN.',
    reference: 'Référence ANPR',
    holder: 'Personne que l’extrait concerne',
    note: 'Si une donnée est fausse : adressez-vous au bureau d’état civil de la commune de résidence, avec cette feuille. Pour déclarer ces données à une administration ou à un service public, une déclaration gratuite suffit.',
  },
  sl: {
    title: 'Vpogled v register prebivalstva',
    subtitle: 'Podatki državnega registra stalnega prebivalstva (ANPR)',
    warning: 'Vpogled: ni potrdilo in ga ne nadomešča',
    lead: 'Kakor jih je ANPR vodil dne {at}, prikazani osebi, na katero se nanašajo, prepoznani s kartico in kodo PIN.',
    reference: 'Sklic ANPR',
    holder: 'Oseba, na katero se nanaša vpogled',
    note: 'Če je kateri podatek napačen: s tem listom se obrnite na anagrafski urad občine stalnega prebivališča. Za izjavo teh podatkov javnemu uradu ali upravljavcu javnih storitev zadostuje brezplačno samopotrdilo.',
  },
}

/**
 * The holder's own data in ANPR, for reading; a fact that ANPR did not give is left out. `reference` is
 * idOperazioneANPR, or empty. `code` is the verification code, or null.
 */
export function visura({
  person,
  languages,
  place,
  at,
  operation,
  reference,
  code,
}: {
  person: RegisteredPerson & { source: 'anpr' }
  languages: PaperLanguages
  place: Place
  at: Date
  operation: string
  reference: string
  code: string | null
}): Paper {
  const words = (key: 'title' | 'subtitle' | 'warning' | 'holder' | 'note' | 'reference') =>
    say(languages, (language) => visuraWords[language][key])
  const known = personFacts(person, languages)
  const state = statoCivile(person, languages)
  const stated: Fact = {
    label: say(languages, (language) => registerWords[language].statoCivile),
    value: state?.join(' / ') ?? null,
    source: 'anpr',
  }
  const reported: Fact = { label: words('reference'), value: reference || null, source: 'anpr' }
  const told = [
    known.fullName,
    known.codiceFiscale,
    ...known.born,
    ...known.residence,
    known.citizenship,
    stated,
    reported,
  ].filter(({ value }) => value !== null)
  const sheet = person.family ?? []
  const table = familyTable(sheet, languages, { writable: false })
  const heading = isConvivenza(sheet) ? 'convivenza' : 'family'
  const family: Block[] =
    table.rows.length === 0
      ? []
      : [
          { kind: 'heading', text: say(languages, (language) => registerWords[language][heading]) },
          { kind: 'table', table },
        ]
  return {
    languages,
    title: words('title'),
    subtitle: words('subtitle'),
    at,
    ...place,
    operation,
    blocks: [
      { kind: 'warning', text: words('warning') },
      {
        kind: 'paragraph',
        style: 'body',
        text: say(languages, (language) =>
          fill(visuraWords[language].lead, { at: { strong: dateTime(at.toISOString(), 'it') } }),
        ),
      },
      { kind: 'heading', text: words('holder') },
      { kind: 'facts', facts: told },
      ...family,
      ...closing(code, languages, [words('note')], { fromAnpr: true }),
    ],
  }
}
