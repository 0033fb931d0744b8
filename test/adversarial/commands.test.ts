import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CompactSign, importJWK } from 'jose'
import { ulid } from 'ulid'
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { DAY_MS, HOUR_MS } from '../../basics/time.ts'
import { COMMAND_TYP, type Command, type CommandOutcome, totemCommandKinds } from '../../contract/command.ts'
import { err, ok } from '../../contract/result.ts'
import { type CommandRoom, createCommands, type Deeds, DONE } from '../../main/commands/commands.ts'
import { createDeeds } from '../../main/commands/deeds.ts'
import { isWithdrawn, noticeOf } from '../../main/commands/standing.ts'
import { openQueue, type Queue } from '../../main/queue/queue.ts'
import { listed } from '../../simulator/pki/gateway-keys.ts'
import { jwkPair } from '../../simulator/pki/jwk.ts'

// What reaches a totem as a command of an operator's: forged, replayed, reordered, late, another's, from another time.

type Pair = Awaited<ReturnType<typeof jwkPair>>
let key: Pair
let anchor: Pair
let dir: string
let queue: Queue
let room: CommandRoom
let waiting: { id: string; command: string }[]
let told: CommandOutcome[]
let done: string[]
let journal: string[]
let clock: number
let gatewayTime: number
let idle: boolean
let lineIsUp: boolean

beforeAll(async () => {
  key = await jwkPair('sig')
  anchor = await jwkPair('sig')
})

const signed = async (payload: object | string, { by = key, header = {} as object } = {}) =>
  new CompactSign(new TextEncoder().encode(typeof payload === 'string' ? payload : JSON.stringify(payload)))
    .setProtectedHeader({ alg: 'ES256', kid: by.private.kid, typ: COMMAND_TYP, ...header })
    .sign(await importJWK(by.private, 'ES256'))
const commandOf = (serial: number, more: Partial<Command> = {}): Command => ({
  ...{ id: ulid(), totem: 'TT-0001', serial, kind: 'restart-device', args: {} },
  ...{ notBefore: new Date(clock).toISOString(), expires: new Date(clock + DAY_MS).toISOString() },
  ...more,
})

function open(): void {
  const opened = openQueue({ path: join(dir, 'queue.db'), now: () => clock })
  if (!opened.ok) throw new Error(opened.error.reason)
  queue = opened.value
  const deed = (kind: string) => ({
    idle: true,
    cutOff: 'interrupted' as const,
    run() {
      done.push(kind)
      return DONE
    },
  })
  const deeds = Object.fromEntries(totemCommandKinds.map((kind) => [kind, deed(kind)])) as unknown as Deeds
  const standing = { cutOff: 'again' as const, run: () => DONE }
  room = createCommands({
    ...{ store: queue.commands, totem: 'TT-0001', keys: () => [listed(key.public)], isIdle: () => idle },
    ...{ now: () => clock, latest: () => gatewayTime, onChange: () => undefined },
    deeds: {
      ...deeds,
      withdraw: { ...standing, idle: true },
      'restart-app': { ...deed('restart-app'), cutOff: 'done' },
      notice: { ...standing, idle: false },
    },
    journal: { record: (event, fields) => journal.push(`${event} ${'reason' in fields ? fields.reason : ''}`.trim()) },
    client: {
      commands: async () => (lineIsUp ? ok({ commands: waiting }) : err({ kind: 'line-down', reason: 'ECONNREFUSED' })),
      async commandOutcomes({ outcomes }) {
        if (!lineIsUp) return err({ kind: 'line-down', reason: 'ECONNREFUSED' })
        told.push(...outcomes)
        return ok({ taken: outcomes.map(({ id }) => id) })
      },
    },
  })
}
/** As after `kill -9`: nothing was told to anybody, and the file is as it was. */
function startAnew(): void {
  room.stop()
  queue.close()
  open()
  room.start()
}
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'totem-commands-'))
  ;[waiting, told, done, journal] = [[], [], [], []]
  ;[clock, gatewayTime, idle, lineIsUp] = [Date.parse('2026-11-30T10:00:00Z'), 0, true, true]
  open()
})
afterEach(() => {
  room.stop()
  queue.close()
  rmSync(dir, { recursive: true })
})

/** The gateway hands these out, and the totem hears of the highest. */
async function comes(...texts: string[]): Promise<(string | null)[]> {
  const before = told.length
  waiting = texts.map((command) => ({ id: ulid(), command }))
  await room.heard(1_000_000)
  return told.slice(before).map(({ refusal }) => refusal)
}

test('a good one is done once, and told with its id', async () => {
  const command = commandOf(1)
  expect(await comes(await signed(command))).toEqual([null])
  expect(done).toEqual(['restart-device'])
  expect(told[0]?.id).toBe(command.id)
  expect(journal).toEqual(['command.taken', 'command.done'])
})

