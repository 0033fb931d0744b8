import { expect, test } from 'vitest'
import { kinshipTo } from './kinship.ts'

const to = (holder: string, member: string) =>
  kinshipTo({ tie: 'family', relation: holder }, { tie: 'family', relation: member })

test.each([
  ['the intestatario reads the sheet as it is', '1', '3', '3'],
  ['the intestatario is the wife’s husband', '2', '1', '2'],
  ['and the son’s father', '3', '1', '6'],
  ['and the grandchild’s grandfather', '4', '1', '7'],
  ['and the mother’s son', '6', '1', '3'],
  ['and the mother-in-law’s son-in-law', '17', '1', '16'],
  ['two children are brother and sister', '3', '3', '9'],
  ['the intestatario’s mother is the daughter’s grandmother', '3', '6', '7'],
  ['and the wife’s mother-in-law', '2', '6', '17'],
  ['the intestatario’s son is the mother’s grandson', '6', '3', '4'],
])('%s', (_, holder, member, kinship) => {
  expect(to(holder, member)).toBe(kinship)
})

test.each([
  ['a child of the intestatario may be the spouse’s or not', '2', '3'],
  ['the intestatario’s wife may be the child’s mother or not', '3', '2'],
  ['a daughter-in-law may be a son’s wife or his brother’s', '3', '16'],
  ['nothing is known of somebody whose code is not defined', '99', '1'],
])('%s: not told', (_, holder, member) => {
  expect(to(holder, member)).toBeNull()
})

test('people of a convivenza are no kin', () => {
  expect(kinshipTo({ tie: 'convivenza', relation: '1' }, { tie: 'convivenza', relation: '3' })).toBeNull()
})

test('a kinship and its counterpart agree both ways', () => {
  for (const relation of ['2', '3', '4', '5', '6', '7', '8', '9', '10', '11', '12', '16', '17', '18', '28']) {
    const back = to(relation, '1')
    expect(back === null ? null : to(back, '1'), relation).toBe(relation)
  }
})
