import { readingParts } from '../speech/transcript.ts'

const CONTROL = ':is(button, [role=button], a[href], input):not([disabled], [tabindex="-1"])'
/** The keys of one keypad, or of one row of a keyboard: one stop, until the person enters it. */
const GROUP = '[role=group]'
/** The screen or dialog itself, which is what it asks. */
const QUESTION = ':is(section, [role=dialog], [role=alertdialog])[tabindex="-1"]'

/**
 * The places where the focus can stop, in the order of reading, which is also that of speech: the question, then the
 * controls, with a group of keys as one; inside a group the group and its keys. The last is followed by the first.
 */
function stopsOf(page: ParentNode, at: Element | null): HTMLElement[] {
  const entered = at?.matches(GROUP) ? null : at?.closest(GROUP)
  if (entered) return [entered as HTMLElement, ...within(entered)]
  const parts = readingParts(page)
  const question = parts.flatMap((part) => (part.matches(QUESTION) ? [part] : [...part.querySelectorAll(QUESTION)]))
  return [...question.slice(0, 1), ...parts.flatMap(within).map((control) => control.closest(GROUP) ?? control)].filter(
    (stop, place, all): stop is HTMLElement => stop instanceof HTMLElement && all.indexOf(stop) === place,
  )
}

/** The stop that comes `by` places after this one; from nowhere the first, or the last. */
export function stopAfter(page: ParentNode, at: Element | null, by: 1 | -1): HTMLElement | undefined {
  const stops = stopsOf(page, at)
  const place = at ? stops.indexOf(at as HTMLElement) : -1
  return stops.at(place < 0 ? (by > 0 ? 0 : -1) : (place + by) % stops.length)
}

/** What the key `choose` acts on: a control is pressed, a group is entered at its first key; null: there is neither. */
export function chosenAt(at: Element | null): { press: HTMLElement } | { enter: HTMLElement } | null {
  if (!(at instanceof HTMLElement)) return null
  if (at.matches(CONTROL)) return { press: at }
  const first = at.matches(GROUP) ? within(at)[0] : undefined
  return first ? { enter: first } : null
}

/** The way back from here: out of a group, or the first button that takes something back. */
export function wayBack(page: ParentNode, at: Element | null): { press: HTMLElement } | { enter: HTMLElement } | null {
  const entered = at?.matches(GROUP) ? null : at?.closest<HTMLElement>(GROUP)
  if (entered) return { enter: entered }
  const back = readingParts(page)
    .flatMap(within)
    .find((control) => control.matches('[data-back]'))
  return back ? { press: back } : null
}

const within = (part: ParentNode): HTMLElement[] =>
  [...part.querySelectorAll<HTMLElement>(CONTROL)].filter(
    (one) => !one.closest('[aria-hidden=true], [inert], [hidden]'),
  )
