import { expect, test } from 'vitest'
import { type CertificateType, certificateType } from '../../../contract/catalogue.ts'
import type { FamilyMember } from '../../../contract/gateway.ts'
import { member, recognised } from '../../../test/support/visit/scripted-visit.ts'
import type { Visit } from '../../visit/visit.ts'
import { blockedFor, offeredFor, peopleOf, subjectOf, wantedOf } from './visit.ts'

const visitOf = (family: FamilyMember[] | null, subject: FamilyMember | null = null) =>
  ({
    frame: { language: 'it' },
    holder: {
      recognised,
      entered: { token: 't', idAnpr: 'AB10234CX', family, languages: ['IT'], waiting: [], notices: [] },
    },
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

test('whoever lives in a convivenza asks for themselves alone', () => {
  const convivenza = [anna, gino].map((one) => ({ ...one, tie: 'convivenza' as const, relation: '2' }))
  expect(people(convivenza)).toEqual([['AB10234CX', 'BIANCHI ANNA']])
})

test('what the gateway would refuse is not offered, and has its reason; offline that follows from the tie alone', () => {
  const but = (...types: CertificateType[]) => certificateType.options.filter((type) => !types.includes(type))
  const foreign = { type: '5', kind: 'not-italian', anpr: 'EN110' } as const
  const family = [anna, { ...gino, blocked: [foreign] }]
  expect(blockedFor(visitOf(family, family[1]))).toEqual([foreign])
  expect(offeredFor(visitOf(family, family[1]))).toEqual(but('5'))
  expect(blockedFor(visitOf(family))).toEqual(anna.blocked)
  const inFamily = { type: '14', kind: 'not-in-convivenza', anpr: 'EN056' }
  expect(blockedFor(visitOf(null))).toEqual([inFamily])
  expect(offeredFor(visitOf(null))).toEqual(but('14'))
  const nun = { ...anna, idAnpr: null, tie: 'convivenza' as const, relation: '2' }
  expect(offeredFor(visitOf([nun]))).toEqual(but('12', '13', '16'))
})

test('a certificate is asked for in the language that was chosen, or that of the screen, or the usual one, or as the gateway will find it', () => {
  const languages = (chosen: 'IT' | null, told: readonly ('IT' | 'DE' | 'SL')[], screen = 'it') => {
    const visit = visitOf([anna])
    Object.assign(visit.certificate, { language: chosen })
    Object.assign(visit.frame, { language: screen })
    Object.assign(visit.holder.entered ?? {}, { languages: told })
    return wantedOf(visit).language
  }
  expect(languages(null, ['DE', 'IT'])).toBe('DE')
  expect(languages('IT', ['DE', 'IT'])).toBe('IT')
  expect(languages(null, [])).toBeNull()
  expect(languages(null, ['IT', 'SL'])).toBe('IT')
  expect(languages(null, ['IT', 'SL'], 'sl')).toBe('SL')
  expect(languages('IT', ['IT', 'SL'], 'sl')).toBe('IT')
  expect(languages(null, ['IT', 'SL'], 'de')).toBe('IT')
  expect(languages(null, ['DE', 'IT'], 'en')).toBe('DE')
  expect(languages(null, [], 'sl')).toBeNull()
})
