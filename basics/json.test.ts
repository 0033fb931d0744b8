import { expect, test } from 'vitest'
import { jsonOf } from './json.ts'

test('the value of a JSON text', () => {
  expect(jsonOf('{"a":[1,null]}')).toEqual({ a: [1, null] })
  expect(jsonOf('null')).toBeNull()
})

test.each(['', '{', 'undefined', 'no JSON'])('%j is no JSON: undefined', (text) => {
  expect(jsonOf(text)).toBeUndefined()
})
