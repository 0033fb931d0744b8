import { describe, expect, it } from 'vitest'
import { certificateType } from '../contract/catalogue.ts'
import type { TableType } from './certificates.ts'
import { mayIssue, type Requester, type Subject } from './may-issue.ts'

const CITIZEN = certificateType.options
const OFFICE: TableType[] = ['2', '4', '6', '9', '20']
const but = (...types: TableType[]) => CITIZEN.filter((type) => !types.includes(type as TableType))

/** Somebody of whom everything is known and nothing blocks; what the cases change is written in them. */
const someone: Subject = {
  ...{ state: 'enrolled', certifiable: '2', procedureOpen: false, tie: 'family', household: 3, familyState: 'whole' },
  ...{ statoCivile: '1', marriage: 'recorded', union: 'recorded', contract: 'recorded' },
  ...{ citizenship: 'italian', bornInItaly: true, homeless: false },
}
const self: Requester = { self: true, adult: true, sameFamily: true, dead: false, validDocument: true, partner: true }
const relative: Requester = { ...self, self: false }

/**
 * "Blocchi" of ANPR's controllo certificati and list of errors: the person, the code, and exactly the types that it
 * blocks. A married person is not free to marry, so each case names what else falls.
 */
const CASES: [person: string, subject: Subject, requester: Requester, code: string | null, blocked: TableType[]][] = [
  ['certifiability 0', { certifiable: '0' }, {}, 'EN160', CITIZEN],
  ['certifiability 3', { certifiable: '3' }, {}, 'EN160', CITIZEN],
  ['under guardianship', { certifiable: '4' }, {}, 'EN160', CITIZEN],
  ['certifiable in part', { certifiable: '1' }, {}, 'EN046', but('8', '12')],
  ['procedure open', { procedureOpen: true }, {}, 'EN181', but('8', '10', '12')],
  ['requester without document', {}, { validDocument: false }, 'EN286', CITIZEN],
  ['requester of another family', {}, { self: false, sameFamily: false }, 'EN169', CITIZEN],
  ['requester under age', {}, { adult: false }, 'EN169', ['13', '16']],
  ['requester dead', {}, { dead: true }, 'EN170', CITIZEN],
  ['subject dead', { state: 'dead' }, {}, 'EN228', CITIZEN.filter((type) => type !== '7')],
  ['subject dead, who is to be alive', { state: 'dead' }, {}, 'EN054', ['7']],
  ['subject removed', { state: 'removed' }, {}, 'EN229', CITIZEN],
  ['enrolled twice', { register: 'both' }, {}, 'EN470', CITIZEN],
  ['in a convivenza: families', { tie: 'convivenza' }, {}, 'EN055', ['12', '13']],
  ['in a convivenza: kinship', { tie: 'convivenza' }, {}, 'EN058', ['16']],
  ['in a family', { tie: 'family' }, {}, 'EN056', ['14']],
  ['alone', { household: 1 }, {}, 'EN059', ['16']],
  ['no intestatario', { familyState: 'no-intestatario' }, {}, 'EN062', ['12', '13', '16']],
  ['family not complete', { familyState: 'incomplete' }, {}, 'EN221', ['12', '13', '16']],
  ['family being entered', { familyState: 'being-entered' }, {}, 'EN212', ['12', '13', '16']],
  ['enrolled abroad', { register: 'AIRE' }, {}, 'EN044', ['7', '8', '11', '12', '13', '14', '16', '17']],
  ['resident: AIRE residence', { register: 'APR' }, {}, 'EN164', ['10']],
  ['resident: AIRE family', { register: 'APR' }, {}, 'EN057', ['15']],
  ['enrolled abroad, born abroad', { register: 'AIRE', bornInItaly: false }, {}, 'EN410', ['1']],
  ['resident, born abroad', { register: 'APR', bornInItaly: false }, {}, 'EN410', []],
  ['foreign', { citizenship: 'foreign' }, {}, 'EN110', ['5']],
  ['citizenship unclear', { citizenship: 'unclear' }, {}, 'EN407', ['5']],
  ['stato civile missing', { statoCivile: 'missing' }, {}, 'EN138', ['3', '11']],
  ['never married', { marriage: 'incomplete' }, {}, 'EN162', ['3']],
  ['marriage incomplete', { statoCivile: '2', marriage: 'incomplete' }, {}, 'EN162', ['3', '11']],
  ['spouse missing', { statoCivile: '2', marriage: 'no-spouse' }, {}, 'EN161', ['3', '11']],
  ['union incomplete', { union: 'incomplete' }, {}, 'EN353', ['18']],
  ['contract incomplete', { contract: 'incomplete' }, {}, 'EN354', ['19']],
  ['not a partner', {}, { partner: false }, 'EN356', ['19']],
  ...(['2', '6', '9'] as const).map((statoCivile): (typeof CASES)[number] => [
    `stato civile ${statoCivile}`,
    { statoCivile },
    {},
    'EN060',
    ['17'],
  ]),
  ...(['1', '3', '4', '7', '8'] as const).map((statoCivile): (typeof CASES)[number] => [
    `stato civile ${statoCivile}`,
    { statoCivile },
    {},
    'EN060',
    [],
  ]),
  ['senza fissa dimora', { homeless: true }, {}, null, ['12']],
]

describe.each([
  ['oneself', self],
  ['somebody of the family', relative],
] as const)('asked for %s', (_, requester) => {
  it.each(CASES)('%s', (_, subject, asking, code, blocked) => {
    const refusing = CITIZEN.filter((type) => {
      const may = mayIssue([type], { ...someone, ...subject }, { ...requester, ...asking }, null)
      return !may.ok && may.error.refusals.some(({ anpr }) => anpr === code)
    })
    expect(refusing).toEqual(CITIZEN.filter((type) => blocked.includes(type)))
  })
})

it('refuses nothing of somebody of whom nothing is known', () => {
  for (const type of CITIZEN) expect(mayIssue([type], {}, {}, null).ok, type).toBe(true)
  for (const type of OFFICE)
    expect(mayIssue([type], {}, {}, null)).toMatchObject({
      error: { refusals: [{ kind: 'only-at-the-office', type }] },
    })
})

it('says of each pair what the sheet says, worst first', () => {
  expect(mayIssue(['3', '17'], {}, {}, null)).toMatchObject({
    error: { refusals: [{ kind: 'not-on-one-sheet', anpr: 'EN152', type: null }] },
  })
  expect(mayIssue(['8', '12'], {}, {}, 'privateParty')).toEqual({ ok: true, value: ['8', '12'] })
})

it('refuses a public body, which may not take a certificate', () => {
  expect(mayIssue(['8'], {}, {}, 'publicBody')).toMatchObject({ error: { refusals: [{ kind: 'for-a-public-body' }] } })
})
