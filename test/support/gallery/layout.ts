// These run in the page: each is whole in itself.

/** The words that are drawn, each once, but those in a drawing, which gives way to words that say the same. */
export function wordsOnScreen(): string[] {
  const words = new Set<string>()
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  for (let text = texts.nextNode(); text; text = texts.nextNode()) {
    if (!text.parentElement?.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue
    if (text.parentElement.closest('.unseen, svg[role=img]')) continue
    for (const word of text.textContent?.split(/\s+/) ?? []) if (word) words.add(word)
  }
  return [...words]
}

/** Words outside of the screen or of a box that they stand in, words on words, words that are divided anywhere, controls that a finger does not reach. */
export function faultsOfLayout(): string[] {
  const SLACK = 1.5
  const faults: string[] = []
  type Edges = { left: number; top: number; right: number; bottom: number }
  const lines: { element: Element; text: string; box: Edges }[] = []
  const inside = (inner: Edges, outer: Edges) =>
    inner.left >= outer.left - SLACK &&
    inner.right <= outer.right + SLACK &&
    inner.top >= outer.top - SLACK &&
    inner.bottom <= outer.bottom + SLACK
  const screen = { left: 0, top: 0, right: innerWidth, bottom: innerHeight }
  const isDrawn = (element: Element) => element.checkVisibility({ opacityProperty: true, visibilityProperty: true })
  /** Its edges, where nothing may stand out of it. Words share the elements around them, and each is asked once. */
  const boxes = new Map<Element, DOMRect | null>()
  const boxOf = (element: Element) => {
    const known = boxes.get(element)
    if (known !== undefined) return known
    const style = getComputedStyle(element)
    const isBox =
      style.overflow !== 'visible' ||
      !/^rgba\(.*, 0\)$/.test(style.backgroundColor) ||
      style.borderTopWidth !== '0px' ||
      element.matches('button, [role=button]')
    const box = isBox ? element.getBoundingClientRect() : null
    boxes.set(element, box)
    return box
  }

  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  for (let node = texts.nextNode(); node; node = texts.nextNode()) {
    const element = node.parentElement
    if (!element || !node.textContent?.trim() || !isDrawn(element)) continue
    if (element.closest('.unseen, svg, style')) continue
    const range = document.createRange()
    range.selectNodeContents(node)
    // Between the lines of this typeface's letters and the edges of a line's box is a fifth of its height.
    for (const { x, y, width, height } of range.getClientRects())
      if (width > 0)
        lines.push({
          ...{ element, text: node.textContent },
          box: { left: x, top: y + height / 5, right: x + width, bottom: y + (height * 4) / 5 },
        })
    // Between two lines stands a hyphen, or a space; an address is divided where a line ends.
    if (element.closest('.email-address, .address-typed')) continue
    for (const { 0: word, index } of node.textContent.matchAll(/\p{L}{9,}/gu)) {
      // A soft hyphen that is drawn counts to what follows it.
      range.setStart(node, index + (node.textContent[index - 1] === '\u00ad' ? 1 : 0))
      range.setEnd(node, index + word.length)
      const lines = [...range.getClientRects()].filter(({ width }) => width > 1).map(({ top }) => Math.round(top))
      if (new Set(lines).size > 1) faults.push(`divided: ${word}`)
    }
  }
  for (const { element, text, box } of lines) {
    if (!inside(box, screen)) faults.push(`off the screen: ${text}`)
    for (let around: Element | null = element; around && around !== document.body; around = around.parentElement) {
      const outer = boxOf(around)
      if (outer && !inside(box, outer)) faults.push(`out of ${around.tagName}.${around.className}: ${text}`)
    }
  }
  const modal = document.querySelector('[role=dialog], [role=alertdialog]')
  const isOver = (element: Element) => !modal || modal.contains(element)
  for (const [at, one] of lines.entries())
    for (const other of lines.slice(at + 1)) {
      if (!isOver(one.element) || !isOver(other.element)) continue
      const wide = Math.min(one.box.right, other.box.right) - Math.max(one.box.left, other.box.left)
      const high = Math.min(one.box.bottom, other.box.bottom) - Math.max(one.box.top, other.box.top)
      if (wide > SLACK && high > SLACK) faults.push(`on each other: ${one.text} | ${other.text}`)
    }

  // Chromium opens windows of its own over the totem for some of these: a calendar, colours, files, a list.
  for (const field of document.querySelectorAll('input, select, textarea, [contenteditable]'))
    faults.push(`a field of the browser’s own: ${field.tagName}`)

  const px = (name: string) => Number.parseFloat(document.documentElement.style.getPropertyValue(name))
  const highest = innerHeight - px('--size-reach')
  const LEAST_GAP_MM = 3
  const placed: DOMRect[] = []
  for (const control of document.querySelectorAll('button, [role=button]')) {
    if (!isDrawn(control) || !isOver(control) || control.closest('.unseen')) continue
    const box = control.getBoundingClientRect()
    if (box.width <= 1) continue
    const name = control.getAttribute('aria-label') ?? control.textContent
    if (!inside(box, screen)) faults.push(`control off the screen: ${name}`)
    if (box.top < highest - SLACK)
      faults.push(`control ${Math.round((highest - box.top) / px('--mm'))} mm too high: ${name}`)
    if (Math.min(box.width, box.height) < 20 * px('--mm') - SLACK) faults.push(`control under 20 mm: ${name}`)
    for (const other of placed) {
      const beside = Math.max(
        other.left - box.right,
        box.left - other.right,
        other.top - box.bottom,
        box.top - other.bottom,
      )
      if (beside < LEAST_GAP_MM * px('--mm') - 0.5)
        faults.push(`${(beside / px('--mm')).toFixed(1)} mm from another control: ${name}`)
    }
    placed.push(box)
    const top = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2)
    if (!control.contains(top)) faults.push(`control under ${top?.tagName}.${top?.className}: ${name}`)
  }
  return [...new Set(faults)]
}

