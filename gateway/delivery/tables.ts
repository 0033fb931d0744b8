import type { Generated } from 'kysely'
import type { LetterState } from '../../contract/letter.ts'
import type { Database } from '../store/schema.ts'

type DeliveryTables = {
  /** Who reads this table has noise: the key is in the link alone, which the totem shows and nobody sends. */
  handover: {
    number: Generated<string>
    id: string
    totem: string
    until: Date
    /** AES-256-GCM by the totem's key; null once it has ended. */
    sealed: Buffer | null
    /** SHA-256 of what the telephone calls itself; null while none has asked. */
    phone: string | null
    taken_at: Date | null
    ended: 'contested' | 'gone' | null
    /** Keyed hash of the six digits without which the link of a mail opens nothing; null: a link that a totem showed. */
    code: Generated<string | null>
    tries_left: Generated<number | null>
    downloads_left: Generated<number | null>
  }
  letter: {
    handover: string
    totem: string
    at: Date
    /** As the totem sealed it, with the address; null once the mail server has the mail. */
    sealed: string | null
    state: Exclude<LetterState, 'gone'>
    tries: Generated<number>
    next_at: Date
    /** Mails that come back come to this name. */
    return_token: string
    /** Its person, as the access log names them; null: an earlier version took it in. */
    requester: Generated<string | null>
    way: Generated<'email' | 'domicilio'>
    document: Generated<string | null>
    operation: Generated<string | null>
    /** Status code of the report with which it came back. */
    why: Generated<string | null>
    /** When its person heard that it failed. */
    told_at: Generated<Date | null>
  }
  /** What PEC providers have signed about a letter, each kind once. */
  letter_receipt: { handover: string; kind: string; identifier: string; provider: string; at: Date }
}

/** The database with this room's tables. */
export const withDelivery = (db: Database) => db.$extendTables<DeliveryTables>()
export type DeliveryDatabase = ReturnType<typeof withDelivery>
