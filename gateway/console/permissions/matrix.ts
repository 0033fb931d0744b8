import type { OrderKind } from '../../../contract/console/commands.ts'
import type { Action, Role, Scope } from '../../../contract/console/people.ts'

/**
 * How far a role reaches by an action. `scope`: the totems of its grant. `fleet`: only where the grant is for the whole
 * fleet. `ente`: the comune of its grant, or the office; for the whole fleet every one. `own`: what the person has done
 * themself, or holds. `all`: everything, by a grant for the whole fleet; all that concerns its comune, by one of a comune. `-`: not at all.
 */
export type Reach = 'scope' | 'fleet' | 'ente' | 'own' | 'all' | '-'

const NO_OFFICER = { TOP: '-', ADMIN: '-', STANDARD: '-', SPORTELLO: '-' } as const satisfies Partial<
  Record<Role, Reach>
>
const NO_OPERATOR = { OPERATORE: '-', CAMPO: '-', PIATTAFORMA: '-' } as const satisfies Partial<Record<Role, Reach>>

const OPERATOR = { OPERATORE: 'scope', CAMPO: '-', PIATTAFORMA: '-', AUDITOR: '-', ...NO_OFFICER } as const
const BOTH = { ...OPERATOR, CAMPO: 'scope' } as const
const FIELD = { ...BOTH, OPERATORE: '-' } as const

/** Who may do what. It judges each route of the console, and its test walks it against the live API. */
export const matrix: Record<Action, Record<Role, Reach>> = {
  'fleet.see': { OPERATORE: 'scope', CAMPO: 'scope', PIATTAFORMA: 'scope', AUDITOR: 'scope', ...NO_OFFICER },
  'fleet.note': { OPERATORE: 'scope', CAMPO: 'scope', PIATTAFORMA: '-', AUDITOR: '-', ...NO_OFFICER },
  'log.export': { OPERATORE: 'scope', CAMPO: 'scope', PIATTAFORMA: '-', AUDITOR: 'scope', ...NO_OFFICER },
  'alarms.handle': { OPERATORE: 'scope', CAMPO: 'scope', PIATTAFORMA: '-', AUDITOR: '-', ...NO_OFFICER },
  'commands.order': BOTH,
  'commands.approve': { OPERATORE: 'scope', CAMPO: '-', PIATTAFORMA: 'scope', AUDITOR: '-', ...NO_OFFICER },
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
  'maintenance.plan': { OPERATORE: 'scope', CAMPO: 'scope', PIATTAFORMA: '-', AUDITOR: '-', ...NO_OFFICER },
  'operations.see': { OPERATORE: 'fleet', CAMPO: '-', PIATTAFORMA: 'fleet', AUDITOR: 'fleet', ...NO_OFFICER },
  'operations.redrive': { OPERATORE: 'fleet', CAMPO: '-', PIATTAFORMA: 'fleet', AUDITOR: '-', ...NO_OFFICER },
  'payments.refunded': { OPERATORE: 'fleet', CAMPO: '-', PIATTAFORMA: 'fleet', AUDITOR: '-', ...NO_OFFICER },
  'grants.see': {
    ...{ OPERATORE: 'own', CAMPO: 'own', PIATTAFORMA: 'all', AUDITOR: 'all' },
    ...{ TOP: 'ente', ADMIN: 'ente', STANDARD: 'own', SPORTELLO: 'own' },
  },
  'grants.decide': {
    OPERATORE: '-',
    CAMPO: '-',
    PIATTAFORMA: 'fleet',
    AUDITOR: '-',
    ...NO_OFFICER,
    TOP: 'ente',
    ADMIN: 'ente',
  },
  'audit.see': {
    ...{ OPERATORE: 'own', CAMPO: 'own', PIATTAFORMA: 'own', AUDITOR: 'all' },
    ...{ TOP: 'ente', ADMIN: 'ente', STANDARD: 'own', SPORTELLO: 'own' },
  },
  'audit.export': { OPERATORE: '-', CAMPO: '-', PIATTAFORMA: '-', AUDITOR: 'all', ...NO_OFFICER },
  'enti.see': {
    ...{ OPERATORE: '-', CAMPO: '-', PIATTAFORMA: 'fleet', AUDITOR: 'ente' },
    ...{ TOP: 'ente', ADMIN: 'ente', STANDARD: 'ente', SPORTELLO: '-' },
  },
  'enti.register': { OPERATORE: '-', CAMPO: '-', PIATTAFORMA: 'fleet', AUDITOR: '-', ...NO_OFFICER },
  // Profiles of fields, and the agreements by which they count.
  'profiles.see': { ...NO_OPERATOR, AUDITOR: 'ente', TOP: 'ente', ADMIN: 'ente', STANDARD: 'ente', SPORTELLO: '-' },
  // Whoever asks and whoever validates are never of one side; results are its author's.
  'bulk.see': { ...NO_OPERATOR, AUDITOR: 'ente', TOP: 'ente', ADMIN: 'ente', STANDARD: 'own', SPORTELLO: '-' },
  'bulk.make': { ...NO_OPERATOR, AUDITOR: '-', ...NO_OFFICER, ADMIN: 'ente', STANDARD: 'ente' },
  'bulk.validate': { ...NO_OPERATOR, AUDITOR: '-', ...NO_OFFICER, TOP: 'ente' },
  'bulk.results': { ...NO_OPERATOR, AUDITOR: '-', ...NO_OFFICER, ADMIN: 'ente', STANDARD: 'ente' },
  // Who looked at a citizen; what each body asked for in a month; what in it somebody should look at.
  'history.search': { ...NO_OPERATOR, AUDITOR: 'all', ...NO_OFFICER },
  'accounts.see': { ...NO_OPERATOR, AUDITOR: 'ente', ...NO_OFFICER, TOP: 'ente', ADMIN: 'ente' },
  'anomalies.see': { ...NO_OPERATOR, AUDITOR: 'ente', ...NO_OFFICER, TOP: 'ente' },
  'anomalies.close': { ...NO_OPERATOR, AUDITOR: '-', ...NO_OFFICER, TOP: 'ente' },
  'profiles.decide': { ...NO_OPERATOR, AUDITOR: '-', ...NO_OFFICER, TOP: 'ente' },
  'cards.see': { OPERATORE: '-', CAMPO: '-', PIATTAFORMA: 'all', AUDITOR: 'all', ...NO_OFFICER, SPORTELLO: 'own' },
  'cards.decide': { OPERATORE: '-', CAMPO: '-', PIATTAFORMA: 'fleet', AUDITOR: '-', ...NO_OFFICER },
  'counter.serve': { OPERATORE: '-', CAMPO: '-', PIATTAFORMA: '-', AUDITOR: '-', ...NO_OFFICER, SPORTELLO: 'scope' },
  // Figures with small numbers hidden; exact ones stay within an ente.
  'statistics.see': {
    ...{ OPERATORE: 'scope', CAMPO: 'scope', PIATTAFORMA: '-', AUDITOR: 'ente' },
    ...{ TOP: 'ente', ADMIN: 'ente', STANDARD: '-', SPORTELLO: 'scope' },
  },
  'statistics.exact': { ...NO_OPERATOR, AUDITOR: 'ente', TOP: 'ente', ADMIN: 'ente', STANDARD: '-', SPORTELLO: '-' },
  // Which offices are shut, an emergency's rules, and what a comune has counted itself.
  'statistics.write': {
    OPERATORE: 'scope',
    CAMPO: 'scope',
    PIATTAFORMA: '-',
    AUDITOR: '-',
    ...NO_OFFICER,
    TOP: 'ente',
  },
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
  /** Comuni for which the person acts: ISTAT's codes. */
  enti: readonly string[]
  /** Offices of other bodies in which they act, each towards one comune. */
  ufficiEnte: readonly UfficioEnte[]
  /** Every comune and what it has agreed with any body. */
  allEnti: boolean
  /** Everything, or only what is their own. */
  all: boolean
}
export type UfficioEnte = Omit<Extract<Scope, { kind: 'ufficio-ente' }>, 'kind'>

