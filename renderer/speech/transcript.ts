import { type Language, language } from '../../contract/language.ts'
import type { Spoken } from '../../contract/speech.ts'

export const CONTROL = 'button, [role=button], a[href], input'
/** What neither eye nor screen reader meets; a modal hides the page behind it by the first of these. */
const HIDDEN = '[aria-hidden=true], [inert], [hidden], script, style, noscript'
/** A control of speech itself: it is said where the focus or a finger comes to it, and not with the screen. */
const UNSAID = '[data-unsaid]'
/** The words of one of these belong together; a control's always do. */
const BLOCK = 'h1, h2, h3, p, li, dt, dd, td, th, div, section, figure, nav, header, main'
const MOST = 1_000
const WORDS = /[\p{L}\p{N}]/u

/** Whether the totem says this in its own words alone, so that it tells nothing of the person. */
export type IsPublic = (text: string) => boolean

/**
 * All that the page says, in the order of reading: what it asks first, the row of tools last. It reads the same
 * names, roles and languages as a screen reader does, so what axe-core checks is what is spoken.
 */
export function transcript(page: ParentNode, isPublic: IsPublic): Spoken[] {
  const said = readingParts(page).flatMap((part) => [...itemsIn(part, isPublic)])
  const title = said.find(({ kind }) => kind === 'title')
  return title ? [title, ...said.filter((item) => item !== title)] : said
}

/** The parts of the page in the order of reading; while a dialog stands over the page, that alone. */
export function readingParts(page: ParentNode): Element[] {
  const modal = page.querySelector('[role=alertdialog]') ?? page.querySelector('[role=dialog]')
  const parts = modal ? [modal] : [page.querySelector('main'), page.querySelector('nav.tools')]
  return parts.filter((part) => part !== null)
}

/** What is said of the control or group that has the focus; nothing where the focus is on neither. */
export function spokenOf(focused: Element, isPublic: IsPublic): Spoken[] {
  if (focused.matches(CONTROL)) return [...sayingsOf(focused, isPublic, 'button')]
  const label = focused.matches('[role=group]') ? focused.getAttribute('aria-label') : null
  const lang = languageOf(focused)
  return label ? some(itemOf(focused, [piece(label, lang, isPublic)], lang)) : []
}

/** What is said of the place under a finger: its control, or the words that stand there. */
export const spokenUnder = (found: Element, isPublic: IsPublic): Spoken[] =>
  found.matches(CONTROL) ? spokenOf(found, isPublic) : [...sayingsOf(found, isPublic)]

interface Piece {
  text: string
  lang: string
  personal: boolean
}

function* itemsIn(part: ParentNode, isPublic: IsPublic): Generator<Spoken> {
  for (const element of part.children) {
    // A live region is for screen readers: it repeats what stands on the screen.
    if (element.matches(`${HIDDEN}, ${UNSAID}, [aria-live=polite]`)) continue
    const label = element.getAttribute('aria-label')
    const lang = languageOf(element)
    if (element.matches(CONTROL)) yield* sayingsOf(element, isPublic, 'button')
    // Of a list of steps the present one.
    else if (label && element.querySelector(':scope > [aria-current]'))
      yield* some(itemOf(element, [piece(label, lang, isPublic), ...pieces(currentOf(element), isPublic)], lang))
    // The keys of a pad are said one by one, as the focus comes to them.
    else if (element.matches('[role=group]') && label)
      yield* some(itemOf(element, [piece(label, lang, isPublic)], lang))
    else if (element.matches('svg, img, canvas')) {
      if (label) yield* some(itemOf(element, [piece(label, lang, isPublic)], lang))
    } else if (holdsText(element) || (element.matches(BLOCK) && !element.querySelector(`${BLOCK}, ${CONTROL}`)))
      yield* sayingsOf(element, isPublic)
    else yield* itemsIn(element, isPublic)
  }
}

/** The text of a block or control: one item, or several where a term in it is of another language. */
function* sayingsOf(block: Element, isPublic: IsPublic, kind = kindOf(block)): Generator<Spoken> {
  const runs: { lang: string; found: Piece[] }[] = []
  for (const one of pieces(block, isPublic)) {
    const last = runs.at(-1)
    if (last?.lang === one.lang) last.found.push(one)
    else runs.push({ lang: one.lang, found: [one] })
  }
  for (const { lang, found } of runs) yield* some(itemOf(block, found, lang, kind))
}

const currentOf = (list: Element) => list.querySelector(':scope > [aria-current]') ?? list

const some = (item: Spoken | null): Spoken[] => (item ? [item] : [])

function itemOf(element: Element, found: readonly Piece[], lang: string, kind = kindOf(element)): Spoken | null {
  const parts = found.map((one) => one.text)
  const text = kind === 'clock' ? parts.join(' ') : joined(parts)
  // Nobody hears the bracket after a term.
  if (!WORDS.test(text) || !isSpoken(lang)) return null
  // A clock tells nothing but how long.
  const personal = kind !== 'clock' && found.some((one) => one.personal)
  return { kind, text: text.slice(0, MOST), lang: voiceOf(lang), personal }
}

/** A control is called by its label, in the language of the words that it stands for, or by all the words on it. */
function pieces(block: Element, isPublic: IsPublic): Piece[] {
  const label = block.matches(CONTROL) ? block.getAttribute('aria-label') : null
  return label
    ? [piece(label, languageOf(block.querySelector('[lang]') ?? block), isPublic)]
    : [...texts(block, isPublic)]
}

/** The words that stand side by side in one element are one text, however React has cut them. */
function* texts(block: Element, isPublic: IsPublic): Generator<Piece> {
  if (block.matches(HIDDEN)) return
  let run = ''
  const ended = (): Piece[] => {
    const text = run.trim()
    run = ''
    return text === '' ? [] : [piece(text, languageOf(block), isPublic)]
  }
  for (const node of block.childNodes) {
    if (node.nodeType === Node.TEXT_NODE) run += node.textContent ?? ''
    if (!(node instanceof Element)) continue
    yield* ended()
    const label = node.matches('svg, img') ? node.getAttribute('aria-label') : null
    if (label) yield piece(label, languageOf(node), isPublic)
    else if (!node.matches('svg')) yield* texts(node, isPublic)
  }
  yield* ended()
}

const piece = (text: string, lang: string, isPublic: IsPublic): Piece => ({
  lang,
  text: text.replaceAll(/\s+/g, ' ').trim(),
  // A bracket alone tells nothing.
  personal: WORDS.test(text) && !isPublic(text.trim()),
})

const holdsText = (element: Element) =>
  [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent?.trim())

/** Lines of one block become sentences of their own. */
const joined = (parts: readonly string[]) =>
  parts.reduce((said, part) => (said === '' ? part : `${said}${/[.!?:,;…]$/.test(said) ? '' : '.'} ${part}`), '')

const languageOf = (element: Element) => element.closest('[lang]')?.getAttribute('lang') ?? ''

/** Help in a language that the voices do not speak is read by the eye alone: another voice would only make a noise of it. */
const isSpoken = (lang: string): boolean => lang === '' || language.safeParse(lang.slice(0, 2)).success

/** A screen in a language without a voice is not offered, so Italian stands for what has no `lang`. */
const voiceOf = (lang: string): Language => language.catch('it').parse(lang.slice(0, 2))

function kindOf(element: Element): Spoken['kind'] {
  if (element.closest('[aria-live=off]')) return 'clock'
  if (element.matches('h1, [slot=title]')) return 'title'
  return element.closest('[role=alert], [role=status], .notice') ? 'notice' : 'sentence'
}
