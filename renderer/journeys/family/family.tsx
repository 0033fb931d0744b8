import { useState } from 'react'
import type { ScreenOf } from '../../../contract/journeys/index.ts'
import { answer } from '../../bridge.ts'
import { HideData, useDiscretion } from '../../components/discretion.tsx'
import { Points } from '../../components/facts.tsx'
import { Icon } from '../../components/icon.tsx'
import { Screen } from '../../components/screen.tsx'
import { AnswerCard } from '../../components/touch-button.tsx'
import { useTie } from '../../i18n/kinship.ts'
import { fullName, sentence, useText } from '../../i18n/use-text.ts'

type Member = ScreenOf<'family'>['members'][number]

/** People on one screen; the fifth answer goes on. */
const A_SCREEN = 4

/** The sheet: name, year of birth and what each is to the holder, and no more until somebody is touched. */
export function Family({ screen: { members } }: { screen: ScreenOf<'family'> }) {
  const text = useText()
  const tieOf = useTie()
  const { shown, named } = useDiscretion()
  const [first, setFirst] = useState(0)
  const [deceased, setDeceased] = useState(false)
  const all = members.filter((member) => member.deceased === deceased)
  const dead = members.filter((member) => member.deceased).length
  const room = dead > 0 ? A_SCREEN - 1 : A_SCREEN
  const end = first + room
  const line = (member: Member) => {
    const tie = tieOf(member)
    return shown(
      sentence(member.yearOfBirth === null ? tie : text('family.line', { tie, year: String(member.yearOfBirth) })),
    )
  }
  return (
    <Screen title={text(deceased ? 'family.deceased.title' : 'family.title')} lead={text('family.lead')}>
      <HideData />
      {all.slice(first, end).map((member) =>
        member.index === null ? (
          <p key={`${fullName(member)} ${member.yearOfBirth}`} className="sheet">
            <Icon name="person" />
            <span>
              <strong>{named(member)}</strong>
              <span>{line(member)}</span>
            </span>
          </p>
        ) : (
          <AnswerCard
            key={member.index}
            icon="person"
            title={named(member)}
            line={line(member)}
            onPress={() => answer({ type: 'chooseMember', index: member.index ?? 0 })}
          />
        ),
      )}
      {all.length > room && (
        <AnswerCard
          icon="family"
          title={text('person.more')}
          line={text('person.more.line', { count: all.length - Math.min(room, all.length - first) })}
          onPress={() => setFirst(end < all.length ? end : 0)}
        />
      )}
      {dead > 0 && (
        <AnswerCard
          icon="more"
          title={text(deceased ? 'family.living' : 'family.deceased', { count: dead })}
          onPress={() => {
            setDeceased(!deceased)
            setFirst(0)
          }}
        />
      )}
    </Screen>
  )
}

export function FamilyUnavailable() {
  const text = useText()
  return (
    <Screen
      tone="warning"
      emblem="family"
      title={text('familyUnavailable.title')}
      lead={text('familyUnavailable.lead')}
      figure={
        <Points
          points={[
            {
              icon: 'institution',
              title: text('familyUnavailable.later.title'),
              line: text('familyUnavailable.later'),
            },
          ]}
        />
      }
    />
  )
}
