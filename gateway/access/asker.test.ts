import { expect, test } from 'vitest'
import { atTotem } from '../../contract/caller.ts'
import { askerOf } from './asker.ts'

const caller = atTotem('TT-0001')

test('ANPR hears the machine, and the beginning of the person’s reference', () => {
  const asker = askerOf({ caller, requester: `${'r'.repeat(19)}eference` })
  expect(asker).toEqual({ userId: `${'r'.repeat(19)}e`, userLocation: 'TT-0001', loa: 'LOA3' })
  expect(askerOf({ caller, requester: asker.userId })).toEqual(asker)
})

test('two people of whom nothing is said never have one name: a voucher would serve both', () => {
  const names = Array.from({ length: 50 }, () => askerOf({ caller, requester: null }).userId)
  expect(new Set(names).size).toBe(names.length)
  for (const name of names) expect(name).toMatch(/^[\w-]{20}$/)
})
