import { createContext, type RefObject, use, useCallback, useLayoutEffect, useState } from 'react'

/** Their items may stand on different pages; any other element stands whole on one. */
const LISTS =
  '.question, .figure, .answers, .points, .facts, .summary, .sheets, .dialog-answers, .aid-switches, .attract-words, .attract-start, .offered, .ways, .coded, .coded-words'
/** A drawing takes the height that the words of a page leave, and where that is little it is not shown: words say the same. */
const DRAWING = '.emblem, .figure > .illustration, .contrassegno-mark'
const LEAST_DRAWING_MM = 45
/** They stand on every page. */
const ALWAYS = `h1, .steps, .unseen, .hide-data, .town, .attract-more, .start, .start-others, ${DRAWING}`
/** Ways of dividing that are tried, before the parts stand as they follow each other. */
const MOST_TRIES = 4
/**
 * Marks what stands on another page, and a list of which nothing is on this one: neither eye, focus nor voice meets it.
 */
const ELSEWHERE = 'hidden'
/** How many pages a screen has. */
const PAGES = 'data-pages'
/** Its parts stand closer than usual, so that one page holds them (theme/composition.css). */
const CLOSE = 'data-close'

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
    const screen = content.current.closest(`[${PAGES}]`)
    // What stands on further pages grows (theme/composition.css): whether one page is enough, the sizes of one page tell.
    screen?.setAttribute(PAGES, '1')
    const pageOf = divided(content.current, parts, screen)
    const last = pageOf.at(-1) ?? 0
    screen?.setAttribute(PAGES, String(last + 1))
    const shown = Math.min(page, last)
    for (const [at, part] of parts.entries()) part.toggleAttribute(ELSEWHERE, pageOf[at] !== shown)
    hideEmpty(content.current)
    if (!screen?.hasAttribute(CLOSE)) showDrawing(content.current)
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

/** For each part its page: as few pages as hold them all, each about as full as the others. */
function divided(content: Element, parts: readonly Element[], screen: Element | null): number[] {
  for (const drawing of content.querySelectorAll(DRAWING)) drawing.setAttribute(ELSEWHERE, '')
  const fits = fitting(content, parts)
  for (const part of parts) part.removeAttribute(ELSEWHERE)
  for (const close of [false, true]) {
    screen?.toggleAttribute(CLOSE, close)
    if (fits()) return parts.map(() => 0)
  }
  screen?.setAttribute(PAGES, '2')
  const answer = parts.findIndex((part) => part.closest('.answers'))
  const closer = inOrder(parts, fits)
  screen?.removeAttribute(CLOSE)
  let filled = inOrder(parts, fits)
  const last = (pageOf: number[]) => pageOf.at(-1) ?? 0
  if (last(closer) < last(filled) || (closer[answer] === 0 && filled[answer] !== 0)) {
    screen?.setAttribute(CLOSE, '')
    filled = closer
  }
  for (const part of parts) part.removeAttribute(ELSEWHERE)
  hideEmpty(content)
  const empty = emptiness(content, parts)
  // At the usual size nearly every screen is one page, and nobody looks for a second one: what is to be done stays on the first
  // where it fits. An upright glass is filled in order; a wide or a high one keeps the first answer there.
  const { text, tight } = document.documentElement.dataset
  const usual = text === '1'
  if (usual && tight === undefined && innerHeight > innerWidth) return filled
  const early = usual && filled[answer] === 0 ? answer : 0
  // Each height was taken among the others; a page by itself may need more.
  const tooHigh = new Set<string>()
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const even = evenly(parts.length, last(filled) + 1, (from, to) =>
      tooHigh.has(`${from} ${to}`) || (from === 0 && to < early) ? Number.POSITIVE_INFINITY : empty(from, to),
    )
    if (!even) break
    const wrong = even.find((onIt, at) => {
      if (onIt === even[at - 1]) return false
      for (const [one, part] of parts.entries()) part.toggleAttribute(ELSEWHERE, even[one] !== onIt)
      return !fits()
    })
    if (wrong === undefined) return even
    tooHigh.add(`${even.indexOf(wrong)} ${even.lastIndexOf(wrong)}`)
  }
  return filled
}

