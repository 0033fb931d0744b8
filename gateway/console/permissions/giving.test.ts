import { expect, test } from 'vitest'
import { type Role, roles, type Scope } from '../../../contract/console/people.ts'
import { areBothSides, partIn } from './giving.ts'
import { may } from './matrix.ts'

const [SPELLO, SCILLA] = ['054050', '080085']
const comune = (ente: string): Scope => ({ kind: 'ente', ente })
const office = (of: string, ufficio = 'PROTESI'): Scope => ({ kind: 'ufficio-ente', ente: 'USL2', ufficio, comune: of })
const FLEET: Scope = { kind: 'flotta' }
const POST: Scope = { kind: 'ufficio', office: 'PG-101' }
const UMBRIA: Scope = { kind: 'regione', region: '10' }
/** Everybody who might give something. */
const GIVERS: Record<string, { role: Role; scope: Scope }> = {
  ...{
    piattaforma: { role: 'PIATTAFORMA', scope: FLEET },
    umbria: { role: 'PIATTAFORMA', scope: UMBRIA },
  },
  ...{ operatore: { role: 'OPERATORE', scope: FLEET }, auditor: { role: 'AUDITOR', scope: FLEET } },
  ...{ top: { role: 'TOP', scope: comune(SPELLO) }, 'altro-top': { role: 'TOP', scope: comune(SCILLA) } },
  ...{ admin: { role: 'ADMIN', scope: office(SPELLO) }, 'altro-admin': { role: 'ADMIN', scope: office(SCILLA) } },
  ...{
    vaccini: { role: 'ADMIN', scope: office(SPELLO, 'VACCINI') },
    standard: { role: 'STANDARD', scope: office(SPELLO) },
  },
}

test.each<[Role, Scope, number, string[], string[]]>([
  ['TOP', comune(SPELLO), 0, ['piattaforma'], ['piattaforma']],
  ['TOP', comune(SPELLO), 1, ['piattaforma'], ['piattaforma']],
  ['TOP', comune(SPELLO), 2, ['top'], ['top']],
  ['AUDITOR', comune(SPELLO), 2, ['piattaforma'], ['piattaforma']],
  ['ADMIN', office(SPELLO), 2, ['top'], ['top']],
  ['STANDARD', office(SPELLO), 2, ['admin'], ['top']],
  ['STANDARD', office(SCILLA), 2, ['altro-admin'], ['altro-top']],
  ['SPORTELLO', POST, 0, ['piattaforma'], ['piattaforma']],
  ['PIATTAFORMA', FLEET, 0, ['piattaforma'], ['piattaforma']],
  // A role over what it is not for is nobody's to give.
  ['TOP', FLEET, 0, [], []],
  ['ADMIN', comune(SPELLO), 2, [], []],
  ['STANDARD', POST, 2, [], []],
  ['SPORTELLO', comune(SPELLO), 2, [], []],
  ['OPERATORE', comune(SPELLO), 2, [], []],
  ['AUDITOR', POST, 0, [], []],
  ['AUDITOR', UMBRIA, 0, [], []],
])('%s over %j, with %i TOPs', (role, scope, tops, proposes, approves) => {
  const by = (part: 'proposes' | 'approves') =>
    Object.entries(GIVERS)
      .filter(([, held]) => partIn([held], { role, scope }, tops)[part])
      .map(([who]) => who)
  expect([by('proposes'), by('approves')]).toEqual([proposes, approves])
})

test.each<[Role, Scope, Role, Scope, boolean]>([
  ['TOP', comune(SPELLO), 'AUDITOR', comune(SPELLO), true],
  ['TOP', comune(SPELLO), 'AUDITOR', FLEET, true],
  ['TOP', comune(SPELLO), 'AUDITOR', comune(SCILLA), false],
  ['TOP', comune(SPELLO), 'STANDARD', office(SPELLO), true],
  ['TOP', comune(SPELLO), 'ADMIN', office(SCILLA), false],
  ['TOP', comune(SPELLO), 'TOP', comune(SPELLO), false],
  ['TOP', comune(SPELLO), 'SPORTELLO', POST, false],
  ['AUDITOR', comune(SPELLO), 'STANDARD', office(SPELLO), false],
])('%s of %j and %s of %j', (role, scope, other, over, is) => {
  const [one, two] = [
    { role, scope },
    { role: other, scope: over },
  ]
  expect([areBothSides(one, two), areBothSides(two, one)]).toEqual([is, is])
})

test('a grant of a comune or an office opens nothing of the fleet, and one of the fleet no comune', () => {
  for (const role of roles)
    for (const scope of [comune(SPELLO), office(SPELLO)]) {
      const sight = may([{ role, scope }], 'fleet.see')
      expect(sight === null || (!sight.fleet && sight.regions.length + sight.offices.length === 0), role).toBe(true)
      // All of the audit is only who audits the whole fleet.
      expect(may([{ role, scope }], 'audit.see')?.all ?? false, role).toBe(false)
    }
  for (const role of ['OPERATORE', 'CAMPO', 'PIATTAFORMA'] as const)
    expect(may([{ role, scope: FLEET }], 'profiles.see'), role).toBeNull()
  expect(may([{ role: 'AUDITOR', scope: FLEET }], 'profiles.see')).toMatchObject({ allEnti: true, fleet: false })
  expect(may([{ role: 'STANDARD', scope: office(SPELLO) }], 'audit.see')).toMatchObject({ enti: [], ufficiEnte: [] })
})

test('everything is only for who has the whole fleet: an auditor or a platform of a region or an office has their own', () => {
  for (const action of ['audit.see', 'audit.export', 'history.search', 'grants.see', 'cards.see'] as const)
    for (const role of ['AUDITOR', 'PIATTAFORMA'] as const)
      for (const scope of [UMBRIA, POST]) expect(may([{ role, scope }], action)?.all ?? false, action).toBe(false)
  expect(may([{ role: 'AUDITOR', scope: FLEET }], 'history.search')?.all).toBe(true)
})