/** Where the actions begin, in mm from the left of the glass and from its lower edge. */
export function placesOfControls(): Record<string, string> {
  const mm = Number.parseFloat(document.documentElement.style.getPropertyValue('--mm'))
  const places: Record<string, string> = {}
  for (const name of ['action-back', 'action-leave', 'action-main']) {
    const shown = document.querySelector(`.${name} > button`)
    if (!shown) continue
    const { left, right, bottom } = shown.getBoundingClientRect()
    // A button on the right ends at its place: its beginning depends on its words.
    const across = name === 'action-main' ? right : left
    // The end of the visit is on the left where nothing leads back, and else beside it.
    const beside = name === 'action-leave' && document.querySelector('.action-back > button')
    places[beside ? `${name} beside back` : name] =
      `${Math.round(across / mm)} ${Math.round((innerHeight - bottom) / mm)}`
  }
  // Every pad of digits ends at one place.
  const pad = document.querySelector('.pin-keys')?.getBoundingClientRect()
  if (pad) places.digits = `${Math.round(pad.left / mm)} ${Math.round((innerHeight - pad.bottom) / mm)}`
  return places
}

/** The highest band of the screen from side to side in which nothing is drawn, in mm. A drawing fills its whole place. */
export function emptyBand(): number {
  const mm = Number.parseFloat(document.documentElement.style.getPropertyValue('--mm'))
  const stage = document.querySelector('.stage')?.getBoundingClientRect()
  if (!stage) return 0
  const drawn: [from: number, to: number][] = []
  for (const element of document.querySelectorAll('.stage *')) {
    if (!element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue
    if (element.closest('.unseen') || element.parentElement?.closest('svg')) continue
    const text = [...element.childNodes].some(({ nodeType, textContent }) => nodeType === 3 && textContent?.trim())
    const { borderTopWidth, backgroundColor } = getComputedStyle(element)
    const box = borderTopWidth !== '0px' || !/^rgba\(.*, 0\)$/.test(backgroundColor)
    const { top, bottom, height } = element.getBoundingClientRect()
    if (height > 0 && (text || box || element.matches('svg, canvas, button'))) drawn.push([top, bottom])
  }
  let reached = stage.top
  let highest = 0
  for (const [from, to] of drawn.sort(([a], [b]) => a - b)) {
    highest = Math.max(highest, from - reached)
    reached = Math.max(reached, to)
  }
  return Math.round(Math.max(highest, stage.bottom - reached) / mm)
}

/**
 * What is drawn with a vowel that `pseudo` (renderer/i18n) would have changed: no text of the locale. Drawings show things as
 * they are, and what names its language is in another one.
 */
export function plainWords(): string[] {
  const words = new Set<string>()
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  for (let text = texts.nextNode(); text; text = texts.nextNode()) {
    if (text.parentElement?.closest('svg, style, [aria-hidden=true], body [lang]')) continue
    for (const word of text.textContent?.split(/[^\p{L}\p{N}]+/u) ?? [])
      if (word.length > 1 && /[aeiou]/i.test(word)) words.add(word.toLowerCase())
  }
  return [...words]
}
