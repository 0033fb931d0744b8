import { useQuery } from '@tanstack/react-query'
import { useRouter, useRouterState } from '@tanstack/react-router'
import { useState } from 'react'
import { Button } from 'react-aria-components'
import type { ViewedScreen } from '../../contract/console/views.ts'
import { ask } from '../ask.ts'
import { queries } from '../queries.ts'
import { Problem } from './notice.tsx'

/** The views of a screen that somebody has named: chosen, kept and dropped. Each is an address, which others can be given. */
export function Views({ screen }: { screen: ViewedScreen }) {
  const router = useRouter()
  const search = useRouterState({ select: ({ location }) => location.searchStr.replace(/^\?/, '') })
  const [name, setName] = useState('')
  const [problem, setProblem] = useState<unknown>(null)
  const list = useQuery({ queryKey: ['views'], queryFn: () => ask('views'), staleTime: 60_000 })
  const views = list.data?.views.filter((view) => view.screen === screen) ?? []
  const now = views.find((view) => view.search === search)
  const does = (work: Promise<unknown>) =>
    work.then(() => {
      setName('')
      setProblem(null)
      return queries.invalidateQueries({ queryKey: ['views'] })
    }, setProblem)
  return (
    <details className="views">
      <summary>Viste salvate{now && `: ${now.name}`}</summary>
      <ul className="links">
        {views.map((view) => (
          <li key={view.name}>
            <a
              href={`${screen}?${view.search}`}
              aria-current={view === now ? 'page' : undefined}
              onClick={(event) => {
                if (event.ctrlKey || event.metaKey) return
                event.preventDefault()
                router.history.push(`${screen}?${view.search}`)
              }}
            >
              {view.name}
            </a>{' '}
            <Button
              className="plain-button"
              aria-label={`Elimina la vista ${view.name}`}
              onPress={() => void does(ask('dropView', { body: { screen, name: view.name } }))}
            >
              ✕
            </Button>
          </li>
        ))}
      </ul>
      <form
        className="links"
        onSubmit={(event) => {
          event.preventDefault()
          if (name.trim() !== '') void does(ask('saveView', { body: { screen, name: name.trim(), search } }))
        }}
      >
        <label>
          Nome di questa vista <input value={name} maxLength={60} onChange={({ target }) => setName(target.value)} />
        </label>
        <Button type="submit" isDisabled={name.trim() === ''}>
          Salva
        </Button>
      </form>
      <Problem of={problem} />
    </details>
  )
}
