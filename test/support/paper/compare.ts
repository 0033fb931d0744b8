import type { dotsOf } from './papers.ts'

type Picture = ReturnType<typeof dotsOf>

/**
 * Share of the black dots that have no black dot within one dot of them in the other picture: another version of the
 * font rasteriser moves an edge by a dot, a real change moves much more.
 */
export function difference(a: Picture, b: Picture): number {
  if (a.width !== b.width || Math.abs(a.height - b.height) > 2) return 1
  const strays = unmatched(a, b) + unmatched(b, a)
  const black = a.dots.reduce((sum, dot) => sum + dot, 0) + b.dots.reduce((sum, dot) => sum + dot, 0)
  return black === 0 ? 0 : strays / black
}

function unmatched(a: Picture, b: Picture): number {
  let strays = 0
  for (let at = 0; at < a.dots.length; at++) {
    if (!a.dots[at]) continue
    const near = [-1, 0, 1].some((dy) => [-1, 0, 1].some((dx) => b.dots[at + dy * a.width + dx] === 1))
    if (!near) strays += 1
  }
  return strays
}
