import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const root = new URL('../../', import.meta.url)
const read = (file: string) => readFileSync(new URL(file, root), 'utf8')

/** Number of each invariant, and the test files that its paragraph names. */
const invariants = read('INVARIANTS.md')
  .split(/^(?=\d+\. )/m)
  .slice(1)
  .map((text) => ({
    number: Number.parseInt(text, 10),
    tests: [...text.matchAll(/`([\w/-]+\.test\.tsx?)`/g)].map(([, file]) => file ?? ''),
  }))

test('there are twelve, in order', () => {
  expect(invariants.map(({ number }) => number)).toEqual(Array.from({ length: 12 }, (_, index) => index + 1))
})

test.each(invariants)('invariant $number names tests, and all of them exist', ({ tests }) => {
  expect(tests).not.toEqual([])
  expect(tests.filter((file) => !existsSync(new URL(file, root)))).toEqual([])
})

test('every invariant that the code cites is one of them', () => {
  const numbers = invariants.map(({ number }) => number)
  const files = execFileSync('git', ['grep', '-lIE', 'invariants? +[0-9]', '--', ':!INVARIANTS.md'], {
    cwd: root,
    encoding: 'utf8',
  })
  const cited = files
    .trim()
    .split('\n')
    .flatMap((file) =>
      [...read(file).matchAll(/\binvariants? +(\d+)(?: and (\d+))?/g)].flatMap(([, one, other]) =>
        [one, other].flatMap((number) => (number ? [{ file, number: Number(number) }] : [])),
      ),
    )
  expect(cited.length).toBeGreaterThan(10)
  expect(cited.filter(({ number }) => !numbers.includes(number))).toEqual([])
})
