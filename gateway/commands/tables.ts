import type { Generated, JSONColumnType, Transaction } from 'kysely'
import type { CommandOutcome, CommandRefusal } from '../../contract/command.ts'
import type { OrderKind } from '../../contract/console/commands.ts'
import type { Database, Tables } from '../store/schema.ts'

export type CommandTables = {
  command_order: {
    id: string
    kind: OrderKind
    args: JSONColumnType<Record<string, string | number>>
    reason: string
    totems: number
    proposed_by: string
    proposed_name: string
    proposed_at: Date
    /** It waits for a second person. */
    second: boolean
    approved_by: string | null
    approved_name: string | null
    approved_at: Date | null
    /** `withdrawn` by somebody; `refusals`: too many of its totems would not. */
    ended_why: 'withdrawn' | 'refusals' | null
    ended_name: string | null
    ended_at: Date | null
  }
  totem_command: {
    id: string
    order_id: string
    totem: string
    /** Null: not issued, or the gateway's own to do. */
    serial: number | null
    signed: string | null
    issued_at: Date | null
    expires_at: Date | null
    fetched_at: Date | null
    ended_at: Date | null
    refusal: CommandRefusal | null
    found: JSONColumnType<CommandOutcome['found']> | null
  }
  command_counter: { totem: string; last: Generated<number> }
}

/** The database with this room's tables. */
export const withCommands = (db: Database) => db.$extendTables<CommandTables>()
export type CommandDatabase = ReturnType<typeof withCommands>
export type CommandTransaction = Transaction<Tables & CommandTables>
