import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '..')

/** Classes that a rule of this file draws by themselves: `.mark {`, and not `.screen .mark {`. */
const drawn = (file: string): string[] => [
  ...new Set(
    [...readFileSync(join(root, file), 'utf8').matchAll(/(?:^|[},;/]\s*)\.([\w-]+)(?=\s*[,{])/g)].map(
      ([, name = '']) => name,
    ),
  ),
]

test('a class is drawn in one style sheet: a journey cannot change another’s picture', () => {
  const homes = new Map<string, string[]>()
  for (const file of globSync('**/*.css', { cwd: root }))
    for (const name of drawn(file)) homes.set(name, [...(homes.get(name) ?? []), file])
  expect([...homes].filter(([, files]) => files.length > 1)).toEqual([])
})
