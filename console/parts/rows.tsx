import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Button } from 'react-aria-components'
import { ask } from '../ask.ts'
import { onDay, ROW_STATES } from '../words.ts'

/** To its author the rows, to who validates the first twenty; persons are masked for both. */
export function RowsOf({ request, state }: { request: string; state: string }) {
  const [after, setAfter] = useState(0)
  const page = useQuery({
    queryKey: ['rows', request, after, state],
    queryFn: () => ask('bulkRows', { params: { request }, query: { after } }),
  })
  const rows = page.data?.rows ?? []
  if (rows.length === 0) return null
  return (
    <>
      <table className="small" aria-label="Righe">
        <thead>
          <tr>
            <th scope="col" className="number">
              Riga
            </th>
            <th scope="col">Riferimento</th>
            <th scope="col">Persona</th>
            <th scope="col">Al giorno</th>
            <th scope="col">Esito</th>
            <th scope="col">ANPR</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.n}>
              <td className="number">{row.n}</td>
              <td>{row.reference}</td>
              <td className="id">{row.key}</td>
              <td>{row.day === '' ? '' : onDay(row.day)}</td>
              <td>
                {ROW_STATES[row.state]}
                {row.doubleOf !== null && <> della riga {row.doubleOf}</>}{' '}
                {row.code !== null && <span className="id">{row.code}</span>}
                {row.message !== null && <div className="quiet">{row.message}</div>}
              </td>
              <td className="id">{[row.operation, row.govway].filter(Boolean).join(' · ')}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="line">
        {after > 0 && <Button onPress={() => setAfter(0)}>Dall’inizio</Button>}
        {page.data?.more && <Button onPress={() => setAfter(rows.at(-1)?.n ?? 0)}>Righe seguenti</Button>}
      </p>
    </>
  )
}
