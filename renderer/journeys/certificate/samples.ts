import { type CertificateType, certificateTheme, type Exemption, exemption } from '../../../contract/catalogue.ts'
import type { ScreenOf } from '../../../contract/journeys/index.ts'
import { way } from '../../../contract/journeys/lists.ts'
import type { Refusal } from '../../../contract/refusal.ts'
import type { SamplesOf } from '../journey.ts'

const member = (
  index: number,
  name: string,
  tie: ScreenOf<'sheet'>['subject']['tie'],
  sex: 'M' | 'F',
  yearOfBirth: number | null,
) => ({
  index,
  name,
  surname: index % 2 ? 'ROSSI' : 'BIANCHI',
  yearOfBirth,
  ...{ sex, tie },
})
const SELF = { to: 'self' } as const
const kin = (relation: string) => ({ to: 'kin', relation }) as const
const family = [
  member(0, 'MARIA TERESA', SELF, 'F', 1951),
  member(1, 'GIUSEPPE', kin('2'), 'M', 1948),
  member(2, 'ANNA LUCIA', { to: 'head', relation: '3', head: { name: 'GIUSEPPE', surname: 'ROSSI' } }, 'F', 1979),
  member(3, 'ANDREA', kin('3'), 'M', 1984),
]

/** As main cites them. */
const LAWS: Record<Exemption, string> = {
  processuale: 'art. 18 DPR 115/2002',
  pensioneEstera: 'art. 9 Tab. B DPR 642/1972',
  onlus: 'art. 27-bis Tab. B DPR 642/1972',
  societaSportive: 'art. 8-bis Tab. B DPR 642/1972',
  interdizione: 'art. 13 Tab. B DPR 642/1972',
  adozione: 'art. 82 L. 184/1983',
  separazione: 'art. 19 L. 74/1987',
}

const exempt = (use: Exemption): ScreenOf<'sheet'>['bollo'] => ({
  settled: 'exempt',
  cents: 0,
  diritti: 0,
  reference: LAWS[use],
})
const person = ({ index: _, ...rest }: (typeof family)[number]): ScreenOf<'sheet'>['subject'] => rest
const own = person(member(0, 'MARIA TERESA', SELF, 'F', 1951))
const child = person(member(3, 'ANDREA', kin('3'), 'M', 1984))

/** As ANPR words them. */
const FACTS =
  'BIANCHI MARIA TERESA nata a SAN GIOVANNI IN PERSICETO (BO) il 18/06/1951 codice fiscale BNC•••••••••••7X risulta iscritta nell’anagrafe della popolazione residente del comune di SPELLO (PG) nella famiglia …'

type Shown = ScreenOf<'sheet'>

/** The holder asks for themselves, of a use that the law exempts. */
const summary = (shown: Partial<Shown> = {}): Shown => ({
  screen: 'sheet',
  subject: own,
  others: true,
  types: ['8', '12'],
  language: 'IT',
  languages: ['IT'],
  shortcuts: [['8'], ['12'], ['8', '12']],
  use: 'processuale',
  bollo: exempt('processuale'),
  delivery: { way: 'paper', others: true },
  anpr: 'ready',
  facts: FACTS,
  barred: null,
  ...shown,
})

/** What can be said of the types of a theme, for somebody who lives in a family and is not Italian. */
const types = (
  ...types: [type: CertificateType, because?: Refusal | null, beside?: CertificateType[]][]
): ScreenOf<'certificates'>['types'] => types.map(([type, because = null, beside = []]) => ({ type, because, beside }))

const allThemes = certificateTheme.options.map((theme) => ({ theme, types: [] }))

