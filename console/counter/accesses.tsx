import { useState } from 'react'
import { Button } from 'react-aria-components'
import type { Answer } from '../../contract/console/api.ts'
import { ask } from '../ask.ts'
import { shortly } from '../words.ts'
import { Paper } from './papers.tsx'
import { said, typesSaid } from './texts.ts'
import type { Refusal } from './told.ts'

type Told = Extract<Answer<'counterAccesses'>, { became: 'shown' }>
type Access = Told['accesses'][number]

/** The person asks who has seen their data: the totem's list, in its words, on the screen and on a sheet to take along. */
export function Accesses({
  visit,
  onRefused,
  onProblem,
}: {
  visit: string
  onRefused(problem: Refusal): void
  onProblem(reason: unknown): void
}) {
  const [told, setTold] = useState<Told | null>(null)
  async function look() {
    onProblem(null)
    try {
      const answer = await ask('counterAccesses', { body: { visit } })
      if (answer.became === 'shown') setTold(answer)
      else onRefused(answer.problem)
    } catch (reason) {
      onProblem(reason)
    }
  }
  if (told === null)
    return (
      <p className="line">
        <Button onPress={() => void look()}>{said('accesses.title')}</Button>
      </p>
    )
  return (
    <>
      <p className="line">
        <Button onPress={() => window.print()}>Stampa l’elenco</Button>
        <Button className="plain-button" onPress={() => setTold(null)}>
          Chiudi l’elenco
        </Button>
      </p>
      <Paper name={said('accesses.title')}>
        <h2>{said('accesses.title')}</h2>
        <p>{said('accesses.lead')}</p>
        <table className="small">
          <thead>
            <tr>
              <th scope="col">Quando</th>
              <th scope="col">Chi e che cosa</th>
              <th scope="col">Dove e per chi</th>
            </tr>
          </thead>
          <tbody>
            {told.accesses.map((access) => (
              <tr key={`${access.at} ${access.machine} ${access.by}`}>
                <td>{shortly(access.at)}</td>
                <td>{lineOf(access)}</td>
                <td>{placeOf(access)}</td>
              </tr>
            ))}
          </tbody>
        </table>
        {told.more && <p>Gli accessi meno recenti non sono in questo elenco.</p>}
      </Paper>
    </>
  )
}

const filled = (text: string, values: Record<string, string>) =>
  text.replace(/\{(\w+)\}/g, (_, key: string) => values[key] ?? '')

function lineOf({ by, operator, looked: [most], types }: Access): string {
  const who = filled(said(`accesses.by.${by}`), { operator: operator ?? '' })
  const what =
    most === undefined ? said('accesses.nothing') : types.length > 0 ? typesSaid(types) : said(`accesses.${most}`)
  const line = filled(said('accesses.line'), { who, what })
  return line.charAt(0).toUpperCase() + line.slice(1)
}

function placeOf({ office, machine, uses }: Access): string {
  const place = office ?? `Totem ${machine}`
  const use = uses.map((each) => said(`purpose.${each}`)).join(', ')
  return use === '' ? place : filled(said('accesses.use'), { office: place, use })
}
