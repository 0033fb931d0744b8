import { expect, test } from 'vitest'
import { createBreaker } from './breaker.ts'

test('opens at the second failure in a row, asks one question when its time has come, and closes when that is answered', () => {
  let now = 0
  const breaker = createBreaker(
    () => now,
    () => 0.999,
    15_000,
  )
  // Nobody knows yet.
  expect(breaker.state).toBe('half-open')
  breaker.carried()
  breaker.failed()
  expect(breaker.state).toBe('closed')
  breaker.carried()
  breaker.failed()
  breaker.failed()
  expect(breaker).toMatchObject({ state: 'open', failures: 2 })
  now += breaker.restMs
  expect(breaker.state).toBe('half-open')
  breaker.failed()
  expect(breaker.state).toBe('open')
  now += breaker.restMs
  breaker.carried()
  expect(breaker).toMatchObject({ state: 'closed', failures: 0 })
})

test('never rests longer than the line is asked anyway, nor under a second', () => {
  const breaker = createBreaker(
    () => 0,
    () => 0.5,
    15_000,
  )
  const rests = Array.from({ length: 20 }, () => {
    breaker.failed()
    return breaker.restMs
  })
  expect(Math.max(...rests)).toBe(15_000)
  expect(Math.min(...rests)).toBe(1_000)
})
