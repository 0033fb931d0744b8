import { Link } from '@tanstack/react-router'
import { conditionIds, conditions } from '../../contract/console/conditions.ts'
import { runbooks } from '../../contract/console/runbooks.ts'

/** What to do about each condition, to be read before it happens, and printed. */
export function RunbooksScreen() {
  return (
    <section className="page" aria-labelledby="runbooks-title">
      <div className="bar">
        <Link to="/allarmi">Allarmi</Link>
        <h1 id="runbooks-title">Procedure</h1>
      </div>
      <ul className="index">
        {conditionIds.map((id) => (
          <li key={id}>
            <a href={`#${id}`}>{conditions[id].name}</a>
          </li>
        ))}
      </ul>
      {conditionIds.map((id) => (
        <section key={id} id={id} aria-labelledby={`${id}-title`}>
          <h2 id={`${id}-title`}>{conditions[id].name}</h2>
          <p>{runbooks[id].means}</p>
          <ol>
            {runbooks[id].steps.map((step) => (
              <li key={step}>{step}</li>
            ))}
          </ol>
          <p className="quiet">Finisce: {runbooks[id].over}</p>
        </section>
      ))}
    </section>
  )
}
