import { expect, test } from 'vitest'
import { type CertificateType, certificateType } from '../../../contract/catalogue.ts'
import type { FamilyMember } from '../../../contract/gateway.ts'
import { member, recognised } from '../../../test/support/visit/scripted-visit.ts'
import type { Visit } from '../../visit/visit.ts'
import { offeredFor, peopleOf, subjectOf, wantedOf } from './visit.ts'

const visitOf = (family: FamilyMember[] | null, subject: FamilyMember | null = null) =>
  ({
    holder: { recognised, entered: { token: 't', idAnpr: 'AB10234CX', family, waiting: [], notices: [] } },
    certificate: { subject, types: ['8'], bollo: { kind: 'exempt', exemption: 'onlus' } },
  }) as unknown as Visit
const anna = member('AB10234CX', true)
const gino = member('GR20871DV', false)
const people = (family: FamilyMember[] | null) =>
  peopleOf(visitOf(family)).map(({ subject, name, surname }) => [subject?.idAnpr, `${surname} ${name}`.trim()])

test('the holder and the family are offered; whoever ANPR does not name or identify is not', () => {
  expect(people([anna, gino])).toEqual([
    ['AB10234CX', 'BIANCHI ANNA'],
    ['GR20871DV', 'BIANCHI ANNA'],
  ])
  expect(people([anna, { ...gino, idAnpr: null }, { ...gino, name: '', surname: '' }])).toHaveLength(1)
  expect(people([anna, { ...gino, surname: '' }])).toContainEqual(['GR20871DV', 'ANNA'])
})

test('the holder can always ask for themselves: by the card where the sheet does not tell of them', () => {
  const byCard = [undefined, 'BIANCHI ANNA']
  expect(people(null)).toEqual([byCard])
  expect(people([gino])).toEqual([byCard, ['GR20871DV', 'BIANCHI ANNA']])
  const unnamed = { ...anna, idAnpr: null, name: '', surname: '' }
  expect(people([unnamed])).toEqual([[null, 'BIANCHI ANNA']])
  expect(subjectOf(visitOf([unnamed], unnamed))).toEqual({ name: 'ANNA', surname: 'BIANCHI' })
  expect(wantedOf(visitOf([unnamed], unnamed)).subject).toBeNull()
})

test('whoever lives in a convivenza asks for themselves alone, and is offered no certificate of a famiglia', () => {
  const convivenza = [anna, gino].map((one) => ({ ...one, tie: 'convivenza' as const, relation: '2' }))
  expect(people(convivenza)).toEqual([['AB10234CX', 'BIANCHI ANNA']])
  const [ofFamily, ofConvivenza] = [['12', '13', '16'], ['14']] as const
  const but = (types: readonly CertificateType[]) => certificateType.options.filter((type) => !types.includes(type))
  expect(offeredFor(visitOf(convivenza))).toEqual(but(ofFamily))
  expect(offeredFor(visitOf([anna, gino], gino))).toEqual(but(ofConvivenza))
  expect(offeredFor(visitOf(null))).toEqual(but(ofConvivenza))
})
