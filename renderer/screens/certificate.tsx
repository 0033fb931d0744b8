import type { CertificateType } from '../../contract/catalogue.ts'
import type { ScreenOf } from '../../contract/journeys/index.ts'
import { answer } from '../bridge.ts'
import type { IconName } from '../components/icon.tsx'
import { Screen } from '../components/screen.tsx'
import { AnswerCard } from '../components/touch-button.tsx'
import { fullName, useText } from '../i18n/use-text.ts'

const ICON: Record<CertificateType, IconName> = { 8: 'home', 12: 'family' }

export function ChooseCertificate({ screen: { subject, options } }: { screen: ScreenOf<'certificate'> }) {
  const text = useText()
  return (
    <Screen title={text('certificate.title')} lead={text('certificate.lead', { name: fullName(subject) })}>
      {options.map((type) => (
        <AnswerCard
          key={type}
          icon={ICON[type]}
          title={text(`certificate.${type}`)}
          line={text(`certificate.${type}.line`)}
          onPress={() => answer({ type: 'chooseCertificates', types: [type] })}
        />
      ))}
      {options.length > 1 && (
        <AnswerCard
          icon="both"
          title={text('certificate.both')}
          line={text('certificate.both.line')}
          onPress={() => answer({ type: 'chooseCertificates', types: options.slice(0, 2) })}
        />
      )}
    </Screen>
  )
}
