import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { ok } from '../../../contract/result.ts'
import {
  answers,
  at,
  cardLifted,
  cardWaits,
  cie,
  open,
  screen,
  session,
  toPin,
  toSummary,
} from '../../support/visit/scripted-visit.ts'

beforeEach(() => vi.useFakeTimers())
afterEach(() => {
  session.stop()
  vi.useRealTimers()
})

const moreTime = () => answers({ type: 'prefer', change: { slow: true } })

describe('who has asked for more time has three times as long', () => {
  test.each([
    ['card', () => answers({ type: 'start', language: 'en' })],
    ['pin', toPin],
    ['sheet', toSummary],
  ] as const)('%s: before the warning, and while it counts', async (_name, go) => {
    open()
    await go()
    const before = screen().screen
    await moreTime()
    await vi.advanceTimersByTimeAsync(179_000)
    expect(session.view().idle).toBeNull()
    await vi.advanceTimersByTimeAsync(2_000)
    expect(session.view().idle?.secondsLeft).toBeGreaterThan(88)
    await vi.advanceTimersByTimeAsync(87_000)
    await at(before)
    await vi.advanceTimersByTimeAsync(5_000)
    await at('goodbye')
  })

  test('to put the card back, and the device process is told in time', async () => {
    open({ readCard: async () => ok(cie) })
    await toSummary()
    await moreTime()
    cardLifted()
    expect(session.view().cardLost).toEqual({ secondsLeft: 90 })
    const asked: number[] = []
    for (let seconds = 1; seconds <= 90; seconds++) {
      const before = cardWaits
      await vi.advanceTimersByTimeAsync(1_000)
      if (cardWaits > before) asked.push(seconds)
    }
    // It forgets the card 30 s after it was asked last.
    expect(asked).toEqual([10, 20, 30, 40, 50, 60])
    expect(session.view().cardLost).toEqual({ secondsLeft: 0 })
  })

  test('and may ask for it while the card is away', async () => {
    open({ readCard: async () => ok(cie) })
    await toSummary()
    cardLifted()
    await vi.advanceTimersByTimeAsync(20_000)
    await moreTime()
    expect([session.view().cardLost, cardWaits]).toEqual([{ secondsLeft: 90 }, 1])
  })
})
