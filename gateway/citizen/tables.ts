import type { Generated } from 'kysely'
import type { Channel } from '../../contract/caller.ts'

export type CitizenTables = {
  /** A challenge opens one session. */
  spent_challenge: { challenge: string; spent_at: Date }
  /**
   * An online session, good for the caller who opened it. `actor`: the operator who was there; null at a totem.
   * `requester`: the access log's name for the holder; null in sessions of an earlier version. `questions`: how many it
   * has asked, and in `marks` how many of them about a marca da bollo. `comune`: ISTAT code of where the holder lives,
   * as the family sheet's look has told it; empty: in no comune of Italy; null: nobody has asked.
   */
  session: {
    token_hash: string
    channel: Channel
    caller: string
    actor: string | null
    id_anpr: string
    requester: string | null
    comune: string | null
    expires_at: Date
    questions: Generated<number>
    marks: Generated<number>
  }
}
