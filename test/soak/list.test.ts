import { expect, test } from 'vitest'
import { listSoak } from './list.ts'

// In full: node test/soak/list.ts
test('the gateway is killed in the middle of a list, then the database: each row has its end, each look its line', async () => {
  const { rows, counts, again, mayBeAgain, ...rest } = await listSoak({ rows: 500, kills: 1 })
  expect(rest).toEqual({ state: 'completata', unlogged: 0, unvouched: 0 })
  expect((counts.trovato ?? 0) + (counts.non_trovato ?? 0)).toBe(rows)
  expect(again).toBeGreaterThanOrEqual(0)
  expect(again).toBeLessThanOrEqual(mayBeAgain)
})
