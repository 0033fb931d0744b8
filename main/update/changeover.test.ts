import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { DAY_MS, MINUTE_MS } from '../../basics/time.ts'
import type { ReleaseRefusal } from '../../contract/release-refusals.ts'
import { err, ok, type Result } from '../../contract/result.ts'
import { type Changeover, type ChangeoverParts, createChangeover } from './changeover.ts'
import { type Had, missing, type Signs } from './healthy.ts'
import { noPrograms, type Programs } from './programs.ts'
import { type Moment, notNow } from './quiet.ts'

const NIGHT = new Date('2026-11-30T01:00:00Z')
const quiet: Moment = {
  ...{ now: NIGHT, aloneMs: 16 * MINUTE_MS, card: false, paper: false, queued: 0, online: true },
  ...{ technician: false, clockRight: true },
}

test.each<[string, Partial<Moment>, boolean, ReturnType<typeof notNow>]>([
  ['in the night, alone', {}, false, null],
  ['somebody was there ten minutes ago', { aloneMs: 10 * MINUTE_MS }, false, 'person'],
  ['urgent, somebody was there ten minutes ago', { aloneMs: 10 * MINUTE_MS }, true, null],
  ['urgent, somebody is there', { aloneMs: 0 }, true, 'person'],
  ['a forgotten card', { card: true }, true, 'card'],
  ['a sheet in the slot', { paper: true }, true, 'paper'],
  ['a technician at work', { technician: true }, true, 'technician'],
  ['requests that are just being sent', { queued: 2 }, true, 'queue'],
  ['requests that wait for a line', { queued: 2, online: false }, false, null],
  ['noon', { now: new Date('2026-11-30T11:00:00Z') }, false, 'day'],
  ['urgent at noon', { now: new Date('2026-11-30T11:00:00Z') }, true, null],
  ['ten in the evening in summer, eight in Greenwich', { now: new Date('2026-07-01T20:00:00Z') }, false, null],
  ['five in the morning', { now: new Date('2026-11-30T04:00:00Z') }, false, 'day'],
  ['night by a wrong clock', { clockRight: false }, false, 'clock'],
])('another program begins: %s', (_what, change, urgent, why) => {
  expect(notNow({ ...quiet, ...change }, urgent)).toBe(why)
})

const well: Signs = {
  ...{ upMs: 2 * MINUTE_MS, devices: true, deviceRestarts: 0, reader: true, printer: true, line: 'up' },
}
const had: Had = { reader: true, printer: true, line: true }

test.each<[string, Partial<Signs>, Partial<Had>, ReturnType<typeof missing>]>([
  ['all that was there is there', {}, {}, null],
  ['half a minute up', { upMs: MINUTE_MS / 2 }, {}, 'devices'],
  ['the device process died', { deviceRestarts: 1 }, {}, 'devices'],
  ['no reader', { reader: false }, {}, 'reader'],
  ['no reader, as before', { reader: false }, { reader: false }, null],
  ['no printer', { printer: false }, {}, 'printer'],
  ['the line not tried yet', { line: null }, {}, 'line'],
  ['the line is down in the night', { line: 'no-network' }, {}, null],
  ['the gateway refuses what this program says', { line: 'gateway-refused' }, {}, 'line'],
  ['the same, as before', { line: 'gateway-refused' }, { line: false }, null],
])('a program has proved healthy: %s', (_what, signs, before, lacks) => {
  expect(missing({ ...well, ...signs }, { ...had, ...before })).toBe(lacks)
})

