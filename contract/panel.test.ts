import { expect, test } from 'vitest'
import { panel, reachMm } from './panel.ts'

const portrait = { width: 1080, height: 1920, mmPerPixel: 0.311 }

test.each([
  ['a 27-inch panel in portrait', portrait, 420],
  ['higher', { ...portrait, bottomMm: 800 }, 320],
  ['in landscape, all of it in reach', { width: 1920, height: 1080, mmPerPixel: 0.311, bottomMm: 750 }, 336],
  ['nearly square, of 19 inches', { width: 1280, height: 1024, mmPerPixel: 0.294, bottomMm: 800 }, 301],
])('%s', (_name, given, reach) => {
  expect(Math.round(reachMm(panel.parse(given)))).toBe(reach)
})

test.each([
  [
    'hangs too high',
    { ...portrait, bottomMm: 801 },
    'bottomMm',
    /319 mm of glass below 1120 mm; the controls need 320/,
  ],
  ['is nearly square and of 17 inches', { width: 1280, height: 1024, mmPerPixel: 0.264 }, '', /338 × 270 mm of glass/],
  ['is too small', { width: 800, height: 600, mmPerPixel: 0.264 }, '', /211 × 158 mm of glass; the screens need 300/],
  ['stands below the floor', { ...portrait, bottomMm: -1 }, 'bottomMm', /./],
])('a panel that %s is refused by name', (_name, given, field, said) => {
  const [issue] = panel.safeParse(given).error?.issues ?? []
  expect(issue?.path.join()).toBe(field)
  expect(issue?.message).toMatch(said)
})
