/** Capital height of Titillium Web in em (OS/2 table, sCapHeight 692 of 1000 units). */
export const CAP_HEIGHT = 0.692

/**
 * Sizes in millimetres of glass. EN 301 549 §5.1.4 wants a capital H of 0.0122 × distance: 7.3 mm at the 600 mm where
 * people stand. `body` is the smallest text of the totem and gives 7.33 mm. `touch` is at least 20 mm and `gap` at
 * least 3 mm, so that an unsteady finger meets one key.
 */
const TEXT_MM = { body: 10.6, strong: 12.6, card: 14.2, title: 21, display: 31 } as const
/** Reading text grows by a fifth, the most at which every screen fits without scrolling. Headings are large already. */
const LARGER_TEXT_MM = { ...TEXT_MM, body: 12.8, strong: 14.4, card: 16.2 } as const
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
  larger: boolean,
): Map<`--${string}`, string> {
  const px = (mm: number) => `${(mm / mmPerPixel).toFixed(3)}px`
  const tokens = new Map<`--${string}`, string>([['--mm', px(1)]])
  for (const [name, mm] of Object.entries(larger ? LARGER_TEXT_MM : TEXT_MM)) tokens.set(`--text-${name}`, px(mm))
  for (const [name, mm] of Object.entries({ ...SIZE_MM, reach: reachMm })) tokens.set(`--size-${name}`, px(mm))
  return tokens
}
