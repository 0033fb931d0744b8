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

interface Room {
  top: number
  nextTop: number
  bottom: number
}
type Placed = { places: Map<Band, Place>; pages: number }

/** As close together as the parts of a form may stand and still be told apart. */
const TIGHT = 0.4

/**
 * A form is signed, copied and handed over as one sheet where it can be: what does not fit on one page stands closer
 * together. What does not fit then goes on to another page: the code and the notes come last, so that what is declared, its
 * signature and the official's box stay on the first as long as they fit there, each whole.
 */
export function fitted(bands: readonly Band[], room: Room): Placed {
  const loose = place(bands, room)
  return loose.pages === 1 ? loose : place(bands, room, TIGHT)
}

/**
 * Puts bands onto pages between `top` (`nextTop` from the second on) and `bottom`. Bands that must stay together do so,
 * unless they fill more than a page. `spacing`: how much of the space above each is kept.
 */
export function place(bands: readonly Band[], { top: firstTop, nextTop, bottom }: Room, spacing = 1): Placed {
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
    const height = group.reduce(
      (sum, band, index) => sum + band.height + (index > 0 || y > top ? band.before * spacing : 0),
      0,
    )
    if (y > top && y + height > bottom && height <= bottom - nextTop) turn()
    for (const band of group) {
      const before = band.before * spacing
      if (y > top && y + before + band.height > bottom) turn()
      if (y > top) y += before
      places.set(band, { page, y })
      y += band.height
    }
    first = next + 1
  }
  return { places, pages: page + 1 }
}
