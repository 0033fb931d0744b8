import type { CertificateTheme, CertificateType } from '../../../contract/catalogue.ts'
import type { ScreenOf } from '../../../contract/journeys/index.ts'
import { answer } from '../../bridge.ts'
import type { IconName } from '../../components/icon.tsx'
import { Screen } from '../../components/screen.tsx'
import { AnswerCard } from '../../components/touch-button.tsx'
import { sentence, useList, useMarkedText, useText } from '../../i18n/use-text.ts'

const THEME: Record<CertificateTheme, IconName> = {
  home: 'home',
  family: 'family',
  events: 'rings',
  citizenship: 'institution',
  abroad: 'abroad',
}
const ICON: Record<CertificateType, IconName> = {
  ...{ 1: 'child', 3: 'rings', 5: 'institution', 7: 'heart', 8: 'home', 10: 'abroad', 11: 'person', 12: 'family' },
  ...{ 13: 'family', 14: 'institution', 15: 'abroad', 16: 'family', 17: 'person', 18: 'rings', 19: 'paper' },
}

/** What the new sheet has so far, and the button that goes back with it to the summary. */
function useDraft(chosen: readonly CertificateType[]) {
  const text = useText()
  const list = useList()
  const names = list(chosen.map((type) => `certificate.${type}.name` as const))
  return {
    lead: chosen.length === 0 ? text('themes.none') : text('themes.chosen', { names }),
    main: {
      label: text('themes.done'),
      icon: 'check' as const,
      disabled: chosen.length === 0,
      onPress: () => answer({ type: 'acceptCertificates' }),
    },
  }
}

export function ChooseTheme({ screen: { themes, chosen } }: { screen: ScreenOf<'themes'> }) {
  const text = useText()
  return (
    <Screen title={text('themes.title')} {...useDraft(chosen)}>
      {themes.map(({ theme }) => (
        <AnswerCard
          key={theme}
          icon={THEME[theme]}
          title={text(`themes.${theme}`)}
          line={text(`themes.${theme}.line`)}
          onPress={() => answer({ type: 'chooseTheme', theme })}
        />
      ))}
    </Screen>
  )
}

/** A type that may not be asked for says why, and cannot be touched. */
export function ChooseCertificates({ screen: { theme, types, chosen } }: { screen: ScreenOf<'certificates'> }) {
  const text = useText()
  const marked = useMarkedText()
  const list = useList()
  return (
    <Screen title={text(`themes.${theme}`)} {...useDraft(chosen)}>
      {types.map(({ type, because, beside }) => {
        const names = list(beside.map((other) => `certificate.${other}.name` as const))
        const line = because
          ? text(`refused.${because}.title`)
          : beside.length > 0
            ? text('themes.beside', { names })
            : marked(`certificate.${type}.line`)
        return (
          <AnswerCard
            key={type}
            icon={ICON[type]}
            title={sentence(text(`certificate.${type}.name`))}
            line={line}
            disabled={because !== null || beside.length > 0}
            pressed={chosen.includes(type)}
            note={text(chosen.includes(type) ? 'themes.on' : 'themes.off')}
            onPress={() => answer({ type: 'toggleCertificate', certificate: type })}
          />
        )
      })}
    </Screen>
  )
}
