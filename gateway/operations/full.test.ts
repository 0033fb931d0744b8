import { expect, onTestFinished, test, vi } from 'vitest'
import { createFull } from './full.ts'

test('a totem that found no room is known for a second; another totem is not', () => {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  const full = createFull()
  full.note('TT-0001')
  vi.advanceTimersByTime(999)
  expect([full.has('TT-0001'), full.has('TT-0002')]).toEqual([true, false])
  vi.advanceTimersByTime(1)
  expect(full.has('TT-0001')).toBe(false)
})
