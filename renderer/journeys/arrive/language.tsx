import type { ScreenOf } from '../../../contract/journeys/index.ts'
import { language as known, languages } from '../../../contract/language.ts'
import { answer } from '../../bridge.ts'
import { Notice } from '../../components/facts.tsx'
import { Greetings } from '../../components/illustrations.tsx'
import { Screen } from '../../components/screen.tsx'
import { TouchButton } from '../../components/touch-button.tsx'
import { messages } from '../../i18n/messages.ts'
import { useOthers, useText } from '../../i18n/use-text.ts'

/** A language is called by its own name: a person who needs it cannot read the others, and a flag is a country. */
export function ChooseLanguage({ screen: { cardSeen } }: { screen: ScreenOf<'language'> }) {
  const text = useText()
  const others = useOthers()
  return (
    <Screen
      title={text('language.title')}
      lead={others('language.title')}
      figure={
        <>
          <Greetings label={text('language.title')} />
          {cardSeen && (
            <Notice tone="info" icon="card">
              {`${text('language.cardSeen')} ${others('language.cardSeen')}`}
            </Notice>
          )}
        </>
      }
    >
      {known.options.map((language) => (
        <TouchButton
          key={language}
          className="answer language"
          onPress={() => answer({ type: 'chooseLanguage', language })}
        >
          <span className="answer-icon letters" aria-hidden="true">
            {language.toUpperCase()}
          </span>
          <span className="answer-words" lang={language}>
            <span className="answer-title">{languages[language].name}</span>
            <span className="answer-line">{messages[language]['language.line']}</span>
          </span>
        </TouchButton>
      ))}
    </Screen>
  )
}
