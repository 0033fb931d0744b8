import { type Language, languages } from '../../contract/language.ts'
import { messagesOf } from '../i18n/messages.ts'
import { TouchButton } from './touch-button.tsx'

/** A language is called by its own name: a person who needs it cannot read the others, and a flag is a country. */
export function LanguageCard({
  language,
  pressed,
  onPress,
}: {
  language: Language
  pressed?: boolean
  onPress: () => void
}) {
  return (
    <TouchButton className="answer language" onPress={onPress} {...(pressed === undefined ? {} : { pressed })}>
      <span className="answer-words" lang={language}>
        <span className="answer-title">{languages[language].name}</span>
        <span className="answer-line">{messagesOf(language)['language.line']}</span>
      </span>
    </TouchButton>
  )
}
