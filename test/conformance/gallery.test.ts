// Over 400 lines: one gallery in one browser serves all these looks, and a second file would open another.

import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import english from '../../assets/locales/en.json' with { type: 'json' }
import { screenLanguagesAt } from '../../catalogue/languages.ts'
import { DOMAIN_KEYS } from '../../contract/email-address.ts'
import { language, languages } from '../../contract/language.ts'
import type { Spoken } from '../../contract/speech.ts'
import type { View } from '../../contract/visit.ts'
import { galleryViews } from '../../renderer/gallery-views.ts'
import { type Gallery, openGallery, viewNames } from '../support/gallery/gallery.ts'
import { emptyBand, faultsOfLayout, placesOfControls, plainWords, wordsOnScreen } from '../support/gallery/layout.ts'

/** Pixels of a glass, and what the address of a view says of their size and of how much of the glass is in reach, in mm. */
type Glass = readonly [width: number, height: number, ending: string]
const PORTRAIT: Glass = [1080, 1920, '']
const LANDSCAPE: Glass = [1920, 1080, '&reach=335']
/** A panel of 19 inches, 376 mm by 301. */
const NEARLY_SQUARE: Glass = [1280, 1024, '&mm=0.294&reach=301']
/** Views that say more than one page of that glass holds. */
const LONG =
  /^(?:attract|menu-notices|collect-many|sheet|pagopa-later|visura|accesses|member|declaration|refused-certifiable-in-part)/
/** No page of a screen has a higher band without anything on it; the reference panel is 595 mm high. */
const MOST_EMPTY_MM = 120
/** A glass that hangs high and larger text: half of it is out of reach, and a page may have a sentence alone there. */
const MOST_EMPTY_ABOVE_REACH_MM = 140
/** A clock on a screen goes on while views are compared. */
const CLOCK = /^\d+:\d\d$/

// Every screen, in Electron's Chromium and on the reference panel, as a person with weak eyes or in a wheelchair has it,
// where the glass hangs lower or higher: no word of the ordinary screen is missing, no word leaves its box or lies on
// another, every control can be touched by somebody who sits.

declare global {
  interface Window {
    wordsOnScreen: typeof wordsOnScreen
    faultsOfLayout: typeof faultsOfLayout
    placesOfControls: typeof placesOfControls
    emptyBand: typeof emptyBand
    plainWords: typeof plainWords
  }
}

/** Words that are no text: data of the views, and what the language's own calendar, lists and units are called. */
function dataOf(views: readonly View[]): Set<string> {
  const days = Array.from({ length: 12 }, (_, month) => new Date(Date.UTC(2026, month, 5 + month)))
  const dates = days.flatMap((day) => [
    day.toLocaleString('it', { dateStyle: 'full', timeStyle: 'short' }),
    day.toLocaleString('it', { dateStyle: 'long', timeStyle: 'short' }),
  ])
  const list = new Intl.ListFormat('it').format(['1', '2'])
  // Citations of law, and the ends of addresses on the keys.
  const names = Object.values(languages).map(({ name }) => name)
  const known = [...names, ...DOMAIN_KEYS, '.com', '.it', 'art. Tab. bis']
  return new Set(
    [JSON.stringify(views), ...dates, list, ...known].flatMap((text) => text.toLowerCase().split(/[^\p{L}\p{N}]+/u)),
  )
}

let gallery: Gallery
let page: Page

beforeAll(async () => {
  gallery = await openGallery()
  page = gallery.page
  await page.addScriptTag({
    content: [wordsOnScreen, faultsOfLayout, placesOfControls, emptyBand, plainWords].join('\n'),
  })
})
afterAll(() => gallery?.close())

interface Seen {
  words: string[]
  faults: string[]
  places: Record<string, string>
  pages: number
  /** Of each page. */
  emptyMm: number[]
  plain: string[]
  spoken: Spoken[]
  walk: ReturnType<Window['walk']> | null
}

