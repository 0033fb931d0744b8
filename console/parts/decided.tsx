import { useState } from 'react'
import { Button } from 'react-aria-components'
import type { Answer } from '../../contract/console/api.ts'
import { actorSaid, italianToday, onDay } from '../words.ts'
import { NoteField } from './note.tsx'

type Decided = Pick<
  Answer<'profiles'>['profiles'][number],
  'state' | 'dal' | 'al' | 'proposedBy' | 'proposedAt' | 'approvedBy' | 'endedBy' | 'endedWhy' | 'isOwn'
>

/** How something stands that two people of a comune decide. */
export function Stands({ of: { state, dal } }: { of: Decided }) {
  if (state === 'proposed') return <span className="mark warning">◆ attende la seconda persona</span>
  if (state === 'withdrawn') return <span className="mark quiet">⊘ ritirato</span>
  if (state === 'ended') return <span className="mark quiet">○ terminato</span>
  return dal > italianToday() ? (
    <span className="mark quiet">○ dal {onDay(dal)}</span>
  ) : (
    <span className="mark plain">● in vigore</span>
  )
}

/** Who has decided it, and why it was ended. */
export function Deciders({ of }: { of: Decided }) {
  return (
    <>
      {actorSaid(of.proposedBy)}
      {of.approvedBy !== null && <span className="quiet">, approva {actorSaid(of.approvedBy)}</span>}
      {of.endedBy !== null && (
        <span className="quiet">
          , ritira {of.endedBy}: {of.endedWhy}
        </span>
      )}
    </>
  )
}

/** What a TOP may do with it: approve what another has proposed, and end it with a reason. */
export function Decide({
  of,
  name,
  approve,
  end,
}: {
  of: Decided
  /** What it is, for who hears the buttons and does not see the row. */
  name: string
  approve(): void
  end(why: string): Promise<unknown>
}) {
  const [isEnding, setEnding] = useState(false)
  if (of.state === 'withdrawn' || of.state === 'ended') return null
  return (
    <>
      {of.state === 'proposed' && !of.isOwn && (
        <Button onPress={approve} aria-label={`Approva: ${name}`}>
          Approva
        </Button>
      )}{' '}
      {isEnding ? (
        <NoteField label={`Perché ritira ${name}`} action="Ritira" write={end} leave={() => setEnding(false)} />
      ) : (
        <Button className="plain-button" onPress={() => setEnding(true)} aria-label={`Ritira: ${name}`}>
          Ritira…
        </Button>
      )}
    </>
  )
}
