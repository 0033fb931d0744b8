import type { ColumnType, Generated, JSONColumnType, Transaction } from 'kysely'
import type { AuditEntry } from '../../contract/console/audit.ts'
import type { ConditionId, Severity } from '../../contract/console/conditions.ts'
import type { MaintenanceScope } from '../../contract/console/maintenance.ts'
import type { Role, Scope } from '../../contract/console/people.ts'
import type { ProfileTerms, Territorio } from '../../contract/console/profiles.ts'
import type { ViewedScreen } from '../../contract/console/views.ts'
import type { ReadinessSheet } from '../../contract/readiness.ts'
import type { CommandTables } from '../commands/tables.ts'
import type { JournalTables } from '../journal/tables.ts'
import type { Database, Tables } from '../store/schema.ts'
import type { BulkTables } from './bulk/tables.ts'
import type { OperatorEvidence } from './counter/evidence.ts'
import type { HistoryTables } from './history/tables.ts'

/** How something that two people of a comune decide stands: proposed, approved, ended. Days are YYYY-MM-DD, Italy's. */
type Decided = {
  dal: string
  al: string
  proposed_by: string
  proposed_name: string
  proposed_at: Date
  approved_by: string | null
  approved_name: string | null
  approved_at: Date | null
  ended_by: string | null
  ended_name: string | null
  ended_at: Date | null
  ended_why: string | null
}

export type ConsoleTables = {
  ente: { id: string; kind: 'comune' | 'fruitore'; name: string; istat: string | null; patron: string | null }
  ufficio_chiuso: {
    id: string
    ufficio: string
    regione: string | null
    comune: string | null
    dal: string
    al: string | null
    motivo: string
    nota: string | null
    by_person: string
    by_name: string
    at: Date
    ended_name: string | null
    ended_at: Date | null
  }
  regime: {
    id: string
    kind: string
    name: string
    regione: string | null
    comune: string | null
    dal: string
    al: string | null
    by_person: string
    by_name: string
    at: Date
  }
  ufficio_ente: { ente: string; id: string; name: string }
  profilo: Decided & {
    id: string
    versione: number
    comune: string
    nome: string
    servizi: JSONColumnType<ProfileTerms['servizi']>
    sezioni: JSONColumnType<ProfileTerms['sezioni']>
    perche: JSONColumnType<ProfileTerms['perche']>
    chiavi: JSONColumnType<ProfileTerms['chiavi']>
    provvisori: boolean
    motivi: JSONColumnType<ProfileTerms['motivi']>
    base_giuridica: string
    territorio: Territorio
    righe_max: number
    righe_giorno: number
  }
  convenzione: Decided & {
    id: string
    comune: string
    fruitore: string
    base_giuridica: string
    protocollo: string
    silenzio_giorni: number | null
    silenzio_righe_max: number | null
    quota_persona: number | null
    quota_ufficio: number | null
    quota_mese: number | null
    territorio: Territorio
    comuni: JSONColumnType<string[]>
    profilo: string
    profilo_versione: number
  }
  console_person: { iss: string; sub: string; person: string; name: string; seen_at: Date }
  console_login: {
    state_hash: string
    browser_hash: string
    verifier: string
    nonce: string
    return_to: string
    expires_at: Date
  }
  console_session: {
    token_hash: string
    id: string
    person: string
    name: string
    began_at: Date
    seen_at: Date
    authenticated_at: Date
    ended_at: Date | null
    /** Of a log-in by smart card: which, and when it last shook hands. `office`, `station`: the counter at which it works. */
    card: string | null
    shaken_at: Date | null
    office: string | null
    station: string | null
  }
  operator_card: {
    id: string
    person: string
    number: string
    key_hash: string
    ends_at: Date
    presented_at: Date
    approved_by: string | null
    approved_at: Date | null
    revoked_by: string | null
    revoked_at: Date | null
  }
  counter_visit: {
    id: string
    session: string
    at: Date
    office: string
    station: string
    number: string
    operator: string
    person: string
    token_hash: string | null
    evidence: JSONColumnType<OperatorEvidence>
    outcome: string
  }
  counter_paper: {
    station: string
    operation: string
    kind: 'certificate' | 'collected' | 'declaration'
    visit: string
    at: Date
    office: string
    number: string
    operator: string
    of_totem: string | null
    of_operation: string | null
    reprint: Generated<number>
    types: string | null
    mark: Generated<boolean>
    state: 'asked' | 'issued' | 'refused'
    prints: Generated<number>
    answered: 'printed' | 'void' | null
  }
  card_ticket: {
    ticket_hash: string
    state_hash: string
    key_hash: string
    person: string
    name: string
    ends_at: Date
    shaken_at: Date
    expires_at: Date
  }
  console_grant: {
    id: string
    holder: string
    role: Role
    scope: JSONColumnType<Scope>
    from_at: Date
    until_at: Date
    reason: string
    proposed_by: string
    proposed_at: Date
    approved_by: string | null
    approved_at: Date | null
    revoked_by: string | null
    revoked_at: Date | null
    used_at: Date | null
    confirmed_by: string | null
    confirmed_at: Date | null
  }
  console_audit: {
    n: ColumnType<string | number, number, never>
    at: ColumnType<Date, Date, never>
    actor: string | null
    role: Role | null
    deed: string
    object: string | null
    reason: string | null
    outcome: AuditEntry['outcome']
    detail: JSONColumnType<AuditEntry['detail']>
    session: string | null
    previous: string
    hash: string
  }
  /** A JWS (contract/console/audit.ts). */
  console_audit_base: { one: Generated<boolean>; signed: string }
  console_audit_head: { one: boolean; n: string | number; hash: string }
  alarm: {
    id: string
    condition: ConditionId
    subject: string
    severity: Severity
    totem: string | null
    office: string | null
    region: string | null
    detail: string | null
    since: Date
    ended_at: Date | null
    times: number
    taken_by: string | null
    taken_name: string | null
    taken_at: Date | null
    again_at: Date
    seen_at: Date
    confirmed_at: Date | null
    follows: ConditionId | null
    assigned_by: string | null
  }
  maintenance: {
    id: string
    kind: MaintenanceScope['kind']
    covers: string
    from_at: Date
    until_at: Date
    reason: string
    needs_second: boolean
    proposed_by: string
    proposed_name: string
    proposed_at: Date
    approved_by: string | null
    approved_name: string | null
    approved_at: Date | null
    ended_by: string | null
    ended_name: string | null
    ended_at: Date | null
  }
  alarm_note: { id: string; alarm: string; at: Date; person: string; name: string; text: string }
  console_view: { person: string; screen: ViewedScreen; name: string; search: string }
  totem_place: { totem: string; office: string | null; name: string; region: string | null }
  totem_readiness: { totem: string; received_at: Date; body: JSONColumnType<ReadinessSheet> }
  totem_note: { id: string; totem: string; at: Date; person: string; name: string; text: string }
}

/** The database with this room's tables, and the sync log's. */
export const withConsole = (db: Database) =>
  db.$extendTables<ConsoleTables & BulkTables & HistoryTables & JournalTables & CommandTables>()
export type ConsoleDatabase = ReturnType<typeof withConsole>
export type ConsoleTransaction = Transaction<
  Tables & ConsoleTables & BulkTables & HistoryTables & JournalTables & CommandTables
>
