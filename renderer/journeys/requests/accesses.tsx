import { useState } from 'react'
import type { ScreenOf } from '../../../contract/journeys/index.ts'
import { Points } from '../../components/facts.tsx'
import { Icon, type IconName } from '../../components/icon.tsx'
import { AskingRegister } from '../../components/illustrations.tsx'
import { Screen } from '../../components/screen.tsx'
import { sentence, useCertificateName, useDate, useText } from '../../i18n/use-text.ts'

type Access = NonNullable<ScreenOf<'accesses'>['accesses']>[number]

/** Visits on one screen; the main button goes on to the older ones, and after the last to the newest. */
const A_SCREEN = 3

const ICON: Record<Access['by'], IconName> = {
  ...{ self: 'person', relative: 'family', stranger: 'alert', office: 'institution' },
  ...{ operator: 'counter', operatorRelative: 'counter' },
}

/** Who looked at the holder's data, when, where and what for: the gateway's own log in a citizen's words. */
export function Accesses({ screen: { accesses } }: { screen: ScreenOf<'accesses'> }) {
  const text = useText()
  const date = useDate()
  const name = useCertificateName()
  const [first, setFirst] = useState(0)
  if (accesses === null)
    return (
      <Screen
        kind="wait"
        wait={{ usualS: 5 }}
        title={text('accesses.title')}
        lead={text('accesses.waiting')}
        figure={<AskingRegister label={text('accesses.waiting')} />}
      />
    )
  const end = first + A_SCREEN
  const turn = () => setFirst(end < accesses.length ? end : 0)
  const what = ({ looked: [most], types }: Access): string =>
    most === undefined ? text('accesses.nothing') : types.length > 0 ? name(types) : text(`accesses.${most}`)
  const who = ({ by, operator }: Access): string =>
    by === 'operator' || by === 'operatorRelative'
      ? text(`accesses.by.${by}`, { operator: operator ?? '' })
      : text(`accesses.by.${by}`)
  const place = ({ office, here, uses }: Access): string => {
    const use = uses.map((each) => text(`purpose.${each}`)).join(', ')
    return here ? text('request.here') : use === '' ? office : text('accesses.use', { office, use })
  }
  return (
    <Screen
      title={text('accesses.title')}
      lead={text('accesses.lead')}
      figure={
        <ul className="sheets">
          {accesses.slice(first, end).map((access) => (
            <li
              key={`${access.at} ${access.by} ${access.office}`}
              className={`sheet ${access.by === 'stranger' ? 'unlucky' : ''}`}
            >
              <Icon name={ICON[access.by]} />
              <span>
                <strong>{date(access.at)}</strong>
                <span>{sentence(text('accesses.line', { who: who(access), what: what(access) }))}</span>
                <span>{place(access)}</span>
              </span>
            </li>
          ))}
        </ul>
      }
      {...(accesses.length > A_SCREEN && {
        main: { label: text(end < accesses.length ? 'list.older' : 'list.newest'), onPress: turn },
      })}
    />
  )
}

export function AccessesUnavailable() {
  const text = useText()
  return (
    <Screen
      tone="warning"
      emblem="clock"
      title={text('accessesUnavailable.title')}
      lead={text('accessesUnavailable.lead')}
      figure={
        <Points
          points={[
            { icon: 'home', title: text('accessesUnavailable.later.title'), line: text('accessesUnavailable.later') },
          ]}
        />
      }
    />
  )
}
