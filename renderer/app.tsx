import { lazy, Suspense, useEffect, useInsertionEffect } from 'react'
import { I18nProvider } from 'react-aria-components'
import { IntlProvider } from 'react-intl'
import { languages } from '../contract/language.ts'
import { usual } from '../contract/preferences.ts'
import type { View } from '../contract/visit.ts'
import { IdleWarning } from './components/idle-warning.tsx'
import { LiveRegion } from './components/live-region.tsx'
import { Masthead } from './components/masthead.tsx'
import { Settling } from './components/press-guard.tsx'
import { ToolRow } from './components/tool-row.tsx'
import { messagesOf } from './i18n/messages.ts'
import { ShownScreen } from './journeys/index.tsx'
import { Pad } from './pad/pad.ts'
import { Curtain } from './speech/curtain.tsx'
import { useExplore } from './speech/explore.ts'
import { useSpeech } from './speech/use-speech.ts'
import { useView } from './store.ts'
import { cssTokens, TIGHT_REACH_MM } from './theme/tokens.ts'
import { useActivity } from './use-activity.ts'
import { ViewContext } from './view-context.ts'

/** Technicians have their own part of the page: no citizen's first picture waits for it. */
const Service = lazy(() => import('./service/service.tsx'))

export function App() {
  const view = useView((mirror) => mirror.view)
  useDocument(view)
  useActivity(view)
  useSpeech()
  useExplore(view)
  return view && <Frame view={view} />
}

/** Everything that is drawn for a view: masthead, screen, tools, idle warning. */
function Frame({ view }: { view: View }) {
  // The dates of the screen are those of the papers, and the controls' own words are in the view's language.
  const { tag } = languages[view.language]
  return (
    <IntlProvider locale={tag} messages={messagesOf(view.language)}>
      <I18nProvider locale={tag}>
        <ViewContext value={view}>
          <LiveRegion />
          <div className="totem">
            <Masthead />
            <main className="stage">
              <Settling key={screenKey(view)}>
                {view.service ? (
                  <Suspense>
                    <Service screen={view.service} />
                  </Suspense>
                ) : (
                  <ShownScreen view={view} />
                )}
              </Settling>
            </main>
            {!view.service && <ToolRow key={`tools ${view.screen.screen}`} />}
          </div>
          <IdleWarning />
          <Curtain />
          <Pad />
        </ViewContext>
      </I18nProvider>
    </IntlProvider>
  )
}

/** Two screens with different keys are different: the buttons of one must not become those of the next. */
function screenKey({ screen, cardLost, service }: View): string {
  if (service) return `service ${service.kind} ${service.title}`
  if (cardLost) return 'card lost'
  // A second screen of answers under the same name.
  if ('arrived' in screen && screen.arrived) return `${screen.screen} arrived`
  return 'more' in screen ? `${screen.screen} ${screen.more}` : screen.screen
}

/** Applies the view and the preferences to the whole page: language, millimetres, theme. */
function useDocument(view: View | null): void {
  const { text, colours } = view?.preferences ?? usual
  const mmPerPixel = view?.totem.mmPerPixel
  const reachMm = view?.totem.reachMm
  const language = view?.language
  // Before any layout effect: pages are divided (components/pages.ts) by the sizes of this view and not of the last one.
  useInsertionEffect(() => {
    const page = document.documentElement
    if (language) page.lang = language
    if (mmPerPixel && reachMm)
      for (const [name, value] of cssTokens({ mmPerPixel, reachMm }, text)) page.style.setProperty(name, value)
    page.dataset.text = String(text)
    page.dataset.colours = colours
    page.toggleAttribute('data-tight', reachMm !== undefined && reachMm < TIGHT_REACH_MM)
  }, [mmPerPixel, reachMm, language, text, colours])

  // The kiosk's shell locks the window, and this stops what a page does by itself: a long press opens a menu, a drag
  // carries a picture away, a wheel with Ctrl zooms and strands the next person.
  useEffect(() => {
    const stop = (event: Event) => event.preventDefault()
    const events = ['contextmenu', 'dragstart', 'selectstart', 'gesturestart', 'wheel'] as const
    for (const name of events) document.addEventListener(name, stop, { passive: false })
    return () => {
      for (const name of events) document.removeEventListener(name, stop)
    }
  }, [])
}
