import type { ScreenOf } from '../../../contract/journeys/index.ts'
import { answer } from '../../bridge.ts'
import { Notice } from '../../components/facts.tsx'
import { Greetings } from '../../components/illustrations.tsx'
import { LanguageCard } from '../../components/language-card.tsx'
import { Screen } from '../../components/screen.tsx'
import { useOther, useText } from '../../i18n/use-text.ts'
import { useShownView } from '../../view-context.ts'

/** Asked of somebody who laid the card down before touching anything, or who went back from there. */
export function ChooseLanguage({ screen: { cardSeen } }: { screen: ScreenOf<'language'> }) {
  const text = useText()
  const other = useOther()
  const { totem } = useShownView()
  return (
    <Screen
      title={text('language.title')}
      lead={other.text('language.title')}
      leadLanguage={other.language}
      figure={
        <>
          <Greetings label={text('language.title')} />
          {cardSeen && (
            <Notice tone="info" icon="card">
              {text('language.cardSeen')} <span lang={other.language}>{other.text('language.cardSeen')}</span>
            </Notice>
          )}
        </>
      }
    >
      {totem.languages.map((language) => (
        <LanguageCard key={language} language={language} onPress={() => answer({ type: 'chooseLanguage', language })} />
      ))}
    </Screen>
  )
}
