import { expect, test, vi } from 'vitest'
import { recurring } from './recurring.ts'

test('a run that lasts longer than its interval is followed by none that waited', async ({ onTestFinished }) => {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  const ends: (() => void)[] = []
  const failed: unknown[] = []
  const work = vi.fn(() => new Promise<void>((done) => ends.push(done)))
  const { look, stop } = recurring(work, 1_000, ({ code }) => failed.push(code))
  await vi.advanceTimersByTimeAsync(10_000)
  expect(work).toHaveBeenCalledTimes(1)
  // Who asks for a look gets one that begins after what is under way.
  const asked = look()
  ends[0]?.()
  await vi.advanceTimersByTimeAsync(0)
  expect(work).toHaveBeenCalledTimes(2)
  ends[1]?.()
  await asked
  work.mockRejectedValueOnce({ code: 'ECONNRESET' })
  await vi.advanceTimersByTimeAsync(1_000)
  await vi.advanceTimersByTimeAsync(1_000)
  expect([work.mock.calls.length, failed]).toEqual([4, ['ECONNRESET']])
  ends[2]?.()
  await stop()
  await vi.advanceTimersByTimeAsync(5_000)
  expect(work).toHaveBeenCalledTimes(4)
})
