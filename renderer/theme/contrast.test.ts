import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type ColourMode, colourModes } from '../../contract/preferences.ts'

const css = readFileSync(join(import.meta.dirname, '../../assets/colours.css'), 'utf8')
/** Colours of a mode by name. */
function coloursOf(mode: ColourMode): Record<string, string> {
  const rule = css.split(`[data-colours="${mode}"] {`)[1]?.split('}', 1)[0] ?? ''
  return Object.fromEntries([...rule.matchAll(/(--[\w-]+): (#[0-9a-f]{6})/g)].map(([, name, hex]) => [name, hex]))
}
const modes = colourModes.map((mode) => [mode, coloursOf(mode)] as const)

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
  ['--quiet', '--ground', 4.5],
  ['--primary', '--soft', 4.5],
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

describe.each(modes)('%s', (mode, colours) => {
  const strong = mode.includes('-on-')
  it.each(pairs)('text can be told from its ground: %s on %s', (text, ground, least) => {
    const wanted = strong ? 7 : mode === 'soft' ? 4.5 : least
    expect(ratio(colours[text] ?? '', colours[ground] ?? '')).toBeGreaterThanOrEqual(wanted)
  })
  it.each(edges)('a control can be told from its ground: %s on %s', (edge, ground) => {
    expect(ratio(colours[edge] ?? '', colours[ground] ?? '')).toBeGreaterThanOrEqual(3)
  })
  it('names every colour of the usual table', () => {
    expect(Object.keys(colours)).toEqual(Object.keys(coloursOf('usual')))
  })
})
