import type { Tie } from '../../../contract/document.ts'
import type { ScreenOf } from '../../../contract/journeys/index.ts'
import type { SamplesOf } from '../journey.ts'
import { holder, son } from '../sample-people.ts'

const member = (index: number | null, name: string, more: { sex: 'M' | 'F'; yearOfBirth: number; tie: Tie }) => ({
  ...{ index, name, surname: 'ROSSI', deceased: index === null, ...more },
})
const kin = (relation: string): Tie => ({ to: 'kin', relation })
const family = [
  { ...member(0, '', { sex: 'F', yearOfBirth: 1951, tie: { to: 'self' } }), ...holder },
  member(1, 'GIUSEPPE', { sex: 'M', yearOfBirth: 1948, tie: kin('2') }),
  member(2, 'ANDREA', {
    ...{ sex: 'M', yearOfBirth: 1984 },
    tie: { to: 'head', relation: '3', head: { name: 'GIUSEPPE', surname: 'ROSSI' } },
  }),
]
const who = { ...son, sex: 'M', tie: kin('3'), on: null, certificate: true } as const
/** A day of the past that was asked for. */
const past = '2005-03-05'
const identity: ScreenOf<'member'>['identity'] = {
  ...{ ...son, sex: 'M', codiceFiscale: 'RSS•••••••••••4K', born: '1984-05-02', birthPlace: 'FOLIGNO (PG)' },
  statoCivile: '2',
}
const section = (
  name: ScreenOf<'member-section'>['section'],
  told: ScreenOf<'member-section'>['told'],
): ScreenOf<'member-section'> => ({ screen: 'member-section', ...son, on: null, section: name, told })

export const samples: SamplesOf<'family'> = {
  family: {
    canGoBack: true,
    shown: {
      family: { screen: 'family', members: family },
      'family-large': {
        screen: 'family',
        members: [
          ...family,
          member(3, 'ANNA LUCIA', { sex: 'F', yearOfBirth: 1979, tie: kin('9') }),
          member(4, 'CRISTOFORO MARIA ALESSANDRO', { sex: 'M', yearOfBirth: 2009, tie: kin('4') }),
          member(null, 'ELVIRA', { sex: 'F', yearOfBirth: 1922, tie: kin('17') }),
        ],
      },
      'family-convivenza': {
        screen: 'family',
        members: family.map((one, index) => ({
          ...one,
          tie: index === 0 ? { to: 'self' as const } : { to: 'convivenza' as const, relation: '2' },
        })),
      },
    },
  },
  'family-unavailable': { canGoBack: true, shown: { 'family-unavailable': { screen: 'family-unavailable' } } },
  member: {
    canGoBack: true,
    shown: {
      'member-asking': { screen: 'member', ...who, identity: null, sections: [] },
      member: { screen: 'member', ...who, identity, sections: ['residence', 'citizenship', 'marriage', 'document'] },
      'member-past': {
        ...{
          screen: 'member',
          ...who,
          on: past,
          certificate: false,
          sections: ['residence', 'citizenship', 'document'],
        },
        identity: { ...identity, statoCivile: '1' },
      },
    },
  },
  'member-section': {
    canGoBack: true,
    shown: {
      'member-section-asking': section('residence', null),
      'member-residence': section('residence', {
        residence: [
          { comune: 'SPELLO (PG)', address: 'PIAZZA DELLA REPUBBLICA 4/A', since: '2009-06-01' },
          { comune: 'FOLIGNO (PG)', address: 'VIA ROMA 12', since: '1984-05-02' },
        ],
      }),
      'member-citizenship': section('citizenship', { citizenship: [{ state: 'ITALIA', since: null }] }),
      'member-marriage': section('marriage', {
        marriage: {
          ...{ partner: { name: 'ELENA', surname: 'FERRARI' }, on: '2010-09-11', place: 'SPELLO (PG)' },
          act: { comune: 'SPELLO (PG)', year: '2010', number: '14', archive: false },
        },
      }),
      'member-document': section('document', {
        document: {
          ...{ kind: 'electronic', number: 'CA12345XY', issued: '2021-03-04', expires: '2031-05-02' },
          ...{ cancelled: null, issuer: 'SPELLO (PG)' },
        },
      }),
      'member-nothing': section('document', { document: null }),
    },
  },
  'member-unavailable': {
    canGoBack: true,
    shown: {
      'member-unavailable': { screen: 'member-unavailable', ...son, on: null },
      'member-unavailable-day': { screen: 'member-unavailable', ...son, on: past },
    },
  },
  'member-day': {
    canGoBack: true,
    shown: {
      'member-day': { screen: 'member-day', ...son, wrong: null },
      'member-day-future': { screen: 'member-day', ...son, wrong: 'future' },
      'member-day-none': { screen: 'member-day', ...son, wrong: 'no-day' },
      'member-day-unborn': { screen: 'member-day', ...son, wrong: 'before-birth' },
    },
  },
}