/** Shows each view in this mode, and looks at all its pages. */
const look = async (lang: string, mode: string, [width, height, size] = PORTRAIT): Promise<Record<string, Seen>> => {
  const isUsual = mode === '' && size === ''
  await page.setViewportSize({ width, height })
  const seen = await page.evaluate(
    async ([names, ending, usual, walks]) => {
      const turn = () => new Promise((go) => setTimeout(go))
      const seen: Record<string, Seen> = {}
      for (const [at, name] of names.entries()) {
        // Now and then Chromium clears away what stood there before.
        if (window.show(`screen=${name}${ending}`) || at % 25 === 0) await turn()
        const pagesNow = () => Number(document.querySelector<HTMLElement>('[data-pages]')?.dataset.pages ?? 1)
        const pages = pagesNow()
        const first = {
          pages,
          words: window.wordsOnScreen(),
          faults: window.faultsOfLayout(),
          places: usual ? window.placesOfControls() : {},
          emptyMm: [window.emptyBand()],
          plain: ending.includes('&pseudo') ? window.plainWords() : [],
          spoken: usual ? window.spoken() : [],
          walk: walks ? window.walk() : null,
        }
        seen[name] = first
        // A page with the way back on it may leave room for less: its own count says whether one more follows.
        for (let at = 1, last = pages; at < last; at++, last = Math.max(last, pagesNow())) {
          window.show(`screen=${name}${ending}&page=${at}`)
          first.emptyMm.push(window.emptyBand())
          first.words.push(...window.wordsOnScreen())
          first.faults.push(...window.faultsOfLayout().map((fault) => `page ${at + 1}: ${fault}`))
        }
      }
      return seen
    },
    [viewNames, `&lang=${lang}${mode}${size}`, isUsual, isUsual && lang === 'it'] as const,
  )
  await page.setViewportSize({ width: PORTRAIT[0], height: PORTRAIT[1] })
  return seen
}

const usual: Record<string, Promise<Record<string, Seen>>> = {}

const LARGEST = '&text=1.6&colours=white-on-black'
test.each<[lang: string, mode: string, glass?: Glass]>([
  ['it', ''],
  ['en', ''],
  ['de', ''],
  ['fr', ''],
  ['sl', ''],
  ['de', LARGEST],
  ['it', '&reach=320'],
  ['fr', '&reach=320&text=1.3'],
  ['de', '', LANDSCAPE],
  ['it', LARGEST, LANDSCAPE],
  ['it', '', NEARLY_SQUARE],
  ['de', LARGEST, NEARLY_SQUARE],
])(
  '%s%s %j: every view',
  async (lang, mode, glass) => {
    usual[lang] ??= look(lang, '')
    const before = await usual[lang]
    const now = mode === '' && !glass ? before : await look(lang, mode, glass)
    const paged = Object.entries(before).flatMap(([name, { pages }]) => (pages > 1 ? [name] : []))
    expect(paged, 'views of more than one page with usual text').toEqual([])
    if (glass === NEARLY_SQUARE && mode === '') {
      const long = Object.entries(now).flatMap(([name, { pages }]) => (pages > 1 && !LONG.test(name) ? [name] : []))
      expect(long, 'views whose words a small glass has room for, on more than one page').toEqual([])
    }
    const faults = Object.entries(now).flatMap(([name, view]) => {
      const lost = before[name]?.words.filter((word) => !view.words.includes(word) && !CLOCK.test(word)) ?? []
      const most = mode.includes('&reach') ? MOST_EMPTY_ABOVE_REACH_MM : MOST_EMPTY_MM
      const empty = view.emptyMm.flatMap((mm, at) => (mm > most ? [`page ${at + 1}: ${mm} mm are empty`] : []))
      return [...view.faults, ...empty, ...(lost.length > 0 ? [`lost: ${lost.join(' ')}`] : [])].map(
        (fault) => `${name}: ${fault}`,
      )
    })
    expect(faults).toEqual([])
    // A small glass with the largest text has up to six pages of each of 300 views.
  },
  180_000,
)

test('a person who changes the size of the text sees its pages at once, divided by that size', async () => {
  const [width, height, size] = LANDSCAPE
  await page.setViewportSize({ width, height })
  const faults = await page.evaluate(
    (addresses) => {
      for (const address of addresses) window.show(address)
      return window.faultsOfLayout()
    },
    [`screen=attract&lang=de${size}`, `screen=attract&lang=de${LARGEST}${size}`],
  )
  await page.setViewportSize({ width: PORTRAIT[0], height: PORTRAIT[1] })
  expect(faults).toEqual([])
})

test('every word comes from the locale, and has room in a language whose words are longer by 40 %', async () => {
  const now = await look('it', '&pseudo')
  const data = dataOf(Object.values(galleryViews('it')))
  const faults = Object.entries(now).flatMap(([name, { plain, faults }]) => [
    ...faults.map((fault) => `${name}: ${fault}`),
    ...plain.filter((word) => !data.has(word)).map((word) => `${name}: written in code: ${word}`),
  ])
  expect(faults).toEqual([])
})

