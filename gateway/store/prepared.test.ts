import { expect, test } from 'vitest'
import { createNames } from './prepared.ts'

const often = (nameOf: (text: string) => string | undefined, text: string) =>
  Array.from({ length: 60 }, () => nameOf(text)).at(-1)

test('a statement gets a name when it has come often, and keeps it; no two have the same', () => {
  const nameOf = createNames()
  expect(nameOf('select 1')).toBeUndefined()
  const [one, other] = [often(nameOf, 'select 1'), often(nameOf, 'select 2')]
  expect(one).toBeDefined()
  expect([nameOf('select 1'), nameOf('select 2')]).toEqual([one, other])
  expect(one).not.toBe(other)
  expect(nameOf('select 3')).toBeUndefined()
})

test('however many statements there are, a connection holds few', () => {
  const nameOf = createNames()
  const names = Array.from({ length: 100 }, (_, n) => often(nameOf, `select ${n}`))
  expect(names.filter((name) => name !== undefined)).toHaveLength(64)
})