describe('refused by name, and nothing is done', () => {
  test.each<[string, string, () => Promise<string>]>([
    ['unsigned', 'of somebody else’s key', async () => signed(commandOf(1), { by: await jwkPair('sig') })],
    [
      'unsigned',
      'by the key that anchors logs, which is no key for commands',
      () => signed(commandOf(1), { by: anchor }),
    ],
    [
      'unsigned',
      'by somebody who calls their key ours',
      async () => signed(commandOf(1), { by: await jwkPair('sig'), header: { kid: key.private.kid } }),
    ],
    ['unsigned', 'signed as something else', () => signed(commandOf(1), { header: { typ: 'totem-assignment+jws' } })],
    [
      'unsigned',
      'with one letter changed',
      async () => (await signed(commandOf(1))).replace(/\.(.)/, (_, one) => `.${one === 'e' ? 'f' : 'e'}`),
    ],
    ['unsigned', 'empty', async () => ''],
    [
      'unsigned',
      'without an algorithm',
      async () => {
        const [, payload] = (await signed(commandOf(1))).split('.')
        const header = Buffer.from(JSON.stringify({ alg: 'none', kid: key.private.kid, typ: COMMAND_TYP }))
        return `${header.toString('base64url')}.${payload}.`
      },
    ],
    ['malformed', 'with a field too many', () => signed({ ...commandOf(1), shell: 'id' })],
    ['malformed', 'a list', () => signed([commandOf(1)])],
    ['malformed', 'with an argument that it does not take', () => signed(commandOf(1, { args: { run: 'x' } }))],
    [
      'malformed',
      'a notice in an operator’s own words',
      () => signed(commandOf(1, { kind: 'notice', args: { sentence: 'Telefonate al 123', day: '2026-12-24' } })),
    ],
    ['malformed', 'a serial of 0', () => signed(commandOf(0))],
    ['other-totem', 'for another', () => signed(commandOf(1, { totem: 'TT-0002' }))],
    ['expired', 'of yesterday', () => signed(commandOf(1, { expires: new Date(clock - 1).toISOString() }))],
    ['not-yet', 'of tomorrow', () => signed(commandOf(1, { notBefore: new Date(clock + HOUR_MS).toISOString() }))],
    ['unknown-kind', 'of a later version', () => signed(commandOf(1, { kind: 'take-picture' }))],
    ['unknown-kind', 'named as what every object has', () => signed(commandOf(1, { kind: 'constructor' }))],
  ])('%s: %s', async (refusal, _, text) => {
    expect(await comes(await text())).toEqual([refusal])
    expect(done).toEqual([])
    expect(journal).toEqual([`command.refused ${refusal}`])
  })

  test('the same again, an earlier one after it, and both after a start', async () => {
    const [first, second] = [await signed(commandOf(1)), await signed(commandOf(2, { kind: 'send-log' }))]
    expect(await comes(second)).toEqual([null])
    expect(await comes(second, first)).toEqual(['replayed', 'out-of-order'])
    startAnew()
    expect(await comes(second, first)).toEqual(['replayed', 'out-of-order'])
    expect(done).toEqual(['send-log'])
  })

  test('a clock that was put back brings none of yesterday to life', async () => {
    const yesterday = await signed(commandOf(1))
    clock += 2 * DAY_MS
    gatewayTime = clock
    clock -= 2 * DAY_MS
    expect(await comes(yesterday)).toEqual(['expired'])
    // Its serial is spent: with the right clock again it does not come back either.
    gatewayTime = 0
    expect(await comes(yesterday)).toEqual(['replayed'])
    expect(done).toEqual([])
  })
})

describe('once, whatever ends the program', () => {
  test('killed after it was taken: done by the next', async () => {
    idle = false
    await comes(await signed(commandOf(1)))
    startAnew()
    idle = true
    await room.look()
    await room.look()
    expect(done).toEqual(['restart-device'])
  })

  test.each([
    ['restart-device', 'interrupted'],
    ['restart-app', null],
  ])('killed in the middle of %s: not again', async (kind, refusal) => {
    idle = false
    await comes(await signed(commandOf(1, { kind })))
    expect(queue.commands.begin(1).ok).toBe(true)
    startAnew()
    idle = true
    await room.heard(null)
    expect(done).toEqual([])
    expect(told.map((outcome) => outcome.refusal)).toEqual([refusal])
  })

  test('an outcome that did not arrive is told again, and no more once it has', async () => {
    waiting = [{ id: ulid(), command: await signed(commandOf(1)) }]
    idle = false
    await room.heard(1)
    ;[idle, lineIsUp] = [true, false]
    await room.look()
    expect(done).toEqual(['restart-device'])
    startAnew()
    lineIsUp = true
    await room.heard(null)
    await room.heard(null)
    expect(told).toHaveLength(1)
  })

  test('nobody is disturbed, and one that nobody has let begin for a day is refused', async () => {
    idle = false
    expect(await comes(await signed(commandOf(1)))).toEqual([])
    clock += DAY_MS
    idle = true
    await room.look()
    expect([done, told.map(({ refusal }) => refusal)]).toEqual([[], ['expired']])
  })
})

