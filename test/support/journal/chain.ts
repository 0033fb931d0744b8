import { createHash } from 'node:crypto'
import { type JournalEntry, journalHashInput } from '../../../contract/journal.ts'

/** A sound chain of `count` entries of a totem's sync log, going on from `from`. */
export function chainOf(
  totem: string,
  count: number,
  from: { seq: number; hash: string } = { seq: 0, hash: '0'.repeat(64) },
): JournalEntry[] {
  const entries: JournalEntry[] = []
  let { seq, hash: previous } = from
  for (let index = 0; index < count; index++) {
    seq++
    const entry = {
      totem,
      chain: '01KB0000000000000000000000',
      seq,
      at: new Date().toISOString(),
      event: 'line.changed' as const,
      severity: 'info' as const,
      fields: { state: 'up' },
      previous,
    }
    const hash = createHash('sha256').update(journalHashInput(entry)).digest('hex')
    entries.push({ ...entry, hash })
    previous = hash
  }
  return entries
}