test('simple screens and hidden data: nothing leaves its box, and every control is in reach', async () => {
  const now = await look('it', '&simple&hidden&colours=white-on-black')
  const faults = Object.entries(now).flatMap(([name, view]) => view.faults.map((fault) => `${name}: ${fault}`))
  expect(faults).toEqual([])
})

test('the aids fit the glass in every language, in larger text and in each of the colours', async () => {
  const faults: string[] = []
  for (const [lang, colours, size, glass = PORTRAIT] of [
    ['it', 'usual', 1.3],
    ['en', 'black-on-white', 1],
    ['de', 'white-on-black', 1],
    ['fr', 'soft', 1.3],
    ['sl', 'usual', 1],
    ['de', 'usual', 1.6],
    ['it', 'usual', 1.6],
    ['de', 'usual', 1.6, LANDSCAPE],
    ['it', 'usual', 1, NEARLY_SQUARE],
    ['de', 'usual', 1.6, NEARLY_SQUARE],
  ] as [lang: string, colours: string, size: number, glass?: Glass][]) {
    await page.setViewportSize({ width: glass[0], height: glass[1] })
    const address = `screen=menu&lang=${lang}&text=${size}&colours=${colours}${glass[2]}`
    await page.evaluate((shown) => window.show(shown), address)
    await page.locator('.tool[aria-haspopup=dialog]').nth(1).click()
    await page.getByRole('dialog').waitFor()
    const found = await page.evaluate(() => window.faultsOfLayout())
    faults.push(...found.map((fault) => `${address}: ${fault}`))
    await page.keyboard.press('Escape')
  }
  await page.setViewportSize({ width: PORTRAIT[0], height: PORTRAIT[1] })
  expect(faults).toEqual([])
})

test.each([
  ['Bolzano', 'BZ', ['Italiano', 'Deutsch', 'English', 'Français', 'Slovenščina']],
  ['Aosta', 'AO', ['Italiano', 'Français', 'English', 'Deutsch', 'Slovenščina']],
  ['Gorizia', 'GO', ['Italiano', 'Slovenščina', 'English', 'Deutsch', 'Français']],
  ['Spello', 'PG', ['Italiano', 'English', 'Deutsch', 'Français', 'Slovenščina']],
])(
  '%s (%s): the first screen and the list of languages begin with those of the place',
  async (comune, province, names) => {
    const offered = screenLanguagesAt({ comune, province }, language.options)
    const named = (selector: string) =>
      page
        .locator(selector)
        .evaluateAll((found) => found.map((one) => [one.closest('[lang]')?.getAttribute('lang'), one.textContent]))
    const expected = offered.map((one, at) => [one, names[at]])
    await page.evaluate((address) => window.show(address), `screen=attract&lang=it&languages=${offered}`)
    expect(await named('.start-language, .start-other [lang]')).toEqual(expected)
    expect(await page.evaluate(() => window.faultsOfLayout())).toEqual([])
    await page.evaluate((address) => window.show(address), `screen=language&lang=it&languages=${offered}`)
    expect(await named('.answer.language .answer-title')).toEqual(expected)
  },
)

/** Opens the list of languages and asks for the help pages in Arabic. */
const openArabic = async (mode: string) => {
  await page.evaluate((address) => window.show(address), `screen=menu${mode}`)
  await page.locator('.tool:has(svg)').first().click()
  await page.getByRole('dialog').waitFor()
  const arabic = page.getByRole('button', { name: /العربية/ })
  // A dialog takes nothing in the moment in which it opens.
  await expect
    .poll(
      async () => {
        const listed = page.locator('.dialog-answers')
        if (await arabic.isVisible()) await arabic.click()
        // On the next page of the list.
        else if (await listed.isVisible()) await page.locator('.dialog-actions button').first().click()
        return page.locator('.dialog-words').getAttribute('lang')
      },
      { timeout: 20_000, interval: 700 },
    )
    .toBe('ar')
  await page.locator('[role=dialog] .point-icon').first().waitFor()
}
/** What stands wrong on each page of the open dialog. */
const faultsOfDialog = async () => {
  const pages = Number(await page.locator('.dialog-content').getAttribute('data-pages'))
  const faults: string[] = []
  for (let at = 0; at < pages; at++) {
    faults.push(...(await page.evaluate(() => window.faultsOfLayout())))
    await page.locator('.dialog-actions button').first().click({ delay: 20 })
    await page.waitForTimeout(700)
  }
  return faults
}

