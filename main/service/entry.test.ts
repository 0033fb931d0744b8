import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { DAY_MS, HOUR_MS, italianDay } from '../../basics/time.ts'
import type { ServiceAccess, ServiceGrant } from '../../contract/service.ts'
import { codeOfDay } from '../../trust/service-access.ts'
import { judgeCode, standingOf } from './entry.ts'
import { codeTries, MOST_WRONG } from './tries.ts'
import { ENTRY_SAYS } from './words.ts'

const NOW = new Date('2026-11-30T10:00:00Z')
const CARD = 'a'.repeat(64)
const iso = (ms: number) => new Date(+NOW + ms).toISOString()
const grant = (number: number, from: number, until: number, more: Partial<ServiceGrant> = {}): ServiceGrant => ({
  ...{ number, card: CARD, from: iso(from), until: iso(until), revoked: null },
  ...more,
})
const live = grant(7, -HOUR_MS, HOUR_MS)
const told = (grants: ServiceGrant[], ageMs = HOUR_MS): ServiceAccess => ({
  ...{ totem: 'TT-0001', issued: iso(-ageMs), grants },
})

describe('who may enter', () => {
  test.each<[string, ServiceAccess | null, boolean, object]>([
    ['the gateway has never said anything', null, true, { state: 'citizen' }],
    ['a card of nobody', told([]), true, { state: 'citizen' }],
    ['another technician’s', told([{ ...live, card: 'b'.repeat(64) }]), true, { state: 'citizen' }],
    ['a grant that counts now', told([live]), true, { state: 'grant', grant: 7 }],
    ['the same without codes', told([live]), false, { state: 'grant', grant: 7 }],
    ['the newest of two that count', told([grant(3, -DAY_MS, DAY_MS), live]), true, { state: 'grant' }],
    ['one that has ended', told([grant(7, -DAY_MS, -1)]), true, { reason: 'grant-ended', at: iso(-1) }],
    ['it ends in this very moment', told([grant(7, -DAY_MS, 0)]), true, { reason: 'grant-ended' }],
    ['one that begins tomorrow', told([grant(7, DAY_MS, 2 * DAY_MS)]), true, { reason: 'grant-not-begun' }],
    [
      'the next, of an ended one and one to come',
      told([grant(8, DAY_MS, 2 * DAY_MS), grant(7, -DAY_MS, -1)]),
      true,
      { reason: 'grant-not-begun', grant: 8 },
    ],
    [
      'revoked yesterday',
      told([grant(7, -DAY_MS, DAY_MS, { revoked: iso(-DAY_MS) })]),
      true,
      { reason: 'grant-revoked', at: iso(-DAY_MS) },
    ],
    [
      'revoked, and the line has been away since',
      told([grant(7, -DAY_MS, DAY_MS, { revoked: iso(-DAY_MS) })], 40 * DAY_MS),
      true,
      { reason: 'grant-revoked' },
    ],
    [
      'a new grant after one that was revoked',
      told([live, grant(3, -DAY_MS, DAY_MS, { revoked: iso(-DAY_MS) })]),
      true,
      { state: 'grant', grant: 7 },
    ],
    ['no line for a day', told([live], DAY_MS + 1), true, { state: 'code', grant: 7 }],
    [
      'no line for a day, and the grant has ended',
      told([grant(7, -9 * DAY_MS, -DAY_MS)], 2 * DAY_MS),
      true,
      { state: 'code', grant: 7 },
    ],
    ['no line for a day, and no codes', told([live], DAY_MS + 1), false, { reason: 'no-codes' }],
    ['the clock is behind what the gateway signed', told([live], -2 * HOUR_MS), true, { reason: 'clock-wrong' }],
    ['two clocks in order', told([live], -HOUR_MS / 2), true, { state: 'grant' }],
  ])('%s', (_, access, codes, standing) => {
    expect(standingOf(access, CARD, { now: NOW, codes })).toMatchObject(standing)
  })

  test('each refusal is a sentence of its own, in Italian, with its day', () => {
    const said = Object.values(ENTRY_SAYS).map((say) => say(NOW.toISOString()))
    expect(new Set(said).size).toBe(said.length)
    expect(ENTRY_SAYS['grant-revoked'](iso(-DAY_MS))).toContain('29/11/26')
  })
})

describe('the code of the day', () => {
  const folder = mkdtempSync(join(tmpdir(), 'code-tries-'))
  afterAll(() => rmSync(folder, { recursive: true }))
  beforeEach(() => rmSync(join(folder, 'service'), { recursive: true, force: true }))
  const secret = Buffer.alloc(32, 7)
  const today = codeOfDay(secret, 'TT-0001', italianDay(NOW))
  const type = (code: string, now = NOW, totem = 'TT-0001') =>
    judgeCode(code, { secret, totem, now, tries: codeTries(folder) })
  const refused = (kind: string, more: object = {}) => ({ ok: false, error: { kind, ...more } })

  test('it is of one totem, one day and one secret', async () => {
    const others = [
      codeOfDay(secret, 'TT-0002', italianDay(NOW)),
      codeOfDay(secret, 'TT-0001', italianDay(new Date(+NOW - DAY_MS))),
      codeOfDay(secret, 'TT-0001', italianDay(new Date(+NOW + DAY_MS))),
      codeOfDay(Buffer.alloc(32, 8), 'TT-0001', italianDay(NOW)),
    ]
    expect(new Set([today, ...others]).size).toBe(5)
    expect(await type(today)).toEqual({ ok: true, value: null })
    for (const [at, other] of others.entries())
      expect(await type(other)).toMatchObject(refused('code-wrong', { left: 4 - at }))
  })
  test('as the technician hears it: small letters, blanks, O for 0', async () => {
    expect(await type(today.toLowerCase().replaceAll('-', ' ').replaceAll('0', 'o'))).toMatchObject({ ok: true })
  })
  test('five wrong ones shut the day, also for the right one and after a restart', async () => {
    const wrong = codeOfDay(secret, 'TT-0002', italianDay(NOW))
    for (let left = MOST_WRONG - 1; left > 0; left--)
      expect(await type(wrong)).toMatchObject(refused('code-wrong', { left }))
    expect(await type(wrong)).toMatchObject(refused('code-blocked'))
    expect(await type(today)).toMatchObject(refused('code-blocked'))
    const tomorrow = new Date(+NOW + DAY_MS)
    expect(await type(codeOfDay(secret, 'TT-0001', italianDay(tomorrow)), tomorrow)).toMatchObject({ ok: true })
  })
  test('the right one takes the wrong ones away', async () => {
    await type(codeOfDay(secret, 'TT-0002', italianDay(NOW)))
    await type(today)
    expect(await codeTries(folder).of(italianDay(NOW))).toBe(0)
  })
  test('a clock that was set back to the day of an old code opens nothing', async () => {
    await type(today)
    const yesterday = new Date(+NOW - DAY_MS)
    expect(await type(codeOfDay(secret, 'TT-0001', italianDay(yesterday)), yesterday)).toMatchObject(
      refused('clock-wrong'),
    )
  })
  test('a file of tries that somebody has written on gives none', async () => {
    await type(today)
    writeFileSync(join(folder, 'service/code-tries.json'), '{"day":"2026-11-30"}')
    expect(await type(today)).toMatchObject(refused('code-blocked'))
  })
})
