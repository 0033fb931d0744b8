import type { ScreenOf } from '../../../contract/journeys/index.ts'
import { HideData, useDiscretion } from '../../components/discretion.tsx'
import { Notice } from '../../components/facts.tsx'
import { AskingRegister } from '../../components/illustrations.tsx'
import { Screen } from '../../components/screen.tsx'
import { fullName, useDay, useText } from '../../i18n/use-text.ts'
import { sectionIcons } from './member.tsx'

type Told = NonNullable<ScreenOf<'member-section'>['told']>
type Bond = NonNullable<Told['marriage']>
/** A label and what ANPR says; a fact that it does not say has no line. */
type Fact = { label: string; value: string }

/** Addresses and citizenships that are shown: the paper that tells all is the certificato storico. */
const LISTED = 4

/** One section of what ANPR holds of a person. */
export function MemberSection({ screen }: { screen: ScreenOf<'member-section'> }) {
  const text = useText()
  const day = useDay()
  const facts = useFacts()
  const { section, told, on } = screen
  const { shown, named } = useDiscretion()
  const title = text(`member.${section}`)
  if (told === null)
    return (
      <Screen
        kind="wait"
        wait={{ usualS: 5 }}
        title={title}
        lead={text('visura.waiting')}
        figure={<AskingRegister label={text('visura.waiting')} />}
      />
    )
  const found = facts(told)
  return (
    <Screen
      {...(found.length < 5 && { emblem: sectionIcons[section] })}
      title={title}
      lead={on === null ? named(screen) : text('member.section.asOf', { name: named(screen), day: day(on) })}
      figure={
        found.length > 0 ? (
          <dl className="facts own-data">
            {found.map(({ label, value }) => (
              <div key={`${label} ${value}`}>
                <dt>{label}</dt>
                <dd>{shown(value)}</dd>
              </div>
            ))}
          </dl>
        ) : (
          <Notice tone="info">{text('member.nothing')}</Notice>
        )
      }
    >
      {found.length > 0 && <HideData />}
    </Screen>
  )
}

function useFacts(): (told: Told) => Fact[] {
  const text = useText()
  const day = useDay()
  const since = (from: string | null) =>
    from === null ? text('member.sinceUnknown') : text('member.since', { day: day(from) })
  const known = (facts: (Fact | null)[]): Fact[] => facts.filter((fact) => fact !== null)
  const fact = (label: string, value: string | null | undefined): Fact | null => (value ? { label, value } : null)
  const bond = ({ partner, on, place, act }: Bond) =>
    known([
      fact(text('member.partner'), partner && fullName(partner)),
      fact(text('member.on'), on && day(on)),
      fact(text('member.place'), place),
      fact(
        text('member.act'),
        act &&
          [act.comune, act.number && text('member.actNumber', { number: act.number }), act.year]
            .filter(Boolean)
            .join(', '),
      ),
    ])
  return ({ residence, citizenship, marriage, union, document }) => [
    ...(residence ?? [])
      .slice(0, LISTED)
      .flatMap((one) => known([fact(since(one.since), [one.address, one.comune].filter(Boolean).join(', '))])),
    ...(citizenship ?? []).slice(0, LISTED).map((one) => ({ label: since(one.since), value: one.state })),
    ...(marriage ? bond(marriage) : []),
    ...(union ? bond(union) : []),
    ...(document
      ? known([
          fact(text('member.number'), document.number),
          fact(text('member.kind'), document.kind && text(`member.kind.${document.kind}`)),
          fact(text('member.issued'), document.issued && day(document.issued)),
          fact(text('member.expires'), document.expires && day(document.expires)),
          fact(text('member.cancelled'), document.cancelled && day(document.cancelled)),
          fact(text('member.issuer'), document.issuer),
        ])
      : []),
  ]
}