export const samples: SamplesOf<'certificate'> = {
  purpose: {
    canGoBack: true,
    shown: {
      purpose: {
        screen: 'purpose',
        options: ['publicBody', 'privateParty', 'processuale', 'pensioneEstera'],
        more: false,
        cents: 1600,
      },
      'purpose-more': {
        screen: 'purpose',
        options: ['separazione', 'adozione', 'interdizione', 'onlus', 'societaSportive'],
        more: true,
        cents: 1600,
      },
    },
  },
  sheet: {
    canGoBack: true,
    shown: {
      sheet: summary(),
      'sheet-asked': summary({ anpr: 'asked', facts: '' }),
      'sheet-convivenza': summary({ types: ['8', '14'], shortcuts: [['8'], ['14'], ['8', '14']], others: false }),
      'sheet-child': summary({ subject: child, types: ['8'] }),
      'sheet-bilingual': summary({ types: ['8'], language: 'DE', languages: ['DE', 'IT'] }),
      'sheet-bilingual-together': summary({ language: 'DE', languages: ['DE', 'IT'] }),
      // In Aosta and in Gorizia, with the lines that are longest.
      'sheet-bilingual-fr': summary({
        subject: child,
        language: 'FR',
        languages: ['FR', 'IT'],
        use: 'onlus',
        bollo: exempt('onlus'),
      }),
      'sheet-bilingual-sl': summary({
        ...{ language: 'SL', languages: ['SL', 'IT'], use: 'privateParty' },
        bollo: { settled: 'contrassegno', cents: 1600, diritti: 0, reference: '0123 4567 8901 23' },
      }),
      'sheet-phone': summary({ delivery: { way: 'phone', others: false } }),
      'sheet-many': summary({ types: ['1', '5', '7', '8', '12'] }),
      'sheet-due': summary({
        use: 'privateParty',
        bollo: { settled: null, cents: 1600, diritti: 0, reference: '' },
        anpr: 'unasked',
        facts: '',
      }),
      'sheet-mark': summary({
        use: 'privateParty',
        bollo: { settled: 'contrassegno', cents: 1600, diritti: 0, reference: '0123 4567 8901 23' },
      }),
      'sheet-away': summary({ anpr: 'away', facts: '', others: false, delivery: { way: 'paper', others: false } }),
      'sheet-barred': summary({ anpr: 'barred', facts: '', barred: { reason: 'procedure-open', code: 'EN181' } }),
      ...Object.fromEntries(
        exemption.options.map((use) => [`sheet-${use}`, summary({ use, bollo: exempt(use), subject: child })]),
      ),
    },
  },
  person: {
    canGoBack: true,
    shown: {
      person: { screen: 'person', people: family },
      'person-large-family': {
        screen: 'person',
        people: [
          ...family,
          member(4, 'GIULIA', kin('4'), 'F', 2009),
          member(5, 'CRISTOFORO MARIA ALESSANDRO', kin('19'), 'M', null),
          member(6, 'LI', kin('99'), 'F', 2024),
        ],
      },
    },
  },
  themes: {
    canGoBack: true,
    shown: {
      themes: { screen: 'themes', themes: allThemes, chosen: [] },
      'themes-chosen': { screen: 'themes', themes: allThemes, chosen: ['8', '11'] },
    },
  },
  certificates: {
    canGoBack: true,
    shown: {
      'certificates-home': {
        screen: 'certificates',
        theme: 'home',
        chosen: [],
        types: types(['8'], ['14', 'not-in-convivenza'], ['19']),
      },
      'certificates-family': {
        ...{ screen: 'certificates', theme: 'family', chosen: ['8', '12'] },
        types: types(['12'], ['13', null, ['12']], ['16', null, ['12']]),
      },
      'certificates-events': {
        ...{ screen: 'certificates', theme: 'events', chosen: ['11', '12'] },
        types: types(['1'], ['3'], ['18'], ['11'], ['17', 'not-free-to-marry', ['11']]),
      },
      'certificates-citizenship': {
        ...{ screen: 'certificates', theme: 'citizenship', chosen: [] },
        types: types(['5', 'not-italian'], ['7']),
      },
      'certificates-abroad': {
        ...{ screen: 'certificates', theme: 'abroad', chosen: [] },
        types: types(['10', 'not-enrolled-abroad'], ['15', 'not-enrolled-abroad']),
      },
    },
  },
  delivery: {
    canGoBack: true,
    shown: { delivery: { screen: 'delivery', ways: way.options } },
  },
  preview: {
    canGoBack: true,
    shown: { preview: { screen: 'preview', pages: 1 }, 'preview-pages': { screen: 'preview', pages: 2 } },
  },
  issuing: { canLeave: false, shown: { issuing: { screen: 'issuing' } } },
}
