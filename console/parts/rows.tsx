import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Button } from 'react-aria-components'
import { ask } from '../ask.ts'
import { onDay, ROW_STATES } from '../words.ts'
import { Head } from './head.tsx'
import { Problem } from './notice.tsx'

/** To its author the rows, to who validates the first twenty; persons are masked for both. */
export function RowsOf({ request, state, isOwn }: { request: string; state: string; isOwn: boolean }) {
  const [after, setAfter] = useState(0)
  const page = useQuery({
    queryKey: ['rows', request, after, state],
    queryFn: () => ask('bulkRows', { params: { request }, query: { after } }),
  })
  const rows = page.data?.rows ?? []
  if (rows.length === 0) return <Problem of={page.error} />
  return (
    <>
      <Problem of={page.error} />
      <table className="small" aria-label="Righe">
        <Head of={[{ number: 'Riga' }, 'Riferimento', 'Persona', 'Al giorno', 'Esito', 'ANPR']} />
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
                {/^EN\d/.test(row.code ?? '') && <span className="id">{row.code}</span>}
                {row.message !== null && <div className="quiet">{row.message}</div>}
              </td>
              <td className="id">{[row.operation, row.govway].filter(Boolean).join(' · ')}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {!isOwn && (
        <p className="quiet">Le prime 20 righe al massimo, con le persone coperte: le altre le vede solo chi chiede.</p>
      )}
      <p className="line">
        {after > 0 && <Button onPress={() => setAfter(0)}>Dall’inizio</Button>}
        {page.data?.more && <Button onPress={() => setAfter(rows.at(-1)?.n ?? 0)}>Righe seguenti</Button>}
      </p>
    </>
  )
}