describe('a change of the program', () => {
  let folder: string
  let programs: Programs
  let moment: Moment
  let signs: Signs
  let clock: number
  let told: [string, object][]
  let orders: string[]
  let answers: Record<string, Result<null, { kind: ReleaseRefusal }>>
  let left: number
  let restarted: number
  /** What logind answers. */
  let restarts: boolean
  let changeover: Changeover | null
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'changeover-'))
    programs = noPrograms()
    ;[moment, signs, clock, left, restarted, restarts] = [quiet, well, +NIGHT, 0, 0, true]
    ;[told, orders, answers, changeover] = [[], [], {}, null]
  })
  afterEach(() => {
    changeover?.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  /** The program of this number has shown its first view. */
  async function starts(own: number, more: Partial<ChangeoverParts> = {}) {
    changeover?.stop()
    left = 0
    changeover = createChangeover({
      ...{ own, folder, now: () => clock, programs: () => programs, moment: () => moment, signs: () => signs },
      journal: { record: (event, fields) => void told.push([event, fields]) },
      leave: () => void left++,
      restart: async () => {
        restarted++
        return restarts
      },
      async give({ do: what, number }) {
        orders.push(`${what} ${number}`)
        const answer = answers[what] ?? ok(null)
        if (answer.ok && what === 'install') programs = { ...programs, installed: [number] }
        if (answer.ok && what === 'start') programs = { ...programs, current: number, trial: { tries: 3 } }
        if (answer.ok && what === 'confirm') programs = { ...programs, trial: null, highest: number }
        return answer
      },
      ...more,
    })
    await changeover.start()
    return changeover
  }
  /** The next look; orders are carried out at once here. */
  const look = () => changeover?.look()

  test('goes through: installed, begun, on trial, confirmed', async () => {
    const older = await starts(0)
    older.take({ number: 7, urgent: false })
    await look()
    expect(older.standing().next).toEqual({ number: 7, state: 'installed', reason: null })
    moment = { ...quiet, now: new Date('2026-11-30T11:00:00Z') }
    await look()
    expect(left).toBe(0)
    moment = quiet
    await look()
    expect([orders, left]).toEqual([['install 7', 'start 7'], 1])

    signs = { ...well, upMs: 1_000 }
    const newer = await starts(7)
    expect(newer.standing()).toEqual({ running: 7, confirmed: false, next: null })
    signs = well
    await look()
    expect(newer.standing()).toEqual({ running: 7, confirmed: true, next: null })
    expect(told.map(([event]) => event)).toEqual(['update.installed', 'update.restarted', 'update.confirmed'])
  })

  test('that does not prove healthy gives its place back; the one before tells why, once', async () => {
    const older = await starts(0)
    older.take({ number: 7, urgent: true })
    await look()
    await look()
    signs = { ...well, reader: false }
    await starts(7)
    await look()
    expect(left).toBe(0)
    signs = { ...signs, upMs: 11 * MINUTE_MS }
    await look()
    expect(left).toBe(1)
    programs = { ...programs, current: 0, trial: null, failed: new Map([[7, 'success']]) }
    signs = well
    const again = await starts(0)
    again.take({ number: 7, urgent: true })
    await look()
    expect(again.standing().next).toEqual({ number: 7, state: 'rolled-back', reason: null })
    await starts(0)
    expect(told.filter(([event]) => event === 'update.rolled-back')).toEqual([
      ['update.rolled-back', { release: 7, reason: 'not-healthy-reader' }],
    ])
    expect(orders.filter((order) => order.endsWith('7'))).toEqual(['install 7', 'start 7'])
  })

  test('that could take no other after it gives its place back too', async () => {
    programs = { ...programs, current: 7, trial: { tries: 2 }, installed: [7] }
    answers = { confirm: err({ kind: 'unanswered' }) }
    signs = { ...well, upMs: 11 * MINUTE_MS }
    await starts(7)
    expect([left, orders]).toEqual([1, ['confirm 7']])
  })

  test('in front of a person waits for them, also when it is the program that must go', async () => {
    const older = await starts(0)
    older.take({ number: 7, urgent: true })
    moment = { ...quiet, aloneMs: 0 }
    await look()
    expect(orders).toEqual([])
    programs = { ...programs, current: 7, trial: { tries: 3 } }
    signs = { ...well, upMs: 11 * MINUTE_MS, printer: false }
    await starts(7)
    await look()
    expect(left).toBe(0)
  })

  test('of the machine’s system restarts the machine, and is given back by its own starts', async () => {
    const older = await starts(0)
    older.take({ number: 9, urgent: true })
    await look()
    programs = { ...programs, system: 9 }
    answers = { start: err({ kind: 'not-written' }) }
    await look()
    expect([left, restarted, older.standing().next?.state]).toEqual([0, 0, 'refused'])
    answers = {}
    clock += 61 * MINUTE_MS
    // What the real order leaves of a system: begun, and not yet what runs.
    await starts(0, {
      async give({ do: what, number }) {
        orders.push(`${what} ${number}`)
        if (what === 'start') programs = { ...programs, begun: number }
        if (what === 'confirm') programs = { ...programs, trial: null, highest: number, system: null }
        return ok(null)
      },
    }).then((again) => again.take({ number: 9, urgent: true }))
    await look()
    expect([left, restarted]).toEqual([0, 1])
    // Cut off between order and restart: it goes on without another order.
    moment = { ...quiet, card: true }
    await look()
    moment = quiet
    await look()
    expect([orders.filter((order) => order === 'start 9').length, restarted]).toEqual([2, 2])

    programs = { ...programs, current: 9, begun: null, trial: { tries: null } }
    signs = { ...well, upMs: 11 * MINUTE_MS, printer: false }
    await starts(9)
    expect([left, restarted, told.at(-1)]).toEqual([0, 3, ['update.restarted', { release: 9 }]])
    signs = well
    const newer = await starts(9)
    await look()
    expect(newer.standing()).toEqual({ running: 9, confirmed: true, next: null })
  })

  test('of the machine’s system that logind refuses is told once, and tried again an hour later', async () => {
    programs = { ...programs, installed: [9], system: 9, begun: 9 }
    restarts = false
    const older = await starts(0)
    older.take({ number: 9, urgent: false })
    await look()
    const refusal = ['update.refused', { release: 9, reason: 'not-restarted' }]
    expect([restarted, told]).toEqual([1, [refusal]])
    expect(older.standing().next).toEqual({ number: 9, state: 'refused', reason: 'not-restarted' })
    clock += 61 * MINUTE_MS
    await look()
    expect([restarted, told, orders]).toEqual([2, [refusal], []])

    // One that is to be given back and may not restart is told by itself, and is kept if it comes right meanwhile.
    programs = { ...programs, current: 9, begun: null, trial: { tries: null } }
    signs = { ...well, upMs: 11 * MINUTE_MS, printer: false }
    await starts(9)
    await look()
    expect([restarted, told.slice(1)]).toEqual([3, [['update.restarted', { release: 9 }], refusal]])
    signs = well
    await look()
    expect(told.at(-1)).toEqual(['update.confirmed', { release: 9 }])
  })

  test('is refused by its name, told, and tried again an hour later', async () => {
    answers = { install: err({ kind: 'no-room' }) }
    const older = await starts(0)
    older.take({ number: 7, urgent: false })
    await look()
    await look()
    expect(orders).toEqual(['install 7'])
    expect(told).toEqual([['update.refused', { release: 7, reason: 'no-room' }]])
    expect(older.standing().next).toEqual({ number: 7, state: 'refused', reason: 'no-room' })
    clock += 61 * MINUTE_MS
    answers = {}
    await look()
    expect(older.standing().next).toMatchObject({ state: 'installed' })
  })

  test('that finds no quiet night for a week is told to an operator', async () => {
    const older = await starts(0)
    older.take({ number: 7, urgent: false })
    await look()
    moment = { ...quiet, card: true }
    await look()
    clock += 8 * DAY_MS
    await look()
    await look()
    expect(told.slice(1)).toEqual([['update.waiting', { release: 7, days: 8 }]])
  })

  test('by a technician’s hand begins at the next quiet moment, by day too', async () => {
    await starts(0)
    programs = { ...programs, current: 7, trial: { tries: 3 }, installed: [7] }
    moment = { ...quiet, now: new Date('2026-11-30T11:00:00Z') }
    await look()
    expect([orders, left]).toEqual([[], 1])
  })
})
