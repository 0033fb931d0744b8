import { expect, test } from 'vitest'
import { migratedTables } from '../../../test/support/gateway/database.ts'
import { withConsole } from '../tables.ts'
import { confirm, grantsOf, stateOf } from './grants.ts'
import { NO_SIGHT } from './matrix.ts'

// Given on 1 January 2026 for a year. A quarter is 91 days: to be confirmed from 2 April, within 30 days.
const day = (text: string) => new Date(`${text}T12:00:00Z`)
const GIVEN = {
  ...{ from_at: day('2026-01-01'), until_at: day('2026-12-31'), approved_at: day('2026-01-01') },
  ...{ revoked_at: null, used_at: null, confirmed_at: null },
}

test.each([
  ['used', { used_at: day('2026-03-30') }, '2026-04-20', 'given'],
  ['never used, on the last of 90 days', {}, '2026-03-31', 'given'],
  ['never used', {}, '2026-04-01', 'unused'],
  ['used 90 days ago', { used_at: day('2026-01-20') }, '2026-04-20', 'unused'],
  [
    'used long ago, and confirmed',
    { used_at: day('2026-01-20'), confirmed_at: day('2026-04-10') },
    '2026-07-08',
    'given',
  ],
  [
    'used and confirmed long ago',
    { used_at: day('2026-01-20'), confirmed_at: day('2026-04-10') },
    '2026-07-09',
    'unused',
  ],
  ['begins later than it was approved', { from_at: day('2026-03-01') }, '2026-04-20', 'given'],
  ['used, and nobody has answered for 30 days', { used_at: day('2026-05-01') }, '2026-05-02', 'unconfirmed'],
  ['used, on the last day for an answer', { used_at: day('2026-05-01') }, '2026-05-01', 'given'],
  ['confirmed', { used_at: day('2026-07-01'), confirmed_at: day('2026-04-10') }, '2026-07-20', 'given'],
  [
    'confirmed once, and not again',
    { used_at: day('2026-08-08'), confirmed_at: day('2026-04-10') },
    '2026-08-10',
    'unconfirmed',
  ],
  ['brought back, and never used', { confirmed_at: day('2026-08-10') }, '2026-09-01', 'given'],
  ['over', { used_at: day('2026-12-30'), confirmed_at: day('2026-10-10') }, '2026-12-31', 'ended'],
  ['waits for the second person', { approved_at: null }, '2026-08-10', 'proposed'],
  ['revoked', { revoked_at: day('2026-02-01') }, '2026-08-10', 'revoked'],
])('a grant that is %s', (_, more, at, state) => expect(stateOf({ ...GIVEN, ...more }, day(at))).toBe(state))

test('who brings a grant back that was never used learns no more of whose it is', async () => {
  const db = withConsole(await migratedTables())
  try {
    const [COMUNE, at] = ['054050', day('2026-04-20')]
    const scope = { kind: 'ufficio-ente' as const, ente: 'USL2', ufficio: 'PROTESI', comune: COMUNE }
    const terms = { from_at: GIVEN.from_at, until_at: GIVEN.until_at, reason: 'r', proposed_by: 'p', proposed_at: at }
    await db
      .insertInto('console_grant')
      .values({ id: 'G', holder: 'h', role: 'ADMIN', scope: JSON.stringify(scope), ...terms })
      .execute()
    await db.updateTable('console_grant').set({ approved_by: 'q', approved_at: GIVEN.approved_at }).execute()
    const giver = {
      doer: { person: 't', role: 'TOP' as const, session: null },
      held: [{ role: 'TOP' as const, scope: { kind: 'ente' as const, ente: COMUNE } }],
    }
    const seen = async () =>
      (await grantsOf(db, giver, { ...NO_SIGHT, role: 'TOP', enti: [COMUNE] }, new Map([['h', 'Carla']]), at)).grants
    expect(await seen()).toMatchObject([{ state: 'unused', holderName: null, usedAt: null }])
    expect(await db.transaction().execute((within) => confirm(within, giver, { grant: 'G' }, at))).toMatchObject({
      ok: true,
    })
    expect(await seen()).toMatchObject([{ state: 'given', holderName: null, usedAt: null }])
  } finally {
    await db.destroy()
  }
})
