import { expect, test } from 'vitest'
import { postgresSoak } from './postgres.ts'

// In full: node test/soak/postgres.ts
test('the database is restarted, then dies and its standby takes over, under load: nothing lost, nothing twice', async () => {
  const { acknowledged, ...rest } = await postgresSoak({ restarts: 1, batch: 5, betweenMs: 1_000 })
  expect(rest).toMatchObject({ lost: 0, twice: 0, strangers: 0 })
  expect(acknowledged).toBeGreaterThan(0)
})