describe('what stands at the totem', () => {
  test('withdrawn from the moment it was heard of, done when the visit is over; over a start; until it is brought back', async () => {
    idle = false
    expect(await comes(await signed(commandOf(1, { kind: 'withdraw' })))).toEqual([])
    expect(isWithdrawn(queue.commands)).toBe(true)
    startAnew()
    expect(isWithdrawn(queue.commands)).toBe(true)
    idle = true
    await room.look()
    expect(told.map(({ refusal }) => refusal)).toEqual([null])
    await comes(await signed(commandOf(2, { kind: 'restore' })))
    expect(isWithdrawn(queue.commands)).toBe(false)
  })

  test('a notice until the end of its day, or until there is none any more', async () => {
    const at = () => noticeOf(queue.commands, new Date(clock))
    await comes(await signed(commandOf(1, { kind: 'notice', args: { sentence: 'works', day: '2026-12-01' } })))
    expect(at()).toEqual({ sentence: 'works', day: '2026-12-01' })
    clock += 36 * HOUR_MS
    expect(at()).toEqual({ sentence: 'works', day: '2026-12-01' })
    clock += HOUR_MS
    expect(at()).toBeNull()
    await comes(await signed(commandOf(2, { kind: 'notice', args: { sentence: 'closed', day: '2026-12-24' } })))
    await comes(await signed(commandOf(3, { kind: 'notice-off' })))
    expect(at()).toBeNull()
  })

  test('a program that was brought back meets a command of its successor', async () => {
    idle = false
    await comes(await signed(commandOf(1, { kind: 'send-log' })))
    const { open: opened } = queue.commands
    expect(opened()).toHaveLength(1)
    const strange = { ...commandOf(2), kind: 'later' as never, args: {} as never }
    queue.commands.take(strange)
    await room.look()
    expect(told.map(({ refusal }) => refusal)).toEqual(['unknown-kind'])
  })
})

test('three restarts a day, and the fourth is refused', async () => {
  const restarts: string[] = []
  const deeds = createDeeds({
    ...{ store: queue.commands, journal: { unsentCount: () => 0 }, now: () => clock, notNow: () => null },
    ...{ wake: () => undefined, closed: () => undefined, rotateKeys: async () => true, reboot: null },
    examine: () => Promise.reject(new Error('not asked')),
    leave: () => void restarts.push('app'),
    devices: { restart: () => void restarts.push('device') },
  })
  const outcomes: unknown[] = []
  for (let serial = 1; serial <= 4; serial++) {
    queue.commands.take({ ...commandOf(serial), kind: 'restart-device', args: {} })
    queue.commands.begin(serial)
    const outcome = await deeds['restart-device'].run({}, '')
    queue.commands.end(serial, outcome)
    outcomes.push(outcome.refusal)
  }
  expect(outcomes).toEqual([null, null, null, 'too-often'])
  expect(restarts).toEqual(['device', 'device', 'device'])
  expect(await deeds.reboot.run({}, '')).toMatchObject({ refusal: 'no-mechanism' })
  expect(await deeds.restore.run({}, '')).toMatchObject({ refusal: 'not-withdrawn' })
  expect(await deeds['send-log'].run({}, '')).toEqual({ refusal: null, found: [{ what: 'unsent', outcome: '0' }] })
})

test('a thousand texts of noise do nothing and throw nothing', async () => {
  const good = await signed(commandOf(7))
  let seed = 20261130
  const random = (below: number) => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fffffff
    return seed % below
  }
  const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.{}"\\\u0000é'
  const noise = Array.from({ length: 1_000 }, () => {
    const text = [...good]
    for (let change = 0; change <= random(4); change++) {
      const at = random(text.length)
      const how = random(3)
      if (how === 0) text[at] = letters[random(letters.length)] ?? ''
      else if (how === 1) text.splice(at, 1 + random(40))
      else text.splice(at, 0, ...text.slice(random(text.length), random(text.length)))
    }
    return text.join('')
  }).filter((text) => text !== good)
  for (let at = 0; at < noise.length; at += 20) await comes(...noise.slice(at, at + 20))
  expect(done).toEqual([])
  expect(told.every(({ refusal }) => refusal === 'unsigned')).toBe(true)
  expect(queue.commands.last()).toBe(0)
  expect(await comes(good)).toEqual([null])
})
