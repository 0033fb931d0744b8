import type { Generated, Kysely } from 'kysely'
import type { Channel } from '../../contract/caller.ts'

/** What a job of the queues is about (store/queues.ts). */
export interface JobData {
  totem: string
  operation: string
}

/**
 * The tables that more than one room uses; each room types its own (`$extendTables`). No table holds a name, a codice
 * fiscale or a readable request: an operation is known by its id, a request is kept sealed as it came, and an outcome
 * is sealed to its totem.
 */
export interface Tables {
  /** A row stays for 36 months, because its id has been used. Ids are each totem's own: the key is (totem, id). */
  operation: {
    id: string
    totem: string
    /**
     * `idOperazioneClient`: what ANPR knows the operation by, over all tries. Made when the operation is taken in
     * (migrations/011-anpr-ids.ts); operations of an earlier version have their own id.
     */
    anpr_id: Generated<string>
    /** It has one of its totem's places for citizens who stand there (operations/intake.ts). */
    express: Generated<boolean>
    /** SHA-256 of the opened request: the same id with another request is refused. */
    digest: string
    state: 'pending' | 'issued' | 'refused'
    received_at: Date
    settled_at: Date | null
    /** Number of this outcome among its totem's outcomes; /v1/outcomes uses it as cursor. Null: not settled, or erased. */
    number: number | null
    /** When the totem said that it has the outcome on its disk. */
    delivered_at: Date | null
    protocol: string | null
    refusal: string | null
    refusal_anpr: string | null
    /** As in the access log, for operators. */
    gate_transaction: string | null
    /**
     * Who asked, as the access log names them, and the types: the person sees their own requests at any totem. Null after
     * a year, and in operations of an earlier version.
     */
    requester: string | null
    types: string | null
  }
  /** A request that ANPR has not answered yet, sealed. */
  operation_request: { totem: string; operation: string; sealed: string }
  operation_outcome: { totem: string; operation: string; sealed: string }
  /** Number of each totem's last outcome. A settlement locks the row until its commit, so that numbers come in order. */
  outcome_counter: { totem: string; last: number }
  /**
   * Says who asked what (Provv. Garante 493 of 26-10-2023), and names persons by keyed hash only. A line without
   * `operation` is about something that was only shown. `types`: certificates that were issued or shown as a preview,
   * or ANPR's services that were asked.
   */
  access_log: {
    id: Generated<number>
    at: Date
    channel: Channel
    /** Which machine of the channel asked. */
    caller: string
    /** The operator who asked there; null at a totem. */
    actor: string | null
    operation: string | null
    requester: string | null
    subject: string | null
    types: string
    exemption: string | null
    outcome: string
    protocol: string | null
    /** idOperazioneANPR of what was asked. */
    anpr_operation: string | null
    /** GovWay-Transaction-ID of each call: the Ministry's service desk finds it by that. */
    gate_transaction: string | null
    /** Codes of what ANPR remarked beside its answer. */
    warnings: string | null
    pdf_sha256: string | null
  }
  /** pg-boss' own table, as far as operators' lists and a start on the embedded database need it. */
  'pgboss.job': {
    name: string
    state: string
    data: JobData
    started_on: Date | null
    heartbeat_on: Date | null
  }
}

export type Database = Kysely<Tables>
