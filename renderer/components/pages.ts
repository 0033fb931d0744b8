import { createContext, type RefObject, use, useCallback, useLayoutEffect, useState } from 'react'

/** Their items may stand on different pages; any other element stands whole on one. */
const LISTS =
  '.question, .figure, .answers, .points, .facts, .summary, .sheets, .dialog-answers, .aid-switches, .attract-words, .attract-start, .offered, .ways'
/** They stand on every page. */
const ALWAYS = 'h1, .steps, .unseen, .town, .attract-more, .start, .start-others'
/**
 * Marks what stands on another page, and a list of which nothing is on this one: neither eye, focus nor voice meets it.
 */
const ELSEWHERE = 'hidden'

/** The page that a screen begins with. Where it changes, as in the gallery, the screen turns to it. */
export const FirstPage = createContext(0)

/**
 * What doesn't fit on the glass goes on to further pages, so that larger words are never cut, shrunk or left out. `page`
 * begins at 0.
 */
export function usePages(content: RefObject<HTMLElement | null>) {
  const first = use(FirstPage)
  const [begun, setBegun] = useState(first)
  const [page, setPage] = useState(first)
  const [pages, setPages] = useState(first + 1)
  if (begun !== first) {
    setBegun(first)
    setPage(first)
  }
  // After each drawing: other words, another size of text or another glass may need other pages.
  useLayoutEffect(() => {
    if (!content.current) return
    const parts = [...partsOf(content.current)]
    const pageOf = divided(content.current, parts)
    const last = pageOf.at(-1) ?? 0
    const shown = Math.min(page, last)
    for (const [at, part] of parts.entries()) part.toggleAttribute(ELSEWHERE, pageOf[at] !== shown)
    hideEmpty(content.current)
    setPages(last + 1)
    setPage(shown)
  })
  return { page, pages, turn: useCallback((by: number) => setPage((now) => now + by), []) }
}

function* partsOf(list: Element): Generator<Element> {
  for (const part of list.children) {
    if (part.matches(ALWAYS)) continue
    if (part.matches(LISTS)) yield* partsOf(part)
    else yield part
  }
}

/** The question stays, because it has the title. The innermost lists come first. */
function hideEmpty(content: Element): void {
  for (const list of [...content.querySelectorAll(LISTS)].reverse())
    if (list.childElementCount > 0 && !list.matches('.question'))
      list.toggleAttribute(ELSEWHERE, !list.querySelector(`:scope > :not([${ELSEWHERE}], .unseen)`))
}

/** For each part its page: as many on each as fit, and at least one. */
function divided(content: Element, parts: readonly Element[]): number[] {
  const glass = content.getBoundingClientRect()
  // A drawing may go beyond its place, up to the edge of the glass.
  const below = content.querySelectorAll('.start-others')
  const boxes = [...content.children, ...parts.filter((part) => !part.matches('svg')), ...below]
  // Not by its scroll height: the tails of letters hang a few pixels below a line's box.
  const fits = () => {
    hideEmpty(content)
    return boxes.every((box) => {
      const { top, bottom, height } = box.getBoundingClientRect()
      return height === 0 || (top >= glass.top - 1 && bottom <= glass.bottom + 1)
    })
  }
  for (const part of parts) part.removeAttribute(ELSEWHERE)
  if (fits()) return parts.map(() => 0)
  for (const part of parts) part.setAttribute(ELSEWHERE, '')
  let page = 0
  let onPage: Element[] = []
  return parts.map((part) => {
    part.removeAttribute(ELSEWHERE)
    if (!fits() && onPage.length > 0) {
      for (const earlier of onPage) earlier.setAttribute(ELSEWHERE, '')
      onPage = []
      page += 1
    }
    onPage.push(part)
    return page
  })
}
