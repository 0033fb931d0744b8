import type { Generated, JSONColumnType, Kysely } from 'kysely'
import type { Heartbeat } from '../../contract/heartbeat.ts'
import type { JournalTables } from '../journal/tables.ts'

/**
 * No name, codice fiscale or request in the clear: operations are known by their id, requests are kept sealed as they came
 * and outcomes sealed to the totem, a session knows its holder by ID ANPR and goes with it.
 */
export interface Tables extends JournalTables {
  spent_nonce: { nonce: string; spent_at: Date }
  /** `requester`: the holder as the access log names them; null in those of an earlier version. */
  session: { token_hash: string; totem: string; id_anpr: string; requester: string | null; expires_at: Date }
  /** Stays for good: an id that was used has been used. */
  operation: {
    id: string
    totem: string
    /** SHA-256 of the opened request: the same id with another request is refused. */
    digest: string
    state: 'pending' | 'issued' | 'refused'
    received_at: Date
    settled_at: Date | null
    /** The how manieth outcome of its totem: the cursor of /v1/outcomes. Null: not settled, or held no more. */
    number: number | null
    /** When the totem said that it has the outcome on its disk. */
    delivered_at: Date | null
    protocol: string | null
    refusal: string | null
    refusal_anpr: string | null
  }
  /** A request that ANPR has not answered yet, sealed. */
  operation_request: { operation: string; sealed: string }
  operation_outcome: { operation: string; sealed: string }
  /** Number of each totem's last outcome; who settles holds the row until the commit, so that numbers come in order. */
  outcome_counter: { totem: string; last: number }
  /**
   * Who asked what (anpr.md §8.2): persons by keyed hash only. What was only shown in a visit has no `operation`. `types`: of
   * certificates, issued or shown as a preview; else ANPR's services that told what was shown.
   */
  access_log: {
    id: Generated<number>
    at: Date
    totem: string
    operation: string | null
    requester: string | null
    subject: string | null
    types: string
    exemption: string | null
    outcome: string
    protocol: string | null
    anpr_operation: string | null
    pdf_sha256: string | null
  }
  heartbeat: { totem: string; received_at: Date; body: JSONColumnType<Heartbeat> }
  /** Of pg-boss: what an operator's list and a start on the embedded database need of it. */
  'pgboss.job': {
    name: string
    state: string
    data: { operation: string }
    started_on: Date | null
    heartbeat_on: Date | null
  }
}

export type Database = Kysely<Tables>
