import { answer } from '../bridge.ts'
import { Greetings } from '../components/illustrations.tsx'
import { Screen } from '../components/screen.tsx'
import { TouchButton } from '../components/touch-button.tsx'
import { useText } from '../i18n/use-text.ts'

/** A language is called by its own name: whoever needs it can't read the others, and a flag is a country. */
export function ChooseLanguage() {
  const text = useText()
  return (
    <Screen
      title={text('language.title')}
      lead={text('language.lead')}
      figure={<Greetings label={text('language.title')} />}
    >
      {(['it', 'en'] as const).map((language) => (
        <TouchButton
          key={language}
          className="answer language"
          onPress={() => answer({ type: 'chooseLanguage', language })}
        >
          <span className="answer-icon letters" aria-hidden="true">
            {language.toUpperCase()}
          </span>
          <span className="answer-words" lang={language}>
            <span className="answer-title">{text(`language.${language}`)}</span>
            <span className="answer-line">{text(`language.${language}.line`)}</span>
          </span>
        </TouchButton>
      ))}
    </Screen>
  )
}
