import { useQuery } from '@tanstack/react-query'
import { Button } from 'react-aria-components'
import { ask } from '../ask.ts'
import { Ago } from '../parts/ago.tsx'
import { useDeed } from '../parts/deed.ts'
import { Head } from '../parts/head.tsx'
import { Loading, Problem } from '../parts/notice.tsx'

/** One's own sessions, each to be ended from here: a browser that was left open elsewhere. */
export function SessionsScreen() {
  const list = useQuery({ queryKey: ['sessions'], queryFn: () => ask('sessions') })
  const { problem, act } = useDeed(list.refetch)
  if (list.isPending) return <Loading />
  return (
    <section className="page" aria-labelledby="sessions-title">
      <h1 id="sessions-title">Le mie sessioni</h1>
      <Problem of={problem ?? list.error} />
      <table className="small">
        <Head of={['Iniziata', 'Usata', { unseen: 'Azione' }]} />
        <tbody>
          {list.data?.sessions.map(({ session, beganAt, seenAt, isThis }) => (
            <tr key={session}>
              <td>
                <Ago at={beganAt} />
              </td>
              <td>
                <Ago at={seenAt} />
              </td>
              <td>
                {isThis ? (
                  'questa'
                ) : (
                  <Button onPress={() => act(ask('endSession', { body: { session } }))}>Chiudi</Button>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
