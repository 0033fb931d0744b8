import type { CertificateType } from '../../../contract/catalogue.ts'
import type { ScreenOf } from '../../../contract/journeys/index.ts'
import { answer } from '../../bridge.ts'
import { Notice } from '../../components/facts.tsx'
import type { IconName } from '../../components/icon.tsx'
import { Screen } from '../../components/screen.tsx'
import { AnswerCard } from '../../components/touch-button.tsx'
import { fullName, sentence, useList, useText } from '../../i18n/use-text.ts'

const ICON: Record<CertificateType, IconName> = {
  ...{ 1: 'child', 3: 'rings', 5: 'institution', 7: 'heart', 8: 'home', 10: 'abroad', 11: 'person', 12: 'family' },
  ...{ 13: 'family', 14: 'institution', 15: 'abroad', 16: 'family', 17: 'person', 18: 'rings', 19: 'paper' },
}

export function ChooseCertificate({
  screen: { subject, options, onOneSheet, convivenza },
}: {
  screen: ScreenOf<'certificate'>
}) {
  const text = useText()
  const list = useList()
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
      {onOneSheet && (
        <AnswerCard
          icon="both"
          title={text('certificate.both', { count: onOneSheet.length })}
          line={sentence(
            text('certificate.both.line', {
              names: list(onOneSheet.map((type) => `certificate.${type}.name` as const)),
            }),
          )}
          onPress={() => answer({ type: 'chooseCertificates', types: onOneSheet })}
        />
      )}
      {convivenza && <Notice tone="info">{text('certificate.convivenza')}</Notice>}
    </Screen>
  )
}
