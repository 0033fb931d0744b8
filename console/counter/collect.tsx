import { useQuery } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import { Button } from 'react-aria-components'
import { ulid } from 'ulid'
import { ask } from '../ask.ts'
import { shortly } from '../words.ts'
import { typesSaid } from './texts.ts'
import type { Issued, Refusal } from './told.ts'

/** What a totem has taken in or issued already for this person. */
export function Collect({
  visit,
  onIssued,
  onRefused,
  onProblem,
}: {
  visit: string
  onIssued(told: Issued): void
  onRefused(problem: Refusal): void
  onProblem(reason: unknown): void
}) {
  const [number, setNumber] = useState('')
  const [issued, setIssued] = useState('')
  // Fixed before anything is asked: who asks again gets the same sheet.
  const sheets = useRef(new Map<string, string>())
  const [isSilent, setSilent] = useState(false)
  const waiting = useQuery({
    queryKey: ['waiting', visit],
    queryFn: () => ask('counterWaiting', { body: { visit } }),
    gcTime: 0,
  })
  const { requests = [] } = waiting.data ?? {}
  if (requests.length === 0) return null
  const digits = number.replace(/\s/g, '')
  const mark = /^\d{14}$/.test(digits) && issued ? { number: digits, issued } : null

  async function collect({ totem, operation, given }: (typeof requests)[number]) {
    const key = `${totem} ${operation}`
    const sheet = sheets.current.get(key) ?? ulid()
    sheets.current.set(key, sheet)
    setSilent(false)
    onProblem(null)
    try {
      const told = await ask('counterCollect', { body: { visit, sheet, totem, operation, mark, reprint: given } })
      if (told.became === 'issued') onIssued(told)
      else if (told.became === 'refused') onRefused(told.problem)
      else setSilent(true)
    } catch (reason) {
      onProblem(reason)
    }
  }
  return (
    <section aria-labelledby="waiting-title">
      <h3 id="waiting-title">Chiesto a un totem</h3>
      {isSilent && (
        <p className="notice" role="alert">
          L’anagrafe nazionale non ha risposto. Il certificato resta emesso: riprovi fra qualche minuto.
        </p>
      )}
      <table className="small">
        <tbody>
          {requests.map((each) => (
            <tr key={`${each.totem} ${each.operation}`}>
              <td>{typesSaid(each.types)}</td>
              <td>{each.office ?? each.totem}</td>
              <td>{shortly(each.receivedAt)}</td>
              <td>
                {each.state === 'pending' ? (
                  <span className="quiet">l’anagrafe nazionale non ha ancora risposto</span>
                ) : (
                  <Button isDisabled={each.state === 'needs-mark' && mark === null} onPress={() => void collect(each)}>
                    {each.given ? 'Ristampa' : 'Consegna'}
                  </Button>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {requests.some(({ state }) => state === 'needs-mark') && (
        <p className="line">
          <label>
            Cifre della marca già usata
            <input
              className="id"
              inputMode="numeric"
              value={number}
              onChange={({ target }) => setNumber(target.value)}
            />
          </label>
          <label>
            Data della marca
            <input type="date" value={issued} onChange={({ target }) => setIssued(target.value)} />
          </label>
        </p>
      )}
    </section>
  )
}
