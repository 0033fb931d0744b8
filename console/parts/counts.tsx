import type { Answer } from '../../contract/console/api.ts'
import { counted, ROW_STATES } from '../words.ts'

/** How many rows of a request stand how. */
export function Counts({ of: { counts, rows } }: { of: Pick<Answer<'bulkRequest'>, 'counts' | 'rows'> }) {
  if (rows === 0) return null
  return (
    <p className="line" role="status">
      {(Object.entries(counts) as [keyof typeof ROW_STATES, number][]).map(([state, count]) => (
        <span key={state} className="chip">
          {ROW_STATES[state]} <strong>{counted(count)}</strong>
        </span>
      ))}
      <span className="quiet">in tutto {counted(rows)}</span>
    </p>
  )
}
