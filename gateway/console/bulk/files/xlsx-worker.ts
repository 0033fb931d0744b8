import { parentPort } from 'node:worker_threads'
import writeExcelFile from 'write-excel-file/node'

// A sheet is whole in memory before it is written: in a thread with a bound of its own, which ends with it.

const rows: string[][] = []
parentPort?.on('message', (told: string[][] | 'end') => {
  if (told !== 'end') return void rows.push(...told)
  const [names = [], ...others] = rows
  const bold = names.map((value) => ({ value, type: String, fontWeight: 'bold' as const }))
  // Every cell is text: no code loses its zeros, and nothing is a formula.
  const cells = others.map((row) => row.map((value) => (value === '' ? null : { value, type: String })))
  const columns = names.map((name) => ({ width: Math.max(12, name.length + 2) }))
  void writeExcelFile([bold, ...cells], { sheet: 'Esito', columns, stickyRowsCount: 1 })
    .toBuffer()
    .then((file) => parentPort?.postMessage(file))
})
