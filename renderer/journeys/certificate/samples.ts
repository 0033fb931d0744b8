import { type Exemption, exemption, type Purpose } from '../../../contract/catalogue.ts'
import type { ScreenOf } from '../../../contract/journeys/index.ts'
import type { SamplesOf } from '../journey.ts'
import { son } from '../sample-people.ts'

const member = (index: number, name: string, relation: string | null, yearOfBirth: number | null) => ({
  index,
  name,
  surname: index % 2 ? 'ROSSI' : 'BIANCHI',
  yearOfBirth,
  belongs: relation === null ? null : { tie: 'family' as const, relation },
  self: index === 0,
})
const family = [
  member(0, 'MARIA TERESA', '2', 1951),
  member(1, 'GIUSEPPE', '1', 1948),
  member(2, 'ANNA LUCIA', '3', 1979),
  member(3, 'ANDREA', '3', 1984),
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

const confirm = (use: Purpose, bollo: ScreenOf<'confirm'>['bollo']): ScreenOf<'confirm'> => ({
  ...{ screen: 'confirm', subject: son, types: ['8', '12'], use, bollo },
  online: use !== 'pensioneEstera',
})

export const samples: SamplesOf<'certificate'> = {
  person: {
    canGoBack: true,
    shown: {
      person: { screen: 'person', people: family, online: true },
      'person-large-family': {
        screen: 'person',
        people: [
          ...family,
          member(4, 'GIULIA', '4', 2009),
          member(5, 'CRISTOFORO MARIA ALESSANDRO', '19', null),
          member(6, 'LI', null, 2024),
        ],
        online: true,
      },
      'person-offline': { screen: 'person', people: family.slice(0, 1), online: false },
    },
  },
  certificate: {
    canGoBack: true,
    shown: {
      certificate: {
        screen: 'certificate',
        subject: son,
        options: ['8', '12'],
        others: ['1', '3', '5', '7', '10', '11', '13', '15', '16', '17', '18', '19'],
        onOneSheet: ['8', '12'],
      },
      'certificate-convivenza': {
        ...{ screen: 'certificate', subject: son, options: ['8', '14'], onOneSheet: ['8', '14'] },
        others: ['1', '3', '5', '7', '10', '11', '15', '17', '18', '19'],
      },
    },
  },
  purpose: {
    canGoBack: true,
    shown: {
      purpose: {
        screen: 'purpose',
        options: ['publicBody', 'privateParty', 'processuale', 'pensioneEstera'],
        more: false,
      },
      'purpose-more': {
        screen: 'purpose',
        options: ['onlus', 'societaSportive', 'interdizione', 'adozione', 'separazione'],
        more: true,
      },
    },
  },
  preview: {
    canGoBack: true,
    shown: {
      'preview-waiting': { screen: 'preview', pages: null, subject: son, types: ['8'] },
      preview: { screen: 'preview', pages: 1, subject: son, types: ['8'] },
      'preview-pages': { screen: 'preview', pages: 2, subject: son, types: ['8', '12'] },
    },
  },
  confirm: {
    canGoBack: true,
    shown: {
      ...Object.fromEntries(
        exemption.options.map((use) => [
          `confirm-${use}`,
          confirm(use, { kind: 'exempt', cents: 0, reference: LAWS[use] }),
        ]),
      ),
      'confirm-privateParty': confirm('privateParty', {
        ...{ kind: 'contrassegno', cents: 1600, reference: '0123 4567 8901 23' },
      }),
    },
  },
  issuing: { canLeave: false, shown: { issuing: { screen: 'issuing' } } },
}
