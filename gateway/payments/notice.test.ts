import { describe, expect, test } from 'vitest'
import { isBody, isNotice, iuvOf, noticeOf } from './notice.ts'

describe('notice numbers', () => {
  test.each([
    '300000000000000104',
    '312123456789012384',
    '345999999999999975',
    // A segregation code that pagoPA has reserved.
    '347000000001234592',
    '301000000000005000',
    '301000000000005909',
    '001000000000000141',
    '212345678901234544',
    // From the documents of @e.bollo.
    '300996299640641032',
    '301202611280000124',
    // Of auxiliary digit 1, without check digits.
    '100000000000000000',
  ])('%s is one', (number) => {
    expect(isNotice(number)).toBe(true)
  })
  test.each([
    ['two digits swapped', '301202611280000142'],
    ['one digit wrong', '301202611280001124'],
    ['17 digits', '30120261128000012'],
    ['a letter O', '3O1202611280000124'],
    ['auxiliary digit 4', '401202611280000124'],
    ['blanks', '3012 0261 1280 0001 24'],
    ['pagoPA’s own example of its API', '302012387654312384'],
    ['pagoPA’s own documentation', '347000000880099993'],
    ['nothing', ''],
    ['19 digits', '3012026112800001240'],
  ])('%s: %s is none', (_name, number) => {
    expect(isNotice(number)).toBe(false)
  })
  test('ours are made from the segregation code and a counter', () => {
    expect(noticeOf('01', 2026112800001)).toBe('301202611280000124')
    expect(noticeOf('12', 1234567890123)).toBe('312123456789012384')
    expect(iuvOf('301202611280000124')).toBe('01202611280000124')
    for (const count of [1, 92, 93, 94, 9_999_999_999_999]) expect(isNotice(noticeOf('45', count))).toBe(true)
    expect(() => noticeOf('01', 10_000_000_000_000)).toThrow()
  })
})

test('a body’s codice fiscale has its check digit', () => {
  expect(isBody('99999000013')).toBe(true)
  // pagoPA's test body should end in 0.
  for (const other of ['77777777777', '9999900001', '999990000130', '99999000014', 'BNCNMR51H58I888T'])
    expect([other, isBody(other)]).toEqual([other, false])
})
