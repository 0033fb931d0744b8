import { FIRST_PREVIOUS, type JournalEntry } from '../../../contract/journal.ts'
import { entryHash } from '../../../trust/sync-log.ts'

/** A sound chain of `count` entries of a totem's sync log, going on from `seq` and `hash`; `at`: what its clock says. */
export function chainOf(
  totem: string,
  count: number,
  { seq = 0, hash = FIRST_PREVIOUS, at = new Date().toISOString() }: { seq?: number; hash?: string; at?: string } = {},
): JournalEntry[] {
  const entries: JournalEntry[] = []
  for (let previous = hash; entries.length < count; ) {
    const entry = {
      ...{ totem, chain: '01KB0000000000000000000000', seq: seq + entries.length + 1, at, previous },
      ...{ event: 'line.changed' as const, severity: 'info' as const, fields: { state: 'up' } },
    }
    previous = entryHash(entry)
    entries.push({ ...entry, hash: previous })
  }
  return entries
}
