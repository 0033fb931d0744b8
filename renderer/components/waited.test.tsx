import { renderToStaticMarkup } from 'react-dom/server'
import { IntlProvider } from 'react-intl'
import { describe, expect, it } from 'vitest'
import { language } from '../../contract/language.ts'
import { galleryViews } from '../gallery-views.ts'
import { readAllMessages } from '../i18n/messages.ts'
import { ViewContext } from '../view-context.ts'
import { WaitedFor } from './waited.tsx'

const messages = await readAllMessages()

describe.each(language.options)('%s', (lang) => {
  const shown = (seconds: number, usualS = 10) =>
    renderToStaticMarkup(
      <IntlProvider locale={lang} messages={messages[lang]}>
        <ViewContext value={galleryViews(lang).issuing ?? null}>
          <WaitedFor usualS={usualS} longer="wait.issuing" seconds={seconds} />
        </ViewContext>
      </IntlProvider>,
    )
  const longer = messages[lang]['wait.issuing']

  it('says nothing before five seconds, and from then on how long it has been', () => {
    expect(shown(4)).not.toMatch(/\d:\d\d/)
    expect(shown(5)).toMatch(/0:05/)
    expect(shown(75)).toMatch(/1:15/)
  })
  it('says what happens when it takes twice as long as usual', () => {
    expect(shown(19)).not.toContain(longer)
    expect(shown(20)).toContain(longer)
    // A wait that is short as a rule: the clock comes first.
    expect(shown(4, 2)).not.toContain(longer)
  })
})
