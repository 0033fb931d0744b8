import type { OrderKind } from '../../../contract/console/commands.ts'
import type { Action, Role, Scope } from '../../../contract/console/people.ts'

/**
 * How far a role reaches by an action. `scope`: the totems of its grant. `fleet`: only where the grant is for the whole
 * fleet. `own`: what the person has done themself, or holds. `all`: everything. `-`: not at all.
 */
export type Reach = 'scope' | 'fleet' | 'own' | 'all' | '-'

const FUTURE = { TOP: '-', ADMIN: '-', STANDARD: '-', SPORTELLO: '-' } as const satisfies Partial<Record<Role, Reach>>

const OPERATOR = { OPERATORE: 'scope', CAMPO: '-', PIATTAFORMA: '-', AUDITOR: '-', ...FUTURE } as const
const BOTH = { ...OPERATOR, CAMPO: 'scope' } as const
const FIELD = { ...BOTH, OPERATORE: '-' } as const

/** Who may do what. It judges each route of the console, and its test walks it against the live API. */
export const matrix: Record<Action, Record<Role, Reach>> = {
  'fleet.see': { OPERATORE: 'scope', CAMPO: 'scope', PIATTAFORMA: 'scope', AUDITOR: 'scope', ...FUTURE },
  'fleet.note': { OPERATORE: 'scope', CAMPO: 'scope', PIATTAFORMA: '-', AUDITOR: '-', ...FUTURE },
  'log.export': { OPERATORE: 'scope', CAMPO: 'scope', PIATTAFORMA: '-', AUDITOR: 'scope', ...FUTURE },
  'alarms.handle': { OPERATORE: 'scope', CAMPO: 'scope', PIATTAFORMA: '-', AUDITOR: '-', ...FUTURE },
  'commands.order': BOTH,
  'commands.approve': { OPERATORE: 'scope', CAMPO: '-', PIATTAFORMA: 'scope', AUDITOR: '-', ...FUTURE },
  'command.withdraw': BOTH,
  'command.restore': BOTH,
  'command.revoke': OPERATOR,
  'command.rotate-keys': OPERATOR,
  'command.send-log': BOTH,
  'command.restart-app': OPERATOR,
  'command.restart-device': OPERATOR,
  'command.reboot': OPERATOR,
  'command.readiness': FIELD,
  'command.notice': OPERATOR,
  'command.notice-off': OPERATOR,
  'command.pause-updates': OPERATOR,
  'command.resume-updates': OPERATOR,
  'maintenance.plan': { OPERATORE: 'scope', CAMPO: 'scope', PIATTAFORMA: '-', AUDITOR: '-', ...FUTURE },
  'operations.see': { OPERATORE: 'fleet', CAMPO: '-', PIATTAFORMA: 'fleet', AUDITOR: 'fleet', ...FUTURE },
  'operations.redrive': { OPERATORE: 'fleet', CAMPO: '-', PIATTAFORMA: 'fleet', AUDITOR: '-', ...FUTURE },
  'payments.refunded': { OPERATORE: 'fleet', CAMPO: '-', PIATTAFORMA: 'fleet', AUDITOR: '-', ...FUTURE },
  'grants.see': { OPERATORE: 'own', CAMPO: 'own', PIATTAFORMA: 'all', AUDITOR: 'all', ...FUTURE },
  'grants.decide': { OPERATORE: '-', CAMPO: '-', PIATTAFORMA: 'fleet', AUDITOR: '-', ...FUTURE },
  'audit.see': { OPERATORE: 'own', CAMPO: 'own', PIATTAFORMA: 'own', AUDITOR: 'all', ...FUTURE },
  'cards.see': { OPERATORE: '-', CAMPO: '-', PIATTAFORMA: 'all', AUDITOR: 'all', ...FUTURE, SPORTELLO: 'own' },
  'cards.decide': { OPERATORE: '-', CAMPO: '-', PIATTAFORMA: 'fleet', AUDITOR: '-', ...FUTURE },
  'counter.serve': { OPERATORE: '-', CAMPO: '-', PIATTAFORMA: '-', AUDITOR: '-', ...FUTURE, SPORTELLO: 'scope' },
  'audit.export': { OPERATORE: '-', CAMPO: '-', PIATTAFORMA: '-', AUDITOR: 'all', ...FUTURE },
}

/** Shutting a totem out for good is approved by who looks after the platform, and not by another operator. */
export const mayApprove = (kind: OrderKind, held: readonly Held[]): Sight | null =>
  may(kind === 'revoke' ? held.filter(({ role }) => role === 'PIATTAFORMA') : held, 'commands.approve')

export interface Held {
  role: Role
  scope: Scope
}

/** What a person may look at by one action. `regions` and `offices` add up; `role`: by which grant, for the audit. */
export interface Sight {
  role: Role
  fleet: boolean
  regions: readonly string[]
  offices: readonly string[]
  /** Everything, or only what is their own. */
  all: boolean
}

/** What these grants let their holder do by this action; null: nothing. Pure: the grants are those that count now. */
export function may(held: readonly Held[], action: Action): Sight | null {
  const row = matrix[action]
  const counts = held.filter(({ role, scope }) => {
    const reach = row[role]
    return reach !== '-' && (reach !== 'fleet' || scope.kind === 'flotta')
  })
  const [first] = counts
  if (!first) return null
  const inScope = counts.filter(({ role }) => row[role] !== 'own')
  return {
    role: first.role,
    fleet: inScope.some(({ scope }) => scope.kind === 'flotta'),
    regions: inScope.flatMap(({ scope }) => (scope.kind === 'regione' ? [scope.region] : [])),
    offices: inScope.flatMap(({ scope }) => (scope.kind === 'ufficio' ? [scope.office] : [])),
    all: counts.some(({ role }) => row[role] === 'all'),
  }
}
