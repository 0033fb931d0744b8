import { renderToStaticMarkup } from 'react-dom/server'
import { createIntl, createIntlCache, type IntlShape, RawIntlProvider } from 'react-intl'
import type { Language } from '../../contract/language.ts'
import type { View } from '../../contract/visit.ts'
import { Masthead } from '../components/masthead.tsx'
import { ToolRow } from '../components/tool-row.tsx'
import { readAllMessages } from '../i18n/messages.ts'
import { ViewContext } from '../view-context.ts'
import { ShownScreen } from './index.tsx'

// For tests: a view as a page without styles.

const messages = await readAllMessages()
const cache = createIntlCache()
/** Texts that were parsed once for a language serve all of its views. */
const intls = new Map<Language, IntlShape>()

function intlOf(language: Language): IntlShape {
  const known = intls.get(language)
  if (known) return known
  const intl = createIntl(
    {
      locale: language,
      messages: messages[language],
      onError: (error) => {
        throw error
      },
    },
    cache,
  )
  intls.set(language, intl)
  return intl
}

const markup = (view: View, frame: 'with frame' | 'alone') =>
  renderToStaticMarkup(
    <RawIntlProvider value={intlOf(view.language)}>
      <ViewContext value={view}>
        {frame === 'with frame' && <Masthead />}
        <ShownScreen view={view} />
        {frame === 'with frame' && <ToolRow />}
      </ViewContext>
    </RawIntlProvider>,
  )

const drawn = new WeakMap<View, string>()

/** The whole page of a view, drawn once. */
export function pageOf(view: View): string {
  const page = drawn.get(view) ?? markup(view, 'with frame')
  drawn.set(view, page)
  return page
}

/** Its screen alone, without masthead and tools. */
export const screenOf = (view: View): string => markup(view, 'alone')
