import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const MOST_CYCLES = 3

/** Each `animation` of the renderer's style sheets, with its rule's selector. */
const animations = readdirSync(join(import.meta.dirname, '..'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.css'))
  .flatMap((file) => {
    const css = readFileSync(join(import.meta.dirname, '..', file), 'utf8').replaceAll(/\/\*.*?\*\//gs, '')
    return [...css.matchAll(/([^{}]+)\{[^{}]*?\banimation:\s*([^;]+);/g)].map(([, rule = '', said = '']) => ({
      rule: rule.trim(),
      said,
    }))
  })

test('a drawing moves three times and is still; only the dots of a wait go on, which are the wait (WCAG 2.2.2)', () => {
  expect(animations.length).toBeGreaterThan(10)
  const cycles = (said: string) =>
    /\binfinite\b/.test(said) ? Infinity : Number(/(?<=\s)\d+(?=\s|$)/.exec(said)?.[0] ?? 1)
  const longer = animations.filter(({ said }) => !said.startsWith('none') && cycles(said) > MOST_CYCLES)
  expect(longer.map(({ rule }) => rule)).toEqual(['.waiting span'])
})
