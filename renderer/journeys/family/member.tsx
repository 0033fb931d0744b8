import type { ScreenOf } from '../../../contract/journeys/index.ts'
import type { PersonSection } from '../../../contract/person.ts'
import { answer } from '../../bridge.ts'
import { HideData, useDiscretion } from '../../components/discretion.tsx'
import { Points } from '../../components/facts.tsx'
import type { IconName } from '../../components/icon.tsx'
import { AskingRegister } from '../../components/illustrations.tsx'
import { Screen } from '../../components/screen.tsx'
import { AnswerCard } from '../../components/touch-button.tsx'
import { useTie } from '../../i18n/kinship.ts'
import { sentence, useDay, useText } from '../../i18n/use-text.ts'

/** What each section is about. */
export const sectionIcons: Record<PersonSection, IconName> = {
  ...{ identity: 'person', residence: 'home', citizenship: 'institution', marriage: 'rings', union: 'rings' },
  document: 'card',
}

/** One person of the sheet: who they are, and what else ANPR can be asked. */
export function Member({ screen }: { screen: ScreenOf<'member'> }) {
  const text = useText()
  const day = useDay()
  const tieOf = useTie()
  const { identity, sections, on } = screen
  const { shown, named } = useDiscretion()
  const title = named(screen)
  if (identity === null)
    return (
      <Screen
        kind="wait"
        wait={{ usualS: 5 }}
        title={title}
        lead={text('visura.waiting')}
        figure={<AskingRegister label={text('visura.waiting')} />}
      />
    )
  const { codiceFiscale, born, birthPlace, statoCivile, sex } = identity
  const facts = [
    ['born', [birthPlace, born && day(born)].filter(Boolean).join(', ')],
    ['codiceFiscale', codiceFiscale],
    ['statoCivile', statoCivile && text(`statoCivile.${statoCivile}`, { sex: sex ?? 'N' })],
  ] as const
  return (
    <Screen
      title={title}
      lead={shown(sentence(on === null ? tieOf(screen) : text('member.asOf', { tie: tieOf(screen), day: day(on) })))}
      figure={
        <dl className="facts own-data">
          {facts.map(
            ([name, told]) =>
              told && (
                <div key={name}>
                  <dt>{text(`member.${name}`)}</dt>
                  <dd>{shown(told)}</dd>
                </div>
              ),
          )}
        </dl>
      }
      {...(screen.certificate && {
        main: { label: text('member.certificate'), onPress: () => answer({ type: 'certificateFor' }) },
      })}
    >
      <HideData />
      {sections.map((section) => (
        <AnswerCard
          key={section}
          icon={sectionIcons[section]}
          title={text(`member.${section}`)}
          onPress={() => answer({ type: 'openSection', section })}
        />
      ))}
      {on === null ? (
        <AnswerCard
          icon="calendar"
          title={text('member.otherDay')}
          line={text('member.otherDay.line')}
          onPress={() => answer({ type: 'otherDay' })}
        />
      ) : (
        <AnswerCard icon="calendar" title={text('member.today')} onPress={() => answer({ type: 'dataOfToday' })} />
      )}
    </Screen>
  )
}

export function MemberUnavailable({ screen }: { screen: ScreenOf<'member-unavailable'> }) {
  const text = useText()
  const day = useDay()
  const { named } = useDiscretion()
  return (
    <Screen
      tone="warning"
      emblem="clock"
      title={text(screen.on === null ? 'memberUnavailable.title' : 'memberUnavailable.day.title')}
      lead={named(screen)}
      figure={
        <Points
          points={[
            {
              icon: 'info',
              title: text('memberUnavailable.why'),
              line:
                screen.on === null
                  ? text('memberUnavailable.later')
                  : text('memberUnavailable.day', { day: day(screen.on) }),
            },
          ]}
        />
      }
    />
  )
}
