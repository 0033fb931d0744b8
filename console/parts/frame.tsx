import { useQuery } from '@tanstack/react-query'
import { Link, Navigate, Outlet, useNavigate, useRouterState } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { Button, Dialog, Heading, Modal, ModalOverlay } from 'react-aria-components'
import type { Action } from '../../contract/console/people.ts'
import { ask, logInUrl, Refused } from '../ask.ts'
import { queries } from '../queries.ts'
import { chosenTheme, themes, wearTheme } from '../theme/choice.ts'
import { LOG_IN_FAILED, ROLES, SCREENS, scopeSaid } from '../words.ts'
import { Loading, Problem } from './notice.tsx'
import { MeContext } from './who.ts'

/** The keys that do something for whoever may do this. */
const keysOf = (may: readonly Action[]): readonly (readonly [key: string, what: string])[] => [
  ['/', 'cerca'],
  ...SCREENS.filter(({ action }) => may.includes(action)).map(({ key, name }) => [`g ${key}`, name] as const),
  ['↑ ↓', 'righe della tabella'],
  ['Invio', 'apre la riga'],
  ['Esc', 'chiude, o torna indietro'],
  ...(may.includes('counter.serve') ? [['F9', 'blocca lo sportello'] as const] : []),
  ['?', 'questo elenco'],
]

/** True where a key is a letter of somebody's text. */
const types = (target: EventTarget | null) =>
  target instanceof HTMLElement && (/^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) || target.isContentEditable)

/** What every screen stands in: who is here, where one can go, and the keys. */
export function Frame() {
  const me = useQuery({ queryKey: ['me'], queryFn: () => ask('me'), refetchInterval: 60_000 })
  const [isHelp, setHelp] = useState(false)
  const [theme, setTheme] = useState(chosenTheme())
  const navigate = useNavigate()
  const path = useRouterState({ select: ({ location }) => location.pathname })

  const known = me.data?.may
  useEffect(() => {
    let went = 0
    const onKey = (event: KeyboardEvent) => {
      if (types(event.target) || event.ctrlKey || event.metaKey || event.altKey) return
      if (event.key === '?') setHelp(true)
      else if (event.key === '/') {
        event.preventDefault()
        document.querySelector<HTMLElement>('[type=search]')?.focus()
      } else if (event.key === 'g') went = event.timeStamp
      else if (event.timeStamp - went < 1_500) {
        went = 0
        const screen = SCREENS.find(({ key, action }) => key === event.key && known?.includes(action))
        if (screen) void navigate({ to: screen.to })
      }
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [navigate, known])

  if (me.isPending) return <Loading />
  if (me.error instanceof Refused && me.error.kind === 'signed-out') return <LogIn />
  if (!me.data) return <Problem of={me.error} />
  const { name, grants, may } = me.data
  // Who comes by an address of another's screen is led to the first of their own.
  const here = SCREENS.find(({ to }) => path.startsWith(to))
  const isOther = here !== undefined && !may.includes(here.action)
  const first = SCREENS.find(({ action }) => may.includes(action))

  async function leave() {
    await ask('leave')
    queries.clear()
    location.assign('/?log-in=left')
  }
  return (
    <MeContext value={me.data}>
      <header className="top">
        <strong className="brand">Totem Polis</strong>
        <span className="who">
          <strong>{name}</strong>{' '}
          <span className="quiet">
            {grants.map(({ role, scope, scopeName }) => `${ROLES[role]}, ${scopeName ?? scopeSaid(scope)}`).join(' · ')}
          </span>
        </span>
        <Link to="/sessioni" className="tab">
          Sessioni
        </Link>
        <Button
          className="plain-button"
          aria-label={`Colori: ${theme}`}
          onPress={() => {
            const next = themes[(themes.indexOf(theme) + 1) % themes.length] ?? 'auto'
            wearTheme(next)
            setTheme(next)
          }}
        >
          Colori: {theme}
        </Button>
        <Button className="plain-button" aria-label="Tasti" onPress={() => setHelp(true)}>
          ?
        </Button>
        <Button className="plain-button" onPress={leave}>
          Esci
        </Button>
        <nav aria-label="Schermate">
          {SCREENS.filter(({ action }) => may.includes(action)).map(({ to, name: title }) => (
            <Link key={to} to={to} className="tab" aria-current={path.startsWith(to) ? 'page' : undefined}>
              {title}
            </Link>
          ))}
        </nav>
      </header>
      <main>
        {may.length === 0 ? (
          <section className="page">
            <h1>Nessun incarico</h1>
            <p>
              Ha effettuato l’accesso come <strong>{name}</strong>, ma nessun incarico è in vigore. Lo chieda a chi
              amministra la piattaforma: comparirà qui da sé.
            </p>
          </section>
        ) : isOther && first ? (
          <Navigate to={first.to} replace />
        ) : (
          <Outlet />
        )}
      </main>
      <ModalOverlay isOpen={isHelp} onOpenChange={setHelp} isDismissable className="veil">
        <Modal className="modal">
          <Dialog>
            <Heading slot="title">Tasti</Heading>
            <dl className="keys">
              {keysOf(may).map(([key, what]) => (
                <div key={key}>
                  <dt>
                    <kbd>{key}</kbd>
                  </dt>
                  <dd>{what}</dd>
                </div>
              ))}
            </dl>
            <Button slot="close">Chiudi</Button>
          </Dialog>
        </Modal>
      </ModalOverlay>
    </MeContext>
  )
}

/** After one has left, the identity provider asks who is there: the next may be somebody else at the same machine. */
function LogIn() {
  const why = new URLSearchParams(location.search).get('log-in')
  const hasLeft = why === 'left'
  return (
    <main className="log-in">
      <h1>Totem Polis</h1>
      <p>
        {hasLeft
          ? 'È uscito dalla console.'
          : 'La console di chi segue i totem e di chi decide sui dati dell’Anagrafe.'}
      </p>
      {why !== null && !hasLeft && (
        <p className="notice" role="alert">
          {LOG_IN_FAILED[why] ?? LOG_IN_FAILED.again}
        </p>
      )}
      <p>
        <a className="button" href={why === null ? logInUrl() : `/console/log-in?to=/${hasLeft ? '&fresh=1' : ''}`}>
          Accedi con l’account aziendale
        </a>
      </p>
      <p>
        <a href="/console/card/log-in?to=/sportello">Accedi con la carta dell’operatore, per lo sportello</a>
      </p>
    </main>
  )
}
