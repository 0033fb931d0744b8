import '../contract/jitless.ts'
import { flushSync } from 'react-dom'
import { createRoot } from 'react-dom/client'
import { z } from 'zod'
import type { TotemBridge } from '../contract/ipc.ts'
import { type Language, language } from '../contract/language.ts'
import { colourModes, type Preferences, textSizes, usual } from '../contract/preferences.ts'
import type { Spoken } from '../contract/speech.ts'
import type { View } from '../contract/visit.ts'
import { App } from './app.tsx'
import { connect } from './bridge.ts'
import { FirstPage } from './components/pages.ts'
import { Failure } from './failure.tsx'
import { galleryViews } from './gallery-views.ts'
import { messagesOf, readAllMessages } from './i18n/messages.ts'
import { pseudo } from './i18n/pseudo.ts'
import { chosenAt, stopAfter } from './pad/stops.ts'
import { serviceSamples } from './service/samples.ts'
// In the gallery it is no chunk of its own, so that it is drawn at once.
import './service/service.tsx'
import { areOwnWords } from './speech/own-words.ts'
import { transcript } from './speech/transcript.ts'
import { receive, useView } from './store.ts'

declare global {
  interface Window {
    show: (address: string) => boolean
    spoken: () => Spoken[]
    walk: () => { stops: string[]; missed: string[] }
  }
}

// Shows any screen by #screen=…&lang=…, with &text=1.3 &colours=soft &reach=320 &mm=0.294 &pseudo; without a screen, the list of all. Vite builds it
// with --mode gallery only, so it is never in the totem.
const root = createRoot(document.getElementById('root') ?? document.body)

// A view is drawn at once, in any language.
const texts = await readAllMessages()

/** The texts as they are, for a view after one with `&pseudo`. */
const asWritten = structuredClone(texts)
const pseudoTexts = (lang: Language) =>
  Object.fromEntries(Object.entries(asWritten[lang]).map(([id, text]) => [id, pseudo(text)]))

await Promise.allSettled([400, 600, 700].map((weight) => document.fonts.load(`${weight} 1em "Titillium Web"`)))
const viewsOf: Partial<Record<Language, Record<string, View>>> = {}
/** Whose words are in the texts, and the view that stands there. */
let written = ''
let drawn = ''
let disconnect = () => {}
addEventListener('hashchange', () => show(location.hash.slice(1)))
// For whoever looks at all views: Chromium lets a page change its address 200 times in half a minute.
window.show = show
window.spoken = () => transcript(document.body, areOwnWords)
window.walk = walk
show(location.hash.slice(1))

/**
 * Draws the view that is asked for; it stands there when this returns, but for the sheet of a preview and for a warning over
 * the screen: true where one of these comes a moment later. The next page of the same view is turned to.
 */
function show(address: string): boolean {
  const asked = new URLSearchParams(address)
  const lang = language.catch('it').parse(asked.get('lang'))
  const words = `${lang} ${asked.has('pseudo')}`
  if (words !== written) Object.assign(messagesOf(lang), asked.has('pseudo') ? pseudoTexts(lang) : asWritten[lang])
  written = words
  viewsOf[lang] ??= withService(galleryViews(lang))
  const views = viewsOf[lang]
  const page = Number(asked.get('page') ?? 0)
  asked.delete('page')
  const turned = drawn === `${asked}`
  drawn = `${asked}`
  const shown = onGlass(views[asked.get('screen') ?? ''], asked)
  if (!shown) {
    disconnect()
    root.render(
      <ul>
        {Object.keys(views).map((name) => (
          <li key={name}>
            <a href={`#screen=${name}&lang=${lang}`}>{name}</a>
          </li>
        ))}
      </ul>,
    )
    return false
  }
  if (!turned) {
    disconnect()
    const view = { ...shown, preferences: preferred(asked) }
    useView.setState({ view })
    window.totem = pretendMain(view)
    disconnect = connect(receive)
  }
  flushSync(() =>
    root.render(
      // The next view finds nothing of this one.
      <Failure key={drawn}>
        <FirstPage value={page}>
          <App />
        </FirstPage>
      </Failure>,
    ),
  )
  return shown.idle !== null || shown.screen.screen === 'preview'
}

/** A technician's screens stand over any view. */
function withService(views: Record<string, View>): Record<string, View> {
  const below = views.attract
  if (!below) return views
  return {
    ...views,
    ...Object.fromEntries(Object.entries(serviceSamples).map(([n, service]) => [n, { ...below, service }])),
  }
}

function preferred(asked: URLSearchParams): Preferences {
  return {
    ...usual,
    text: textSizes.find((size) => String(size) === asked.get('text')) ?? usual.text,
    simple: asked.has('simple'),
    hidden: asked.has('hidden'),
    colours: colourModes.find((mode) => mode === asked.get('colours')) ?? usual.colours,
  }
}

/** The view on a totem where `reach` mm of the glass are in reach, a pixel is `mm` wide, and `languages` are offered in this order. */
function onGlass(view: View | undefined, asked: URLSearchParams): View | undefined {
  if (!view) return view
  const { reachMm, mmPerPixel } = view.totem
  const languages = z.array(language).catch(view.totem.languages).parse(asked.get('languages')?.split(','))
  const glass = { reachMm: Number(asked.get('reach') ?? reachMm), mmPerPixel: Number(asked.get('mm') ?? mmPerPixel) }
  return { ...view, totem: { ...view.totem, languages, ...glass } }
}

/** A main that shows one view and gives a preview page of grey lines, and answers nothing else. */
function pretendMain(view: View): TotemBridge {
  const quiet = () => Promise.resolve(undefined)
  const methods: Partial<TotemBridge> = {
    current: () => Promise.resolve(view),
    previewPage: () => Promise.resolve(samplePage()),
    onView: () => () => undefined,
  }
  return new Proxy(methods, {
    get: (target, name) => Reflect.get(target, name) ?? quiet,
  }) as TotemBridge
}

function samplePage() {
  const [width, height] = [827, 1169]
  const grey = new Uint8Array(width * height).fill(255)
  const box = (left: number, top: number, wide: number, high: number, value: number) => {
    for (let y = top; y < top + high; y++) grey.fill(value, y * width + left, y * width + left + wide)
  }
  box(370, 60, 86, 86, 170)
  box(240, 180, 346, 26, 60)
  box(290, 224, 246, 18, 110)
  for (let line = 0; line < 16; line++) box(90, 320 + line * 38, line % 5 === 4 ? 380 : 640, 13, 130)
  box(90, 980, 110, 110, 90)
  return { width, height, grey }
}

/** Steps through the whole view as a pad does, and enters each group: where the focus was, and the controls it missed. */
function walk() {
  const focused: Element[] = []
  const steps = (first: Element | undefined) => {
    for (let stop = first; stop instanceof HTMLElement && !focused.includes(stop); ) {
      stop.focus()
      if (document.activeElement === stop) focused.push(stop)
      const group = chosenAt(stop)
      if (group && 'enter' in group) steps(group.enter)
      stop = stopAfter(document.body, stop, 1)
    }
  }
  steps(stopAfter(document.body, null, 1))
  const nameOf = (one: Element) => one.getAttribute('aria-label') ?? one.textContent ?? ''
  const modal = document.querySelector('[role=alertdialog]')
  const controls = [...(modal ?? document.body).querySelectorAll('button:enabled:not([tabindex="-1"])')]
  return {
    stops: focused.map(nameOf),
    missed: controls.filter((control) => !focused.includes(control)).map(nameOf),
  }
}
