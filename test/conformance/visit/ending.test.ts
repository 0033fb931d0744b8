import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { ok } from '../../../contract/result.ts'
import { createEnding } from '../../../main/journeys/identify/ending.ts'
import type { GatewayClient } from '../../../main/sync/client.ts'
import {
  answers,
  at,
  cardOut,
  open,
  pin,
  scripted,
  session,
  toPin,
  toSummary,
} from '../../support/visit/scripted-visit.ts'

// The gateway hears of the end of each visit, however it ends, and drops the vouchers of its person.

beforeEach(() => vi.useFakeTimers())
afterEach(() => {
  session.stop()
  vi.useRealTimers()
})

const told: unknown[] = []
/** A totem whose sessions at the gateway are t1, t2 and so on; each is told after so long. */
function totem(answersAfterMs = 0) {
  told.length = 0
  const { opened, over } = createEnding({
    ask: vi.fn(async (_schema: unknown, path: string, { token }: { token: string }) => told.push([path, token])),
  } as unknown as GatewayClient)
  let sessions = 0
  const { enter, journal } = scripted()
  open({
    async enter(visit, recognised) {
      const token = `t${++sessions}`
      if (answersAfterMs > 0) await new Promise((resolve) => setTimeout(resolve, answersAfterMs))
      opened(visit.session, token)
      const entered = await enter(visit, recognised)
      return entered.ok ? ok({ ...entered.value, token }) : entered
    },
    journal: { ...journal, ended: ({ session }) => over(session) },
  })
}
const END = '/v1/sessions/current/end'

test.each<[how: string, leaves: () => Promise<void> | void]>([
  ['the person leaves', () => answers({ type: 'leave' })],
  ['the card is pulled', () => cardOut()],
  ['nobody answers any more', async () => void (await vi.advanceTimersByTimeAsync(95_000))],
])('%s: the gateway ends the session, once', async (_, leaves) => {
  totem()
  await toSummary()
  expect(told).toEqual([])
  await leaves()
  await vi.advanceTimersByTimeAsync(60_000)
  await at('attract')
  expect(told).toEqual([[END, 't1']])
})

test('a session that is opened when its visit is over ends at once, and the next visit keeps its own', async () => {
  totem(40_000)
  await toPin()
  await answers({ type: 'enterPin', pin: pin() })
  cardOut()
  await vi.advanceTimersByTimeAsync(39_000)
  expect(told).toEqual([])
  await vi.advanceTimersByTimeAsync(60_000)
  expect(told).toEqual([[END, 't1']])
})
