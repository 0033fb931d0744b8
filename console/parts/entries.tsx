import { Link } from '@tanstack/react-router'
import { clockOf, type FoundEntry } from '../../contract/console/log.ts'
import { journalText } from '../../contract/journal.ts'
import { type JournalEventId, journalEvents } from '../../contract/journal-events.ts'
import { apart, exactly, shortly } from '../words.ts'
import { Ago } from './ago.tsx'
import { Head } from './head.tsx'
import { SeverityMark } from './marks.tsx'

type Entry = Pick<FoundEntry, 'chain' | 'seq' | 'at' | 'receivedAt' | 'event' | 'severity' | 'fields'> &
  Partial<Pick<FoundEntry, 'totem' | 'hash' | 'office'>>

const sentence = ({ event, fields }: Entry): string =>
  event in journalEvents
    ? journalText({ event: event as JournalEventId, fields }, 'it')
    : `${event} (voce che questa console non conosce)`

/** Entries of sync logs, in words. `withTotem`: of more than one. */
export function Entries({ of, withTotem = false }: { of: readonly Entry[]; withTotem?: boolean }) {
  if (of.length === 0) return <p className="quiet">Nessuna voce.</p>
  return (
    <table className="small log">
      <Head of={['Ricevuta', ...(withTotem ? ['Totem'] : []), 'Gravità', 'Che cosa', 'Voce']} />
      <tbody>
        {of.map((entry) => (
          <tr key={`${entry.totem} ${entry.chain} ${entry.seq} ${entry.hash ?? entry.at}`}>
            <td>
              <Ago at={entry.receivedAt} />
              <TotemClock of={entry} />
            </td>
            {withTotem && entry.totem && (
              <td>
                <Link to="/flotta/$totem" params={{ totem: entry.totem }} search={{}} className="id">
                  {entry.totem}
                </Link>{' '}
                <span className="quiet">{entry.office}</span>
              </td>
            )}
            <td>
              <SeverityMark severity={entry.severity} />
            </td>
            <td>{sentence(entry)}</td>
            <td className="id quiet">
              {entry.event} {entry.seq}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

/** The totem's own time, where it is another than the gateway's. */
function TotemClock({ of: { at, receivedAt } }: { of: Entry }) {
  const clock = clockOf({ at, receivedAt })
  if (clock === 'agrees') return null
  const own = (
    <time dateTime={at} title={exactly(at)}>
      {shortly(at)}
    </time>
  )
  if (clock === 'late') return <span className="quiet below">scritta {own}</span>
  return (
    <span className="below">
      <span className="mark warning">▲ orologio del totem {clock === 'ahead' ? 'avanti' : 'indietro'} di </span>
      {apart(at, receivedAt)}: {own}
    </span>
  )
}
