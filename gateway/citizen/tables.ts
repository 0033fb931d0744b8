import type { Channel } from '../../contract/caller.ts'

export type CitizenTables = {
  /** A login's nonce counts once. */
  spent_nonce: { nonce: string; spent_at: Date }
  /**
   * An online session, good for the caller who opened it. `actor`: the operator who was there; null at a totem.
   * `requester`: the access log's name for the holder; null in sessions of an earlier version.
   */
  session: {
    token_hash: string
    channel: Channel
    caller: string
    actor: string | null
    id_anpr: string
    requester: string | null
    expires_at: Date
  }
}
