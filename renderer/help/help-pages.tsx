import './help.css'
import type { ReactElement } from 'react'
import { IntlProvider } from 'react-intl'
import { Dialog } from '../components/dialog.tsx'
import { Points } from '../components/facts.tsx'
import { TouchButton } from '../components/touch-button.tsx'
import { messagesOf } from '../i18n/messages.ts'
import { type HelpInLanguage, type HelpLanguage, helpLanguages } from './help-languages.ts'

/** A language of the help pages, by its own name; in it and in Italian stands that the screens do not speak it. */
export function HelpCard({ language, line, onPress }: { language: HelpLanguage; line: string; onPress: () => void }) {
  const { name, only } = helpLanguages[language]
  return (
    <TouchButton className="answer language" onPress={onPress}>
      <span className="answer-words">
        <span className="answer-title">
          <bdi lang={language}>{name}</bdi>
        </span>
        <span className="answer-line">
          <bdi lang={language}>{only}</bdi> · {line}
        </span>
      </span>
    </TouchButton>
  )
}

/** What the totem gives, which card and PIN it takes, where the staff is, and a sentence to show to them. */
export function HelpPages({ help, onClose }: { help: HelpInLanguage | null; onClose: () => void }) {
  if (!help) return null
  const { language, texts } = help
  const { dir } = helpLanguages[language]
  const own = { ...messagesOf('it'), 'action.close': texts.close, 'action.more': texts.more }
  return (
    // The numbers of pages are in the digits that the cards and papers have.
    <IntlProvider locale={`${language}-u-nu-latn`} messages={own}>
      <Dialog title={texts.title} open onClose={onClose} language={language} direction={dir}>
        <Points
          points={[
            { icon: 'paper', title: isolated(texts['gives.title']), line: isolated(texts.gives) },
            { icon: 'card', title: isolated(texts['card.title']), line: isolated(texts.card) },
            { icon: 'pin', title: isolated(texts['pin.title']), line: isolated(texts.pin) },
            { icon: 'counter', title: isolated(texts['staff.title']), line: isolated(texts.staff) },
          ]}
        />
        <div className="clerk">
          <h3>{texts['clerk.title']}</h3>
          <p className="clerk-italian" lang="it" dir="ltr">
            {texts['clerk.it']}
          </p>
          <p>{texts.clerk}</p>
        </div>
      </Dialog>
    </IntlProvider>
  )
}

/** Italian terms, and numbers, run from left to right wherever they stand, and never pull a bracket to their side. */
function isolated(text: string): ReactElement {
  const parts = text.split(/(<it>.*?<\/it>|\d+)/).map((part, at) => {
    if (at % 2 === 0) return part
    const term = /^<it>(.*)<\/it>$/.exec(part)?.[1]
    return (
      // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a fixed text
      <bdi key={at} dir="ltr" {...(term && { lang: 'it' })}>
        {term ?? part}
      </bdi>
    )
  })
  return <>{parts}</>
}
