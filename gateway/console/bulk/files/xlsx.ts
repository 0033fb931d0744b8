import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { cellsOf, namesOf, type ResultRow } from './results.ts'

/** What 50,000 rows take, with room: the whole process had 0.56 GB at most. */
const HEAP_MB = 1_024
const BATCH = 1_000

/** The results as a workbook of one sheet; for PART_ROWS rows at most. */
export async function xlsxOf(rows: AsyncIterable<ResultRow>, ways: readonly string[]): Promise<Uint8Array> {
  const worker = new Worker(new URL('./xlsx-worker.ts', import.meta.url), {
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
  })
  const answer = once(worker, 'message') as Promise<[Uint8Array]>
  // Heard below: a thread that ends first must not end the gateway.
  answer.catch(() => undefined)
  try {
    let batch = [namesOf(ways)]
    for await (const row of rows) {
      batch.push(cellsOf(row, ways))
      if (batch.length < BATCH) continue
      worker.postMessage(batch)
      batch = []
    }
    worker.postMessage(batch)
    worker.postMessage('end')
    const [file] = await answer
    return file
  } finally {
    await worker.terminate()
  }
}
