import { expect, test } from 'vitest'
import { grouped } from './grouped.ts'

/** A database that takes no `bad`; `groups`: what it was given to commit. */
function table(refusal: (item: string) => object | null) {
  const groups: (readonly string[])[] = []
  const write = grouped(async (items: readonly string[]) => {
    groups.push(items)
    for (const item of items) {
      const refused = refusal(item)
      if (refused) throw Object.assign(new Error(item), refused)
    }
    return items.map((item) => `${item} written`)
  })
  const all = async (...items: string[]) =>
    (await Promise.allSettled(items.map(write))).map((one) =>
      one.status === 'fulfilled' ? one.value : one.reason.code,
    )
  return { groups, write, all }
}

test('what comes in one turn, or while a commit is under way, shares a commit', async () => {
  const { groups, write, all } = table(() => null)
  expect(await all('a', 'b', 'c')).toEqual(['a written', 'b written', 'c written'])
  const first = write('d')
  while (groups.length < 2) await new Promise(setImmediate)
  expect([await first, ...(await all('e', 'f'))]).toEqual(['d written', 'e written', 'f written'])
  expect(groups).toEqual([['a', 'b', 'c'], ['d'], ['e', 'f']])
})

test('a bad one fails alone, and those that come after it are written', async () => {
  const { all } = table((item) => (item === 'bad' ? { code: '22P02' } : null))
  expect(await all('a', 'bad', 'b')).toEqual(['a written', '22P02', 'b written'])
  expect(await all('c')).toEqual(['c written'])
})

test('a database that is away is asked once for all', async () => {
  const { all, groups } = table(() => ({ code: '57P01' }))
  expect(await all('a', 'b', 'c')).toEqual(['57P01', '57P01', '57P01'])
  expect(groups).toHaveLength(1)
})
