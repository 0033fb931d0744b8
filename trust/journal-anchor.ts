import type { GatewayKeys } from '../contract/gateway-keys.ts'
import { JOURNAL_ANCHOR_TYP, type JournalAnchor, journalAnchor } from '../contract/journal.ts'
import { openByKeys } from './anchored.ts'

/** An anchor of a sync log that one of these keys has signed; null when none of them has. */
export async function openAnchor(jws: string, keys: GatewayKeys['anchor']): Promise<JournalAnchor | null> {
  const { data } = journalAnchor.safeParse(await openByKeys(jws, keys, JOURNAL_ANCHOR_TYP))
  return data ?? null
}
