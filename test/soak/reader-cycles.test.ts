import { expect, test } from 'vitest'
import { readerCycles } from '../support/card/reader-cycles.ts'

// A person runs the whole soak (10,000), which also shows whether memory grows; so few cycles cannot.
test('card-after-card: each is reported to come and to go, and is read', async () => {
  const { lostEvents, failedReads } = await readerCycles(200)
  expect({ lostEvents, failedReads }).toEqual({ lostEvents: 0, failedReads: 0 })
})
