/** A strip of the flow that is never cut: one line of a paragraph, one row of a table. Points. */
export interface Band {
  height: number
  /** Space above it, except at the head of a page. */
  before: number
  /** True when it must be on the same page as the next one. */
  keep: boolean
}

export interface Place {
  /** From 0. */
  page: number
  /** Points from the top edge of the page. */
  y: number
}

/**
 * Puts bands onto pages between `top` (`nextTop` from the second on) and `bottom`. Bands that must stay together do so,
 * unless they fill more than a page.
 */
export function place(
  bands: readonly Band[],
  { top: firstTop, nextTop, bottom }: { top: number; nextTop: number; bottom: number },
): { places: Map<Band, Place>; pages: number } {
  const places = new Map<Band, Place>()
  let page = 0
  let top = firstTop
  let y = top
  const turn = () => {
    page += 1
    top = nextTop
    y = top
  }
  for (let first = 0; first < bands.length; ) {
    let next = first
    while (bands[next]?.keep && next + 1 < bands.length) next += 1
    const group = bands.slice(first, next + 1)
    const height = group.reduce((sum, band, index) => sum + band.height + (index > 0 || y > top ? band.before : 0), 0)
    if (y > top && y + height > bottom && height <= bottom - nextTop) turn()
    for (const band of group) {
      if (y > top && y + band.before + band.height > bottom) turn()
      if (y > top) y += band.before
      places.set(band, { page, y })
      y += band.height
    }
    first = next + 1
  }
  return { places, pages: page + 1 }
}
