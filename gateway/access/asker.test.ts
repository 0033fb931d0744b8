import { expect, test } from 'vitest'
import { atTotem } from '../../contract/caller.ts'
import { askerOf as asOf } from './asker.ts'

const caller = atTotem('TT-0001')
const loa = { totem: 'LOA4', counter: 'LOA3', console: 'LOA2' }
const askerOf = (looker: Parameters<typeof asOf>[0]) => asOf(looker, loa, (name) => `${name}`.padEnd(43, '-'))

test('ANPR hears the machine, and the beginning of the person’s reference', () => {
  const asker = askerOf({ caller, requester: `${'r'.repeat(19)}eference` })
  expect(asker).toEqual({ userId: `${'r'.repeat(19)}e`, userLocation: 'TT-0001', loa: 'LOA4' })
  expect(askerOf({ caller, requester: asker.userId })).toEqual(asker)
})

test('how somebody was recognised is said by where they stand: a card and its PIN, an operator, nobody', () => {
  const person = 'operator.one'
  const at = (channel: 'counter' | 'console') => ({ channel, id: 'PG-0001-01', person }) as const
  for (const [caller, level] of [
    [at('counter'), 'LOA3'],
    [at('console'), 'LOA2'],
  ] as const)
    expect(askerOf({ caller, requester: 'r' })).toEqual({ userId: 'r', userLocation: 'PG-0001-01', loa: level })
})

test('at a list, where no person stands, ANPR hears of the operator by their reference', () => {
  const caller = { channel: 'console', id: 'PG-0001-01', person: 'a.verdi' } as const
  expect(askerOf({ caller, requester: null }).userId).toBe('operator/a.verdi----')
})

test('two people of whom nothing is said never have one name: a voucher would serve both', () => {
  const names = Array.from({ length: 50 }, () => askerOf({ caller, requester: null }).userId)
  expect(new Set(names).size).toBe(names.length)
  for (const name of names) expect(name).toMatch(/^[\w-]{20}$/)
})
