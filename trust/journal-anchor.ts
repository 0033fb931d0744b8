import { compactVerify, importJWK } from 'jose'
import type { GatewayKeys } from '../contract/gateway-keys.ts'
import { JOURNAL_ANCHOR_TYP, type JournalAnchor, journalAnchor } from '../contract/journal.ts'

/** An anchor of a sync log that one of these keys has signed; null when none of them has. */
export async function openAnchor(jws: string, keys: GatewayKeys['anchor']): Promise<JournalAnchor | null> {
  try {
    const { payload } = await compactVerify(
      jws,
      ({ kid, typ }) => {
        const key = keys.find((known) => known.kid === kid)
        if (!key || typ !== JOURNAL_ANCHOR_TYP) throw new Error('no such key')
        return importJWK(key, 'ES256')
      },
      { algorithms: ['ES256'] },
    )
    return journalAnchor.parse(JSON.parse(new TextDecoder().decode(payload)))
  } catch {
    return null
  }
}
