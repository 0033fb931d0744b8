import { type ReactNode, useEffect, useRef } from 'react'
import type { ServiceAnswer, ServiceRow, ServiceScreen } from '../../contract/service-screen.ts'
import { enterPin, tellService } from '../bridge.ts'
import { Icon, type IconName } from '../components/icon.tsx'
import { useAnnouncement } from '../components/live-region.tsx'
import { Waiting } from '../components/screen.tsx'
import { TouchButton } from '../components/touch-button.tsx'
import { PinPad } from '../keyboard/pin-pad.tsx'
import { CodePad } from './code-pad.tsx'
import { PadKeys } from './pad-keys.tsx'
import { Targets } from './targets.tsx'
import './service.css'

type Of<K extends ServiceScreen['kind']> = Extract<ServiceScreen, { kind: K }>
type Button = Of<'menu'>['tiles'][number]
type Labelled = Pick<Button, 'id' | 'label'>
/** A button of the row of actions whose press the page itself makes. */
type Main = { label: string; onPress: () => void; disabled?: boolean }

const press = (id: string) => tellService({ type: 'press', id })

/**
 * What a technician sees: for gloves and little time, in the words that main sends. The same frame as a citizen's screens, and
 * a chunk of its own, which no citizen's first picture waits for.
 */
export default function Service({ screen }: { screen: ServiceScreen }) {
  switch (screen.kind) {
    case 'menu':
      return <Menu screen={screen} />
    case 'page':
      return <Found screen={screen} />
    case 'log':
      return <Log screen={screen} />
    case 'pin':
      return (
        <PinPad card="cns" onPin={enterPin}>
          {({ pad, main }) => (
            <Sheet screen={screen} main={main}>
              {pad}
            </Sheet>
          )}
        </PinPad>
      )
    case 'code':
      return (
        <CodePad mistyped={screen.mistyped} onCode={(code) => tellService({ type: 'code', code })}>
          {({ pad, code, confirm }) => (
            <Sheet screen={screen} main={{ label: screen.main.label, onPress: confirm, disabled: code === null }}>
              {pad}
            </Sheet>
          )}
        </CodePad>
      )
    case 'touch':
      return <Targets title={screen.title} lead={screen.lead} back={screen.back} onDone={tellService} onBack={press} />
    case 'keys':
      return (
        <PadKeys keys={screen.keys}>
          {({ list, seen }) => (
            <Sheet
              screen={screen}
              main={screen.main && { label: screen.main.label, onPress: () => tellService(keysSeen(seen)) }}
            >
              {list}
            </Sheet>
          )}
        </PadKeys>
      )
  }
}
const keysSeen = (seen: readonly number[]): ServiceAnswer => ({ type: 'keys', seen: [...seen] })

function Menu({ screen }: { screen: Of<'menu'> }) {
  return (
    <Sheet screen={screen}>
      <ul className="service-tiles">
        {screen.tiles.map(({ id, label, outcome }) => (
          <li key={id}>
            <TouchButton className={`service-tile ${outcome ?? ''}`} onPress={() => press(id)}>
              <span className="service-tile-label">{label}</span>
              {outcome && <Mark outcome={outcome} />}
            </TouchButton>
          </li>
        ))}
      </ul>
    </Sheet>
  )
}

function Found({ screen }: { screen: Of<'page'> }) {
  const { rows, choices, busy, tone } = screen
  return (
    <Sheet screen={screen} tone={tone}>
      {busy && (
        <div className="service-busy">
          <Waiting />
        </div>
      )}
      {rows.length > 0 && (
        <ul className="service-rows">
          {rows.map((row) => (
            <Row key={`${row.label} ${row.detail}`} row={row} />
          ))}
        </ul>
      )}
      {choices.map((choice) => (
        <TouchButton key={choice.id} className="secondary" onPress={() => press(choice.id)}>
          <span>{choice.label}</span>
        </TouchButton>
      ))}
    </Sheet>
  )
}

function Row({ row: { label, detail, outcome } }: { row: ServiceRow }) {
  return (
    <li className={`service-row ${outcome ?? ''}`}>
      {outcome && <Mark outcome={outcome} />}
      <span className="service-row-label">{label}</span>
      <span className="service-row-detail">{detail}</span>
    </li>
  )
}

function Log({ screen }: { screen: Of<'log'> }) {
  const end = useRef<HTMLLIElement>(null)
  // The newest entry is what a technician came for.
  useEffect(() => end.current?.scrollIntoView({ block: 'end' }))
  return (
    <Sheet screen={screen}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys */}
      <ul className="service-log" tabIndex={0}>
        {screen.lines.map((line, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: two entries may say the same
          <li key={at} ref={at === screen.lines.length - 1 ? end : null}>
            {line}
          </li>
        ))}
      </ul>
    </Sheet>
  )
}

const MARKS: Record<NonNullable<ServiceRow['outcome']>, IconName> = {
  ok: 'check',
  attention: 'alert',
  failed: 'close',
  'not-tried': 'more',
  running: 'clock',
}
const Mark = ({ outcome }: { outcome: NonNullable<ServiceRow['outcome']> }) => (
  <span className={`service-mark ${outcome}`}>
    <Icon name={MARKS[outcome]} />
  </span>
)

type Framed = {
  screen: { title: string; lead: string | null; back: Labelled | null } & Partial<
    Record<'aside' | 'main', Labelled | null>
  >
  tone?: Of<'page'>['tone']
  main?: Main | null | undefined
  children: ReactNode
}

/** The frame of each of them: what it is, what was found, and the row of actions where it always is. */
function Sheet({ screen: { title, lead, back, aside, main: named }, tone, main, children }: Framed) {
  useAnnouncement(lead ? `${title}. ${lead}` : title)
  const action = main ?? (named && { label: named.label, onPress: () => press(named.id) })
  return (
    <section className={`screen of-answers service ${tone ?? ''}`} tabIndex={-1}>
      <div className="content">
        <div className="question">
          <h1>{title}</h1>
          {lead && <p className="lead">{lead}</p>}
        </div>
        <div className="answers">{children}</div>
      </div>
      <div className="actions">
        <div className="action-back">{back && <Plain button={back} back />}</div>
        <div className="action-leave">{aside && <Plain button={aside} />}</div>
        <div className="action-main">
          {action && (
            <TouchButton className="primary" onPress={action.onPress} disabled={action.disabled ?? false}>
              <span>{action.label}</span>
              <Icon name="next" />
            </TouchButton>
          )}
        </div>
      </div>
    </section>
  )
}
const Plain = ({ button: { id, label }, back = false }: { button: Labelled; back?: boolean }) => (
  <TouchButton className="secondary" back={back} onPress={() => press(id)}>
    {back && <Icon name="back" />}
    <span>{label}</span>
  </TouchButton>
)
