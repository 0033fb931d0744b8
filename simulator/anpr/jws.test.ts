import { expect, test } from 'vitest'
import { createSeen } from './jws.ts'

test('a name that was used is refused until its time is over, and then free again', () => {
  const seen = createSeen()
  expect([seen.use('a', 0, 100), seen.use('b', 50, 100), seen.use('a', 99, 100)]).toEqual([true, true, false])
  expect([seen.use('a', 100, 100), seen.use('b', 149, 100), seen.use('b', 150, 100)]).toEqual([true, false, true])
})
