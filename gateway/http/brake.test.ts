import { expect, test, vi } from 'vitest'
import { createBrake } from './brake.ts'

test('five wrong tokens are answered at once, each further one after a second', async ({ onTestFinished }) => {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  const brake = createBrake(() => Date.now())
  for (let count = 0; count < 5; count++) await brake.failed('10.0.0.1').over
  let over = false
  void brake.failed('10.0.0.1').over.then(() => {
    over = true
  })
  await vi.advanceTimersByTimeAsync(999)
  expect(over).toBe(false)
  // Another address has brought none.
  await brake.failed('10.0.0.2').over
  await vi.advanceTimersByTimeAsync(1)
  expect(over).toBe(true)
})

test('an address whose answers all wait is full, and no other one', () => {
  const brake = createBrake()
  for (let count = 0; count < 5 + 4; count++) brake.failed('10.0.0.1')
  expect(brake.isFull('10.0.0.1')).toBe(true)
  expect(brake.isFull('10.0.0.2')).toBe(false)
})

test('a machine is known by its IPv6 network, whatever address of it calls', () => {
  const brake = createBrake()
  for (let count = 0; count < 5 + 4; count++) brake.failed(`2001:db8:0:7::${count.toString(16)}`)
  expect(brake.isFull('2001:db8:0:7:ffff::1')).toBe(true)
  expect(brake.isFull('2001:db8:0:8::1')).toBe(false)
  expect(brake.isFull('::ffff:10.0.0.1')).toBe(false)
})

test('the log hears of the first five, and then once a minute with their number', () => {
  let now = 0
  const brake = createBrake(() => now)
  const told = () => brake.failed('10.0.0.1').tell
  expect(Array.from({ length: 8 }, told)).toEqual([1, 2, 3, 4, 5, null, null, null])
  now = 60_000
  expect([told(), told()]).toEqual([9, null])
})

test('after ten quiet minutes, or ten thousand other addresses, an address is new again', () => {
  let now = 0
  const brake = createBrake(() => now)
  const told = () => brake.failed('10.0.0.1').tell
  told()
  now = 600_000
  expect(told()).toBe(1)
  expect(told()).toBe(2)
  for (let other = 0; other < 10_000; other++) brake.failed(`host-${other}`)
  expect(told()).toBe(1)
})
