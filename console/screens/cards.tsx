import { useQuery } from '@tanstack/react-query'
import { Button } from 'react-aria-components'
import type { Answer } from '../../contract/console/api.ts'
import { ask } from '../ask.ts'
import { useDeed } from '../parts/deed.ts'
import { Head } from '../parts/head.tsx'
import { Loading, Problem } from '../parts/notice.tsx'
import { Sure } from '../parts/sure.tsx'
import { useMay, useMe } from '../parts/who.ts'
import { queries } from '../queries.ts'
import { onDay, shortly } from '../words.ts'

const STATES: Record<Answer<'cards'>['cards'][number]['state'], string> = {
  presented: '◆ attende la seconda persona',
  enrolled: '● registrata',
  revoked: '⊘ revocata',
  ended: '○ scaduta',
}

/** Operators' smart cards: each presented by its person, and approved by another. */
export function CardsScreen() {
  const { person } = useMe()
  const mayDecide = useMay('cards.decide')
  const { problem, act } = useDeed(() => queries.invalidateQueries({ queryKey: ['cards'] }))
  const list = useQuery({ queryKey: ['cards'], queryFn: () => ask('cards') })
  if (list.isPending) return <Loading />
  return (
    <section className="page" aria-labelledby="cards-title">
      <h1 id="cards-title">{mayDecide ? 'Carte degli operatori' : 'La mia carta'}</h1>
      <Problem of={problem ?? list.error} />
      <p className="quiet">
        Una carta si presenta da chi la possiede, con la carta nel lettore:{' '}
        <a href="/console/card/log-in?to=/carte">presenta la mia carta</a>. Conta quando un’altra persona la approva.
      </p>
      <table className="small">
        <Head of={['Stato', 'Operatore n.', 'Di chi', 'Presentata', 'Scade', 'Approvata da', { unseen: 'Azioni' }]} />
        <tbody>
          {list.data?.cards.map((each) => (
            <tr key={each.card}>
              <td>
                <span
                  className={`mark ${each.state === 'presented' ? 'warning' : each.state === 'enrolled' ? 'plain' : 'quiet'}`}
                >
                  {STATES[each.state]}
                </span>
              </td>
              <td className="id">{each.number}</td>
              <td>{each.name ?? '–'}</td>
              <td>{shortly(each.presentedAt)}</td>
              <td>{onDay(each.endsAt)}</td>
              <td>{each.approvedBy ?? '–'}</td>
              <td>
                {mayDecide && each.state === 'presented' && each.person !== person && (
                  <Button onPress={() => act(ask('approveCard', { body: { card: each.card } }))}>Approva</Button>
                )}{' '}
                {mayDecide && (each.state === 'presented' || each.state === 'enrolled') && (
                  <Sure
                    action="Revoca"
                    of={`carta n. ${each.number}`}
                    onSure={() => act(ask('revokeCard', { body: { card: each.card } }))}
                  >
                    Con questa carta non si accede più, da nessuno sportello. Per tornare serve una carta nuova.
                  </Sure>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
