import { useState } from 'react'
import type { CertificateType } from '../../../contract/catalogue.ts'
import type { ScreenOf } from '../../../contract/journeys/index.ts'
import { answer } from '../../bridge.ts'
import type { IconName } from '../../components/icon.tsx'
import { Screen } from '../../components/screen.tsx'
import { AnswerCard } from '../../components/touch-button.tsx'
import { fullName, sentence, useList, useText } from '../../i18n/use-text.ts'

const ICON: Record<CertificateType, IconName> = {
  ...{ 1: 'child', 3: 'rings', 5: 'institution', 7: 'heart', 8: 'home', 10: 'abroad', 11: 'person', 12: 'family' },
  ...{ 13: 'family', 14: 'institution', 15: 'abroad', 16: 'family', 17: 'person', 18: 'rings', 19: 'paper' },
}

/** A screen holds five answers, and the last of them goes on. */
const ON_A_SCREEN = 4

/** What is asked for most stands on the first screen; the others follow, four at a time, and then the first again. */
export function ChooseCertificate({ screen }: { screen: ScreenOf<'certificate'> }) {
  const { subject, options, others, onOneSheet } = screen
  const text = useText()
  const list = useList()
  /** Where in `others` this screen begins; null: the first screen. */
  const [from, setFrom] = useState<number | null>(null)
  const end = from === null ? 0 : from + ON_A_SCREEN
  const shown = from === null ? options : others.slice(from, end)
  const left = others.length - end
  return (
    <Screen title={text('certificate.title')} lead={text('certificate.lead', { name: fullName(subject) })}>
      {shown.map((type) => (
        <AnswerCard
          key={type}
          icon={ICON[type]}
          title={text(`certificate.${type}`)}
          line={text(`certificate.${type}.line`)}
          onPress={() => answer({ type: 'chooseCertificates', types: [type] })}
        />
      ))}
      {from === null && onOneSheet && (
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
      {from === null && others.length > 0 && (
        <AnswerCard
          icon="paper"
          title={text('certificate.others')}
          line={text('certificate.others.line')}
          onPress={() => setFrom(0)}
        />
      )}
      {from !== null && left > 0 && (
        <AnswerCard
          icon="paper"
          title={text('certificate.more')}
          line={text('certificate.more.line', { count: left })}
          onPress={() => setFrom(end)}
        />
      )}
      {from !== null && left <= 0 && (
        <AnswerCard
          icon="paper"
          title={text('certificate.first')}
          line={text('certificate.first.line')}
          onPress={() => setFrom(null)}
        />
      )}
    </Screen>
  )
}
