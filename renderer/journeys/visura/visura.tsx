import type { ScreenOf } from '../../../contract/journeys/index.ts'
import { answer } from '../../bridge.ts'
import { HideData, useDiscretion } from '../../components/discretion.tsx'
import { Points } from '../../components/facts.tsx'
import { AskingRegister } from '../../components/illustrations.tsx'
import { Screen } from '../../components/screen.tsx'
import { AnswerCard } from '../../components/touch-button.tsx'
import { useDay, useText } from '../../i18n/use-text.ts'

type Person = NonNullable<ScreenOf<'visura'>['person']>

export function Visura({ screen: { person } }: { screen: ScreenOf<'visura'> }) {
  const text = useText()
  if (person === null)
    return (
      <Screen
        kind="wait"
        wait={{ usualS: 5 }}
        title={text('visura.title')}
        lead={text('visura.waiting')}
        figure={<AskingRegister label={text('visura.waiting')} />}
      />
    )
  return (
    <Screen
      title={text('visura.title')}
      lead={text('visura.lead')}
      figure={<OwnData person={person} />}
      main={{ label: text('visura.print'), icon: 'printer', onPress: () => answer({ type: 'printVisura' }) }}
    >
      <HideData />
      {MORE.map(([service, icon]) => (
        <AnswerCard
          key={service}
          icon={icon}
          title={text(`visura.${service}`)}
          onPress={() => answer({ type: 'chooseService', service })}
        />
      ))}
    </Screen>
  )
}

/** What else is known of the person. */
const MORE = [
  ['family', 'family'],
  ['requests', 'clock'],
  ['accesses', 'info'],
] as const

/** Facts of a word or two: two of them share a row. */
const SIDE_BY_SIDE: readonly string[] = ['citizenship', 'statoCivile']

/** A fact that ANPR has not told has no line. */
function OwnData({ person }: { person: Person }) {
  const text = useText()
  const day = useDay()
  const { shown } = useDiscretion()
  const { codiceFiscale, sex, born, birthPlace, residence, citizenships, statoCivile } = person
  const facts = [
    ['name', `${person.surname} ${person.name}`.trim()],
    ['codiceFiscale', codiceFiscale],
    ['born', [birthPlace, born && day(born)].filter(Boolean).join(', ')],
    ['residence', residence && [residence.address, residence.comune].filter(Boolean).join(', ')],
    ['citizenship', citizenships?.join(', ')],
    ['statoCivile', statoCivile && text(`statoCivile.${statoCivile}`, { sex: sex ?? 'N' })],
  ] as const
  return (
    <dl className="facts own-data">
      {facts.map(
        ([name, told]) =>
          told && (
            <div key={name} className={SIDE_BY_SIDE.includes(name) ? 'half' : ''}>
              <dt>{text(`visura.${name}`)}</dt>
              <dd>{shown(told)}</dd>
            </div>
          ),
      )}
    </dl>
  )
}

/** Without the line there is nothing to show, since the totem keeps no copy of anybody's data. */
export function VisuraUnavailable() {
  const text = useText()
  return (
    <Screen
      tone="warning"
      emblem="clock"
      title={text('visuraUnavailable.title')}
      lead={text('visuraUnavailable.lead')}
      figure={
        <Points
          points={[
            {
              icon: 'support',
              title: text('visuraUnavailable.safe.title'),
              line: text('visuraUnavailable.safe'),
              tone: 'success',
            },
            { icon: 'info', title: text('visuraUnavailable.instead.title'), line: text('visuraUnavailable.instead') },
          ]}
        />
      }
    >
      <AnswerCard
        icon="pen"
        title={text('visuraUnavailable.declaration')}
        onPress={() => answer({ type: 'chooseService', service: 'declaration' })}
      />
    </Screen>
  )
}
