import { describe, expect, test } from 'vitest'
import { isComune } from '../../catalogue/istat-codes.ts'
import { chargesIn, terms } from './terms.ts'

const spello = '054050'
const [withBollo, withoutBollo] = [52, 26]

describe('what certificates cost', () => {
  test('is bollo alone where nothing is set', () => {
    const charges = { bollo: 1600, diritti: { withBollo: 0, withoutBollo: 0 } }
    for (const comune of [spello, null]) expect(chargesIn(terms.parse({}), comune)).toEqual(charges)
  })
  test('has the diritti of the comune where the person lives', () => {
    const set = terms.parse({ bollo: 2000, dirittiOf: { [spello]: { withBollo, withoutBollo } } })
    expect(chargesIn(set, spello)).toEqual({ bollo: 2000, diritti: { withBollo, withoutBollo } })
    for (const comune of ['058091', null]) expect(chargesIn(set, comune).diritti.withBollo).toBe(0)
  })
})

const names = (setting: object) =>
  terms.safeParse(setting).error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)

test.each<[string, object, RegExp]>([
  ['a comune that does not exist', { dirittiOf: { '054999': { withBollo, withoutBollo } } }, /^dirittiOf\.054999: /],
  ['a comune by its name', { dirittiOf: { SPELLO: { withBollo, withoutBollo } } }, /^dirittiOf\.SPELLO: /],
  ['half of the diritti', { dirittiOf: { [spello]: { withBollo } } }, /^dirittiOf\.054050\.withoutBollo: /],
  ['a type that no citizen may have', { validMonths: { '9': 3 } }, /^validMonths: .*"9"/],
  ['no month', { validMonths: { '8': 0 } }, /^validMonths\.8: /],
  ['an amount below a cent', { bollo: 16.5 }, /^bollo: /],
])('%s is refused by name', (_, setting, said) => {
  expect(names(setting)).toEqual([expect.stringMatching(said)])
})

test('a comune that is younger than the list of comuni is one when it is named', () => {
  const set = { dirittiOf: { '054999': { withBollo, withoutBollo } }, newComuni: ['054999'] }
  expect(chargesIn(terms.parse(set), '054999').diritti.withBollo).toBe(withBollo)
})

test('comuni are known by their ISTAT code', () => {
  expect(['001001', '054050', '058091', '032005'].every(isComune)).toBe(true)
  expect(['', '000000', '054000', '54050', '0540501', '999001'].some(isComune)).toBe(false)
})