/** For each part its page, where each page takes as many as it holds. */
function inOrder(parts: readonly Element[], fits: () => boolean): number[] {
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

/** How much of the glass a page of the parts `from` to `to` leaves empty, in px; Infinity where it has no room for them. */
function emptiness(content: Element, parts: readonly Element[]): (from: number, to: number) => number {
  const { top, height } = content.getBoundingClientRect()
  const beside = getComputedStyle(content).flexDirection === 'row'
  const answers = content.querySelector(':scope > .answers')
  const placed = parts.map((part) => ({
    ...{ top: part.getBoundingClientRect().top, bottom: part.getBoundingClientRect().bottom },
    answer: answers?.contains(part) ?? false,
  }))
  // The title stands on each page, and no answer above what a person who sits reaches.
  const above = Math.min(...placed.flatMap((part) => (part.answer && beside ? [] : [part.top - top])), height)
  const asks = answers?.previousElementSibling
  const { paddingTop = '0', paddingBottom = '0' } = answers ? getComputedStyle(answers) : {}
  const frame = { above: Number.parseFloat(paddingTop), below: Number.parseFloat(paddingBottom) }
  const least = asks ? Number.parseFloat(getComputedStyle(asks).minHeight) || 0 : 0
  const span = (run: typeof placed) =>
    run.length === 0 ? 0 : Math.max(...run.map(({ bottom }) => bottom)) - Math.min(...run.map((part) => part.top))
  return (from, to) => {
    const run = placed.slice(from, to + 1)
    const [asked, answered] = [run.filter(({ answer }) => !answer), run.filter(({ answer }) => answer)]
    const question = asked.length > 0 || beside ? above + span(asked) : Math.max(above, least)
    const answers = answered.length > 0 ? frame.above + span(answered) + frame.below : 0
    const used = beside ? Math.max(question, answers) : question + answers
    if (used > height + 1) return Number.POSITIVE_INFINITY
    return Math.max(0, height - used)
  }
}

/** Parts in their order on so many pages that the emptiest of them is as full as can be. */
function evenly(parts: number, pages: number, empty: (from: number, to: number) => number): number[] | null {
  type Split = { cost: number; starts: number[] }
  const none: Split = { cost: Number.POSITIVE_INFINITY, starts: [] }
  // The best ways of putting the first parts on one page, then on two, and so on.
  let best: Split[] = Array.from({ length: parts }, (_, to) => ({ cost: empty(0, to) ** 2, starts: [0] }))
  for (let page = 1; page < pages; page++)
    best = best.map((_, to) =>
      Array.from({ length: to }, (_, before) => {
        const { cost, starts } = best[before] ?? none
        return { cost: cost + empty(before + 1, to) ** 2, starts: [...starts, before + 1] }
      }).reduce((least, one) => (one.cost < least.cost ? one : least), none),
    )
  const { cost, starts } = best.at(-1) ?? none
  if (cost === Number.POSITIVE_INFINITY) return null
  return Array.from({ length: parts }, (_, part) => starts.filter((start) => start <= part).length - 1)
}

function showDrawing(content: Element): void {
  const drawings = [...content.querySelectorAll(DRAWING)]
  for (const drawing of drawings) drawing.removeAttribute(ELSEWHERE)
  hideEmpty(content)
  for (const drawing of drawings)
    drawing.toggleAttribute(ELSEWHERE, drawing.getBoundingClientRect().height < LEAST_DRAWING_MM * pxPerMm())
  hideEmpty(content)
}

const pxPerMm = () => Number.parseFloat(document.documentElement.style.getPropertyValue('--mm'))

/** Whether all that is shown stands on the glass. */
function fitting(content: Element, parts: readonly Element[]): () => boolean {
  const below = content.querySelectorAll('.start-others')
  const boxes = [...content.children, ...parts, ...below]
  // Not by its scroll height: the tails of letters hang a few pixels below a line's box.
  return () => {
    hideEmpty(content)
    const glass = content.getBoundingClientRect()
    return boxes.every((box) => {
      const { top, bottom, height } = box.getBoundingClientRect()
      return height === 0 || (top >= glass.top - 1 && bottom <= glass.bottom + 1)
    })
  }
}
