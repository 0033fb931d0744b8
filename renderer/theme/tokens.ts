import type { TextSize } from '../../contract/preferences.ts'

/** Capital height of Titillium Web in em (OS/2 table, sCapHeight 692 of 1000 units). */
export const CAP_HEIGHT = 0.692

/**
 * Sizes in millimetres of glass. EN 301 549 §5.1.4 wants a capital H of 0.0122 × distance: 7.3 mm at the 600 mm where
 * people stand. `body` is the smallest text of the totem and gives 7.33 mm. `touch` is at least 20 mm and `gap` at
 * least 3 mm, so that an unsteady finger meets one key.
 */
const TEXT_MM = {
  1: { body: 10.6, strong: 12.6, card: 14.2, action: 12.6, tool: 10.6, title: 21, display: 31 },
  // What is read grows whole. Headings and the words of the actions are large already, and stay above it.
  1.3: { body: 13.8, strong: 16.4, card: 17.2, action: 14, tool: 11.2, title: 23, display: 31 },
  1.6: { body: 17, strong: 20.2, card: 20.6, action: 15.5, tool: 11.8, title: 25, display: 31 },
} as const satisfies Record<TextSize, object>
const SIZE_MM = { touch: 24, gap: 5, margin: 16, action: 36, masthead: 28, tools: 42 } as const
/** With less glass in reach than this the answers stand closer, two by two where there are many. */
export const TIGHT_REACH_MM = 380

/**
 * CSS custom properties of a panel, in px: `--mm`, `--text-…` and `--size-…`.
 * @param mmPerPixel width of one CSS pixel on the glass, in mm (0.31 on the 27-inch reference)
 * @param reachMm how much of the glass, from its lower edge, somebody who sits can touch
 */
export function cssTokens(
  { mmPerPixel, reachMm }: { mmPerPixel: number; reachMm: number },
  text: TextSize,
): Map<`--${string}`, string> {
  const px = (mm: number) => `${(mm / mmPerPixel).toFixed(3)}px`
  const tokens = new Map<`--${string}`, string>([['--mm', px(1)]])
  for (const [name, mm] of Object.entries(TEXT_MM[text])) tokens.set(`--text-${name}`, px(mm))
  for (const [name, mm] of Object.entries({ ...SIZE_MM, reach: reachMm })) tokens.set(`--size-${name}`, px(mm))
  return tokens
}
