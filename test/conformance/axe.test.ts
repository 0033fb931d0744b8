import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type * as Axe from 'axe-core'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { serviceSamples } from '../../renderer/service/samples.ts'
import { type Gallery, openGallery, viewNames } from '../support/gallery/gallery.ts'

// axe-core, Deque's checker of WCAG, looks at every view. EN 301 549 takes WCAG over up to AA. Contrast that axe leaves
// undecided, of words on the shapes of a drawing, is of the colours in renderer/theme/contrast.test.ts.

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
/** All but contrast, which takes axe as long as all the others together. */
const ALL: Axe.RunOptions = {
  runOnly: TAGS,
  rules: { 'color-contrast': { enabled: false } },
}
const OF_LANGUAGE: Axe.RunOptions = {
  runOnly: ['html-lang-valid', 'valid-lang', 'button-name', 'aria-dialog-name', 'svg-img-alt'],
}
const OF_COLOURS: Axe.RunOptions = { runOnly: ['color-contrast'] }

declare global {
  interface Window {
    axe: typeof Axe
  }
}

let gallery: Gallery
let page: Page
beforeAll(async () => {
  gallery = await openGallery()
  page = gallery.page
  const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js')
  await page.addScriptTag({ content: readFileSync(axe, 'utf8') })
})
afterAll(() => gallery?.close())

/** What axe finds on one view of each markup that is among these views, and which those are. */
const look = (names: readonly string[], ending: string, rules: Axe.RunOptions) =>
  page.evaluate(
    async ([names, ending, rules]) => {
      const shapeOf = (element: Element): string => {
        const what = ['class', 'role', 'lang'].map((name) => element.getAttribute(name) ?? '')
        const text = [...element.childNodes].some(({ nodeType }) => nodeType === Node.TEXT_NODE)
        return `<${element.tagName} ${what.join(' ')}>${[...element.children].map(shapeOf).join('')}${text ? '…' : ''}`
      }
      const found: string[] = []
      const shapes = new Map<string, string>()
      for (const name of names) {
        if (window.show(`screen=${name}${ending}`)) await new Promise((go) => setTimeout(go))
        const shape = shapeOf(document.body)
        if (shapes.has(shape)) continue
        shapes.set(shape, name)
        const { violations } = await window.axe.run(document, {
          ...{ ...rules, preload: false, iframes: false, resultTypes: ['violations'] },
        })
        for (const { id, nodes } of violations)
          for (const { html, failureSummary } of nodes) found.push(`${name}: ${id}: ${html}: ${failureSummary}`)
      }
      return { found, different: [...shapes.values()] }
    },
    [names, ending, rules] as const,
  )

/** One view of each markup, by it: what is left to look at is the same in views that differ in words alone. */
let different: string[] = []

test('every markup, by every rule but contrast', async () => {
  const seen = await look(viewNames, '&lang=it', ALL)
  expect(seen.found).toEqual([])
  expect(seen.different.length).toBeGreaterThan(50)
  different = seen.different
}, 180_000)

test.each([
  ['it', '', OF_COLOURS],
  ['it', '&text=1.6&colours=white-on-black', OF_COLOURS],
  ['de', '', OF_LANGUAGE],
])(
  '%s%s',
  async (lang, mode, rules) => {
    const { found } = await look(different, `&lang=${lang}${mode}`, rules)
    expect(found).toEqual([])
  },
  180_000,
)

test('a technician’s screens, in Italian, by every rule', async () => {
  // Their part of the page comes a moment after the first of them.
  await page.evaluate(() => window.show('screen=service-menu&lang=it'))
  await page.locator('.service-tiles').waitFor()
  const { found, different } = await look(Object.keys(serviceSamples), '&lang=it', { runOnly: TAGS })
  expect(found).toEqual([])
  expect(different.length).toBeGreaterThan(8)
})

test('the dialogs of the tools, by every rule', async () => {
  await page.evaluate(() => window.show('screen=menu&lang=it'))
  const tools = page.locator('.tool[aria-haspopup=dialog]')
  const found: Axe.Result[] = []
  expect(await tools.count()).toBeGreaterThan(0)
  for (const tool of await tools.all()) {
    await tool.click()
    await page.getByRole('dialog').waitFor()
    const { violations } = await page.evaluate((tags) => window.axe.run(document, { runOnly: tags }), TAGS)
    found.push(...violations)
    // It takes nothing in the moment in which it opens, nor a key that is struck again within half a second.
    await expect
      .poll(
        async () => {
          await page.keyboard.press('Escape')
          return page.getByRole('dialog').count()
        },
        { timeout: 20_000, interval: 700 },
      )
      .toBe(0)
  }
  expect(found).toEqual([])
})

test('help from right to left, and what is shown to the clerk, by every rule', async () => {
  for (const [view, open, then] of [
    ['menu', '.tool:has(svg) >> nth=0', /العربية/],
    ['visura', '.tool:has(svg) >> nth=-1', 'Am Schalter vorzeigen'],
  ] as const) {
    await page.evaluate((shown) => window.show(`screen=${shown}&lang=de`), view)
    await page.locator(open).click()
    const choice = page.getByRole('dialog').getByRole('button', { name: then })
    await choice.waitFor()
    await expect
      .poll(
        async () => {
          if (await choice.isVisible()) await choice.click()
          return page.locator('.clerk').count()
        },
        { timeout: 20_000, interval: 700 },
      )
      .toBe(1)
    const { violations } = await page.evaluate((tags) => window.axe.run(document, { runOnly: tags }), TAGS)
    expect(violations).toEqual([])
  }
})