test.each(['&lang=it', '&lang=de&text=1.6&colours=white-on-black'])(
  'help in Arabic (%s) runs from right to left; Italian terms and digits run from left to right in it',
  async (mode) => {
    await openArabic(mode)
    const words = page.locator('.dialog-words')
    expect(await words.evaluate((one) => getComputedStyle(one).direction)).toBe('rtl')
    // The icon stands on the right of its words, the way out on the left.
    const [icon, text, close, panel] = await Promise.all(
      ['.point-icon', '.point-words', '.dialog-actions .primary', '.dialog'].map((one) =>
        page
          .locator(`[role=dialog]${one === '.dialog' ? '' : ` ${one}`}`)
          .first()
          .evaluate((found) => found.getBoundingClientRect().left + found.getBoundingClientRect().width / 2),
      ),
    )
    expect(icon).toBeGreaterThan(text ?? Number.NaN)
    expect(close).toBeLessThan(panel ?? Number.NaN)
    // No digit and no Latin letter stands in the Arabic itself.
    const loose = await words.evaluate((dialog) => {
      const texts = document.createTreeWalker(dialog, NodeFilter.SHOW_TEXT)
      const found: string[] = []
      for (let one = texts.nextNode(); one; one = texts.nextNode())
        if (/[\dA-Za-z]/.test(one.textContent ?? '') && !one.parentElement?.closest('bdi, [lang=it], button'))
          found.push(one.textContent ?? '')
      return found
    })
    expect(loose).toEqual([])
    // No voice of the totem reads it, and what it has in Italian is said in Italian.
    const spoken = await page.evaluate(() => window.spoken())
    expect(spoken.filter(({ text }) => /\p{Script=Arabic}/u.test(text))).toEqual([])
    // Its letters are those of a font that the totem brings along, not of whatever the system has.
    const devtools = await page.context().newCDPSession(page)
    await devtools.send('DOM.enable')
    await devtools.send('CSS.enable')
    const { root } = await devtools.send('DOM.getDocument')
    const { nodeIds } = await devtools.send('DOM.querySelectorAll', {
      nodeId: root.nodeId,
      selector: '[role=dialog] h2, [role=dialog] strong, [role=dialog] span, [role=dialog] bdi, [role=dialog] p',
    })
    const fonts = new Set<string>()
    for (const nodeId of nodeIds)
      for (const { familyName } of (await devtools.send('CSS.getPlatformFontsForNode', { nodeId })).fonts)
        fonts.add(familyName.replace(/ (?:SemiBold|Bold)$/, ''))
    await devtools.detach()
    expect([...fonts].sort()).toEqual(['Tajawal', 'Titillium Web'])
    expect(await faultsOfDialog()).toEqual([])
    await page.keyboard.press('Escape')
  },
)

test.each([
  ['refused-pin-blocked-cie', '&lang=de&text=1.6', 'Am Schalter vorzeigen', 'Der PIN der Karte ist gesperrt'],
  ['refused-pin-blocked-cie', '&lang=sl', 'Pokažite na okencu', null],
])('%s%s: what is shown to the clerk is in Italian first', async (name, mode, button, why) => {
  await page.evaluate((address) => window.show(address), `screen=${name}${mode}`)
  const show = page.getByRole('button', { name: button, exact: true })
  // A screen takes nothing in the moment in which it opens.
  await expect
    .poll(
      async () => {
        await ((await show.isVisible()) ? show : page.locator('.action-main button')).click()
        return page.getByRole('dialog').count()
      },
      { timeout: 20_000, interval: 700 },
    )
    .toBe(1)
  const said = await page
    .locator('.dialog-content p')
    .evaluateAll((found) => found.map((one) => ({ lang: one.getAttribute('lang'), text: one.textContent ?? '' })))
  const half = said.length / 2
  expect(said.map(({ lang }) => lang)).toEqual([...Array(half).fill('it'), ...Array(half).fill(mode.slice(6, 8))])
  expect(said[2]?.text).toBe('Il PIN della tessera è bloccato')
  if (why) expect(said[half + 2]?.text).toBe(why)
  expect(await faultsOfDialog()).toEqual([])
  await page.keyboard.press('Escape')
})

test('what a hand learns on one screen holds on the next: the actions and the digits stay at their place', async () => {
  usual.it ??= look('it', '')
  const places = Object.values(await usual.it).flatMap(({ places }) => Object.entries(places))
  for (const name of ['action-back', 'action-leave', 'action-leave beside back', 'action-main', 'digits']) {
    const found = new Set(places.flatMap(([one, place]) => (one === name ? [place] : [])))
    expect([...found], `${name} from the left and from below, in mm`).toHaveLength(1)
  }
})

