import { logInUrl, Refused } from '../ask.ts'
import { fieldSaid, PROBLEMS } from '../words.ts'

/** What went wrong, in words, and what to do now. */
export function Problem({ of }: { of: unknown }) {
  if (!of) return null
  const kind = of instanceof Refused ? of.kind : 'no-answer'
  const isOfField = ['malformed', 'inconsistent', 'not-found', 'conflict', 'over-quota'].includes(kind)
  const field = of instanceof Refused && isOfField && of.field !== null ? fieldSaid(of.field) : null
  return (
    <p className="notice" role="alert">
      {PROBLEMS[kind]}
      {field !== null && ` Si tratta di: ${field}.`}
      {kind === 'log-in-again' && (
        <>
          {' '}
          <a href={logInUrl(true)}>Accedi di nuovo</a>
        </>
      )}
    </p>
  )
}

/** For the first moments nothing: a skeleton that flashes says less than a still page. */
export const Loading = () => (
  <p className="loading" role="status">
    Caricamento…
  </p>
)
