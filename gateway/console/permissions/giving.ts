import type { Role, Scope } from '../../../contract/console/people.ts'
import type { Held } from './matrix.ts'

/** A grant that somebody is to have. */
type Wanted = Held

const FLEET: readonly Scope['kind'][] = ['flotta', 'regione', 'ufficio']
/** Over what each role can be given. */
const KINDS: Record<Role, readonly Scope['kind'][]> = {
  ...{ OPERATORE: FLEET, CAMPO: FLEET, PIATTAFORMA: FLEET, AUDITOR: ['flotta', 'ente'] },
  ...{ TOP: ['ente'], ADMIN: ['ufficio-ente'], STANDARD: ['ufficio-ente'], SPORTELLO: ['ufficio'] },
}
/** From so many on, the TOPs of a comune are enough to name the next: one proposes, another approves. */
const ENOUGH_TOPS = 2

/** Pure: of which comune a scope is; null: of none. */
export const comuneOf = (scope: Scope): string | null =>
  scope.kind === 'ente' ? scope.ente : scope.kind === 'ufficio-ente' ? scope.comune : null

/**
 * Pure: what part these grants let their holder have in giving another. Nobody gives beyond their own scope: who looks after
 * the platform names its people, a comune's auditor, and its TOPs while it has fewer than two; TOPs name TOPs after that,
 * and the ADMIN of an office that asks their comune; an ADMIN names who asks in that office, and a TOP approves it.
 * `tops`: how many people are TOP of that comune now.
 */
export function partIn(
  held: readonly Held[],
  { role, scope }: Wanted,
  tops: number,
): { proposes: boolean; approves: boolean } {
  const has = (wanted: Role, fits: (over: Scope) => boolean) =>
    held.some((each) => each.role === wanted && fits(each.scope))
  const both = (is: boolean) => ({ proposes: is, approves: is })
  if (!KINDS[role].includes(scope.kind)) return both(false)
  const comune = comuneOf(scope)
  const isTop = has('TOP', (over) => over.kind === 'ente' && over.ente === comune)
  const isPlatform = has('PIATTAFORMA', ({ kind }) => kind === 'flotta')
  if (role === 'TOP') return both(tops < ENOUGH_TOPS ? isPlatform : isTop)
  if (role === 'ADMIN') return both(isTop)
  if (role !== 'STANDARD') return both(isPlatform)
  return { proposes: has('ADMIN', (over) => isSameOffice(over, scope)), approves: isTop }
}

function isSameOffice(one: Scope, other: Scope): boolean {
  if (one.kind !== 'ufficio-ente' || other.kind !== 'ufficio-ente') return false
  return one.ente === other.ente && one.ufficio === other.ufficio && one.comune === other.comune
}

/** Pure: whether one person would decide for a comune and ask it, or audit it. Migration 052 holds it too. */
export function areBothSides(one: Wanted, other: Wanted): boolean {
  const [top, side] = one.role === 'TOP' ? [one, other] : [other, one]
  if (top.role !== 'TOP' || !['AUDITOR', 'ADMIN', 'STANDARD'].includes(side.role)) return false
  const comune = comuneOf(side.scope)
  return comune === null || comune === comuneOf(top.scope)
}
