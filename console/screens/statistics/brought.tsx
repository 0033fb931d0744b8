import { useState } from 'react'
import { Button, Form } from 'react-aria-components'
import type { BroughtAnswer } from '../../../contract/console/statistics.ts'
import { ask } from '../../ask.ts'
import { Problem } from '../../parts/notice.tsx'
import { useMe } from '../../parts/who.ts'
import { queries } from '../../queries.ts'
import { many } from '../../words.ts'

const FAULTS: Record<BroughtAnswer['faults'][number]['kind'], string> = {
  columns: 'servono le colonne giorno (o mese), ufficio, prodotto, canale e n, ciascuna una volta',
  empty: 'dopo l’intestazione non c’è nulla',
  day: 'il giorno non esiste, o deve ancora venire',
  product: 'il prodotto è una parola in minuscolo, come cie o certificato-8',
  channel: 'il canale è totem, sportello, massiva o portale, e il nome dell’ufficio è breve e senza barre',
  count: 'il numero è intero e non negativo; forse un foglio di calcolo l’ha cambiato',
  twice: 'questo giorno, ufficio, prodotto e canale c’è già',
}

/** A comune brings what it has counted at its own desks, as a file. */
export function Brought() {
  const comuni = useMe().grants.flatMap(({ role, scope }) =>
    role === 'TOP' && scope.kind === 'ente' ? [scope.ente] : [],
  )
  const [source, setSource] = useState('')
  const [of, setOf] = useState('')
  const [file, setFile] = useState<File | null>(null)
  const [answer, setAnswer] = useState<BroughtAnswer | null>(null)
  const [problem, setProblem] = useState<unknown>(null)
  const [comune] = comuni
  if (comune === undefined) return null

  async function bring() {
    setAnswer(null)
    setProblem(null)
    const csv = (await file?.text()) ?? ''
    await ask('bringFigures', { body: { comune: comune ?? '', source, of, csv } }).then(setAnswer, setProblem)
    await Promise.all(['cie', 'products', 'offices'].map((key) => queries.invalidateQueries({ queryKey: [key] })))
  }
  return (
    <>
      <h2>Porta i conteggi del comune</h2>
      <p className="quiet">
        Un file CSV con le colonne giorno (o mese), ufficio, prodotto, canale, n. Solo numeri, nessuna persona. Quel che
        porta di nuovo prende il posto di prima; fonte e data stanno accanto a ogni tabella.
      </p>
      <Form
        className="line"
        onSubmit={(event) => {
          event.preventDefault()
          void bring()
        }}
      >
        <label>
          File
          <input
            type="file"
            accept=".csv,text/csv"
            required
            onChange={({ target }) => setFile(target.files?.[0] ?? null)}
          />
        </label>
        <label className="grows">
          Fonte
          <input required maxLength={80} value={source} onChange={({ target }) => setSource(target.value)} />
        </label>
        <label>
          Dati al
          <input type="date" required value={of} onChange={({ target }) => setOf(target.value)} />
        </label>
        <Button type="submit">Porta</Button>
      </Form>
      <Problem of={problem} />
      {answer && answer.faults.length === 0 && (
        <p className="notice good" role="status">
          {many(answer.rows, 'riga presa', 'righe prese')}.
        </p>
      )}
      {answer && answer.faults.length > 0 && (
        <div className="notice" role="alert">
          Nulla è stato preso:
          <ul>
            {answer.faults.map(({ line, kind }) => (
              <li key={line}>
                riga {line}: {FAULTS[kind]}
              </li>
            ))}
          </ul>
        </div>
      )}
    </>
  )
}
