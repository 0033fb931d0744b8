import type { Answer } from '../../contract/console/api.ts'
import { TRIALS, type Trial, verdictOf } from '../../contract/readiness.ts'
import { TRIAL_OUTCOMES, TRIED_BY, VERDICTS } from '../words.ts'
import { Ago } from './ago.tsx'
import { Head } from './head.tsx'

type Sheet = NonNullable<Answer<'totem'>['readiness']>
type Row = Sheet['checks'][number]

/** What the last trial of all a totem's parts has found, as the technician has it on paper: first what is not well. */
export function ReadinessSheet({ sheet }: { sheet: Sheet | null }) {
  return (
    <section aria-labelledby="readiness-title">
      <h2 id="readiness-title">Rapporto di prontezza</h2>
      {sheet === null ? (
        <p className="quiet">
          Nessun rapporto: il totem lo invia quando un tecnico lo consegna o dopo il comando «Prova di funzionamento».
        </p>
      ) : (
        <Found sheet={sheet} />
      )}
    </section>
  )
}

function Found({ sheet: { at, by, grant, version, checks } }: { sheet: Sheet }) {
  const { shape, tone, said } = VERDICTS[verdictOf(checks)]
  const bad = checks.filter(({ outcome }) => outcome !== 'ok')
  return (
    <>
      <p>
        <span className={`mark ${tone}`}>
          <span aria-hidden="true">{shape}</span> {said}
        </span>{' '}
        <span className="quiet">
          · {TRIED_BY[by]}
          {grant !== null && `, permesso n. ${grant}`}, <Ago at={at} />, versione {version}
        </span>
      </p>
      {bad.length > 0 && <Rows name="Da guardare" of={bad} />}
      <details>
        <summary>Tutte le {checks.length} prove</summary>
        <Rows name="Tutte le prove" of={checks} />
      </details>
    </>
  )
}

const Rows = ({ name, of }: { name: string; of: readonly Row[] }) => (
  <table className="small" aria-label={name}>
    <Head of={['Prova', 'Esito', 'Dettaglio']} />
    <tbody>
      {of.map(({ key, outcome, detail }) => (
        <tr key={key}>
          <th scope="row">{trialSaid(key)}</th>
          <td>
            <span className={`mark ${TRIAL_OUTCOMES[outcome].tone}`}>
              <span aria-hidden="true">{TRIAL_OUTCOMES[outcome].shape}</span> {TRIAL_OUTCOMES[outcome].said}
            </span>
          </td>
          <td>{detail}</td>
        </tr>
      ))}
    </tbody>
  </table>
)

const isKnown = (key: string): key is Trial => Object.hasOwn(TRIALS, key)
/** A later version of the totem may try what this console has no name for. */
export const trialSaid = (key: string): string => (isKnown(key) ? TRIALS[key].it : key)
