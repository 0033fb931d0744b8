import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const css = readFileSync(join(import.meta.dirname, 'base.css'), 'utf8')
/** Colours of one rule of base.css by name. */
function colours(selector: string): Record<string, string> {
  const rule = css.slice(css.indexOf(`${selector} {`)).split('}', 1)[0] ?? ''
  return Object.fromEntries([...rule.matchAll(/(--[\w-]+): (#[0-9a-f]{6})/g)].map(([, name, hex]) => [name, hex]))
}
const normal = colours(':root')
const high = { ...normal, ...colours(':root[data-contrast]') }

/** WCAG 2.2 relative luminance and contrast ratio. */
function luminance(hex: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(hex.slice(at, at + 2), 16) / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}
function ratio(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b)
  return (light + 0.05) / (dark + 0.05)
}

const pairs = [
  ['--text', '--ground', 7],
  ['--text', '--sheet', 7],
  ['--dark', '--soft', 7],
  ['--quiet', '--sheet', 4.5],
  ['--quiet', '--soft', 4.5],
  ['--primary', '--sheet', 4.5],
  ['--on-primary', '--primary', 4.5],
  ['--on-primary', '--primary-down', 4.5],
  ['--success', '--success-soft', 4.5],
  ['--warning', '--warning-soft', 4.5],
  ['--danger-text', '--danger-soft', 4.5],
] as const

/** Edges of controls and fields, on all that they stand on (WCAG 2.2, 1.4.11). */
const edges = [
  ['--edge', '--sheet'],
  ['--edge', '--ground'],
  ['--primary', '--sheet'],
  ['--primary', '--ground'],
] as const

describe('a control can be told from its ground', () => {
  it.each(edges)('%s on %s', (edge, ground) => {
    for (const colour of [normal, high])
      expect(ratio(colour[edge] ?? '', colour[ground] ?? '')).toBeGreaterThanOrEqual(3)
  })
})

describe('text can be told from its ground', () => {
  it.each(pairs)('%s on %s', (text, ground, least) => {
    expect(ratio(normal[text] ?? '', normal[ground] ?? '')).toBeGreaterThanOrEqual(least)
  })
  it.each(pairs)('in high contrast: %s on %s at 7:1', (text, ground) => {
    expect(ratio(high[text] ?? '', high[ground] ?? '')).toBeGreaterThanOrEqual(7)
  })
})