/** Nothing at all. */
export const NO_SIGHT: Sight = {
  ...{ role: 'OPERATORE', fleet: false, regions: [], offices: [] },
  ...{ enti: [], ufficiEnte: [], allEnti: false, all: false },
}

const isOfEnte = ({ kind }: Scope) => kind === 'ente' || kind === 'ufficio-ente'

/** What these grants let their holder do by this action; null: nothing. Pure: the grants are those that count now. */
export function may(held: readonly Held[], action: Action): Sight | null {
  const row = matrix[action]
  const counts = held.filter(({ role, scope }) => {
    const reach = row[role]
    if (reach === 'fleet') return scope.kind === 'flotta'
    if (reach === 'scope') return !isOfEnte(scope)
    if (reach === 'ente') return isOfEnte(scope) || scope.kind === 'flotta'
    return reach !== '-'
  })
  const [first] = counts
  if (!first) return null
  const inScope = counts.filter(({ role }) => row[role] !== 'own')
  const [overFleet, overEnti] = [inScope.filter(({ role }) => row[role] !== 'ente'), inScope]
  return {
    role: first.role,
    fleet: overFleet.some(({ scope }) => scope.kind === 'flotta'),
    regions: overFleet.flatMap(({ scope }) => (scope.kind === 'regione' ? [scope.region] : [])),
    offices: overFleet.flatMap(({ scope }) => (scope.kind === 'ufficio' ? [scope.office] : [])),
    enti: overEnti.flatMap(({ scope }) => (scope.kind === 'ente' ? [scope.ente] : [])),
    ufficiEnte: overEnti.flatMap(({ scope: { kind, ...office } }) =>
      kind === 'ufficio-ente' ? [office as UfficioEnte] : [],
    ),
    allEnti: overEnti.some(({ role, scope }) => scope.kind === 'flotta' && ['ente', 'all'].includes(row[role])),
    // SECURITY: one over a region or an office reads no more than its holder's own.
    all: counts.some(({ role, scope }) => row[role] === 'all' && scope.kind === 'flotta'),
  }
}
