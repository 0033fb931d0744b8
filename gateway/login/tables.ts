import type { Database } from '../store/schema.ts'

type LoginTables = {
  /** How many minutes the gateway has heard each totem in, and the last of them (minutes since the epoch). */
  hearing: { totem: string; minutes: number; minute: number }
  /**
   * Requests that the gateway had no room or no key for. `sealed`: SHA-256 of the request as it came; `heard`: in how many
   * minutes the gateway had heard the totem by then.
   */
  brought_early: { operation: string; totem: string; sealed: string; heard: number; at: Date }
  /**
   * What each log-in has asked for, until its challenge counts no more. `evidence`: SHA-256 of the statement that the
   * card signed. `asked` and `card` are keyed hashes: of subject, certificates and bollo, and of the card's certificate (login/spending.ts).
   */
  evidence_use: { operation: string; totem: string; evidence: string; asked: string; card: string; at: Date }
}

/** The database with this room's tables. */
export const withLogins = (db: Database) => db.$extendTables<LoginTables>()