const SIGN: Record<Spoken['kind'], string> = {
  title: '# ',
  step: '· ',
  sentence: '',
  button: '> ',
  notice: '! ',
  clock: '~ ',
}

test('all that is said of every view, its title first', async () => {
  usual.it ??= look('it', '')
  const views = Object.entries(await usual.it)
  // The bar's tools come last in each.
  const bar = views[0]?.[1].spoken.filter(({ kind }) => kind === 'button').length ?? 0
  const line = ({ kind, text, personal, lang }: Spoken) =>
    `  ${SIGN[kind]}${personal ? `[${text}]` : text}${lang === 'it' ? '' : ` (${lang})`}`.replaceAll(
      /\d+:\d\d$/gm,
      '0:00',
    )
  const said = views.map(([name, { spoken }], at) =>
    [name, ...spoken.slice(0, at === 0 || name === 'idle' ? undefined : -bar).map(line)].join('\n'),
  )
  await expect(
    `# title, · step, > control, ! notice, ~ clock, [for a headset alone]; the bar of the first view follows in all\n\n${said.join('\n\n')}\n`,
  ).toMatchFileSnapshot('../golden/spoken.txt')
  expect(views.filter(([, { spoken }]) => spoken[0]?.kind !== 'title').map(([name]) => name)).toEqual([])
})

test('as much is said in English, and as much of it for a headset alone', async () => {
  const shape = (views: Record<string, Seen>) =>
    Object.fromEntries(
      Object.entries(views).map(([name, { spoken }]) => [
        name,
        {
          kinds: [...new Set(spoken.map(({ kind }) => kind))].sort(),
          // An Italian term parts an English sentence into several.
          personal: spoken.filter(({ personal }) => personal).map(({ kind }) => kind),
        },
      ]),
    )
  usual.it ??= look('it', '')
  usual.en ??= look('en', '')
  expect(shape(await usual.en)).toEqual(shape(await usual.it))
})

test('an Italian term on a foreign screen is marked as Italian, and said by that voice (WCAG 3.1.2)', async () => {
  const terms = Object.values(english).flatMap((text) =>
    [...text.matchAll(/<it>(.*?)<\/it>/g)].map(([, term = '']) => term),
  )
  expect(terms.length).toBeGreaterThan(5)
  usual.en ??= look('en', '')
  const said = Object.entries(await usual.en).flatMap(([name, { spoken }]) => spoken.map((one) => ({ name, ...one })))
  expect(
    said.filter(({ text, lang }) => lang === 'it' && terms.some((term) => text.includes(term))).length,
  ).toBeGreaterThan(0)
  const wrong = said.filter(
    ({ text, lang }) => lang === 'en' && terms.some((term) => new RegExp(`\\b${term}\\b`).test(text)),
  )
  expect(wrong.map(({ name, text }) => `${name}: ${text}`)).toEqual([])
})

test('a pad’s keys come to every control of every view, from its question on, and round to it again', async () => {
  usual.it ??= look('it', '')
  const walks = Object.entries(await usual.it).map(([name, { walk }]) => ({ name, stops: [], missed: [], ...walk }))
  expect(walks.flatMap(({ name, missed }) => missed.map((control) => `${name}: ${control}`))).toEqual([])
  expect(walks.filter(({ stops }) => new Set(stops).size < 2).map(({ name }) => name)).toEqual([])
})

test('a dialog’s buttons speak the language of the screen, those for a screen reader too', async () => {
  const buttons = async (lang: string, help: string) => {
    await page.evaluate((address) => window.show(address), `screen=menu&lang=${lang}`)
    await page.getByRole('button', { name: help, exact: true }).click()
    await page.getByRole('dialog').waitFor()
    const names = await page
      .getByRole('dialog')
      .locator('xpath=ancestor::*[contains(@class, "veil")]')
      .locator('button')
      .evaluateAll((found) => found.map((button) => button.getAttribute('aria-label') ?? button.textContent))
    await page.keyboard.press('Escape')
    return names
  }
  const english = await buttons('en', 'Help')
  const italian = await buttons('it', 'Aiuto')
  expect(italian).toHaveLength(english.length)
  expect(english).toContain('Dismiss')
  expect(italian.filter((name) => english.includes(name))).toEqual([])
})
