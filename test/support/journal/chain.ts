import { FIRST_PREVIOUS, type JournalEntry } from '../../../contract/journal.ts'
import { entryHash } from '../../../trust/sync-log.ts'

/** A sound chain of `count` entries of a totem's sync log, going on from `seq` and `hash`; `at`: what its clock says; `of`: the nth. */
export function chainOf(
  totem: string,
  count: number,
  {
    seq = 0,
    hash = FIRST_PREVIOUS,
    at = new Date().toISOString(),
    of = () => ({ event: 'line.changed', fields: { state: 'up' } }),
  }: { seq?: number; hash?: string; at?: string; of?: (n: number) => Pick<JournalEntry, 'event' | 'fields'> } = {},
): JournalEntry[] {
  const entries: JournalEntry[] = []
  for (let previous = hash; entries.length < count; ) {
    const entry = {
      ...{ totem, chain: '01KB0000000000000000000000', seq: seq + entries.length + 1, at, previous },
      ...{ ...of(entries.length), severity: 'info' as const },
    }
    previous = entryHash(entry)
    entries.push({ ...entry, hash: previous })
  }
  return entries
}
