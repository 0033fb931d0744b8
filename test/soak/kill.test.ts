import { expect, test } from 'vitest'
import { killRounds } from './kill.ts'

// The bounded form of `node test/soak/kill.ts --rounds 1000`, which comes to every edge of a payment. KILL_SEED=… repeats the choice of victims but not the
// moments, which depend on the machine.
const SEED = Number(process.env.KILL_SEED ?? Date.now() % 1_000_000_007)

test(`main, device process and gateway killed 6 times: nothing lost, nothing paid or printed twice, the paper told truly, seed ${SEED}`, {
  timeout: 600_000,
}, async () => {
  const verdict = await killRounds({ rounds: 6, seed: SEED })
  expect(verdict.violations).toEqual([])
  expect(verdict).toMatchObject({ rounds: 6 })
  expect(verdict.recorded).toBeGreaterThan(0)
  expect(Object.values(verdict.edges).reduce((all, times) => all + times)).toBe(3)
  expect(Object.keys(verdict.edges).join()).toMatch(/mail|pec/)
  expect(verdict.letters.opened).toBeGreaterThan(0)
  expect(verdict.letters.pecs).toBeGreaterThan(0)
  expect(verdict.sheets.whole).toBeGreaterThanOrEqual(verdict.recorded)
})
