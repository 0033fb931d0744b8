import { expect, test } from 'vitest'
import { readerCycles } from '../support/card/reader-cycles.ts'

// The whole soak (10,000) is run by hand: it also says whether memory grows, which so few cannot.
test('card-after-card: each is told to come and to go, and is read', async () => {
  const { lostEvents, failedReads } = await readerCycles(200)
  expect({ lostEvents, failedReads }).toEqual({ lostEvents: 0, failedReads: 0 })
})
