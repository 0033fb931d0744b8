import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { DAY_MS, MINUTE_MS } from '../../basics/time.ts'
import { err, ok } from '../../contract/result.ts'
import { openChallenges } from './challenges.ts'
import type { GatewayClient } from './client.ts'

const START = Date.parse('2026-11-22T09:00:00.000Z')
const named = (name: string) => Buffer.alloc(32, name).toString('base64')

let dir: string
let file: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'challenges-'))
  file = join(dir, 'challenge.json')
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

function totem({ online = true } = {}) {
  const state = { online, wall: START, run: 0 }
  const asked: ((answer: Awaited<ReturnType<GatewayClient['challenge']>>) => void)[] = []
  const onReady = vi.fn()
  const challenges = openChallenges({
    file,
    client: { challenge: () => new Promise((answer) => asked.push(answer)) },
    online: () => state.online,
    onReady,
    now: () => new Date(state.wall),
    clock: () => state.run,
  })
  const pass = (ms: number) => {
    state.wall += ms
    state.run += ms
  }
  const answered = async (name: string) => {
    asked.pop()?.(ok({ challenge: named(name) }))
    await turn()
  }
  return { state, asked, onReady, challenges, pass, answered }
}
const written = () => vi.waitFor(() => JSON.parse(readFileSync(file, 'utf8')) as { challenge: string })

test('a totem that never had a challenge serves no card, and says so until it has one', async () => {
  const { challenges, onReady } = totem({ online: false })
  challenges.prepare()
  expect([challenges.ready, await challenges.forLogin()]).toEqual([false, null])
  challenges.take(named('a'))
  expect(onReady).toHaveBeenCalledOnce()
  expect([challenges.ready, await challenges.forLogin()]).toEqual([true, named('a')])
})
test('the newest is on the disk, for its owner alone, and counts after a restart without a line', async () => {
  const { challenges } = totem()
  for (const name of ['a', 'b', 'c']) challenges.take(named(name))
  await vi.waitFor(async () => expect((await written()).challenge).toBe(named('c')))
  expect(statSync(file).mode & 0o777).toBe(0o600)
  const later = totem({ online: false }).challenges
  expect([later.ready, await later.forLogin()]).toEqual([true, named('c')])
})
test.each(['', '{', '{"challenge":"x","at":1}', `{"challenge":"${named('a')}"}`, 'null'])(
  'a file that is damaged (%j) is none',
  (text) => {
    writeFileSync(file, text)
    expect(totem().challenges.ready).toBe(false)
  },
)
test('a card has a fresh one asked for, once, unless there is one that nobody has used', async () => {
  const { challenges, asked, answered, pass } = totem()
  challenges.take(named('heartbeat'))
  challenges.prepare()
  expect(asked).toHaveLength(0)
  expect(await challenges.forLogin()).toBe(named('heartbeat'))
  challenges.prepare()
  challenges.prepare()
  expect(asked).toHaveLength(1)
  await answered('fresh')
  pass(MINUTE_MS - 1)
  challenges.prepare()
  expect(asked).toHaveLength(0)
  expect(await challenges.forLogin()).toBe(named('fresh'))
})
test('nothing is asked for without a line', () => {
  const { challenges, asked } = totem({ online: false })
  challenges.prepare()
  expect(asked).toHaveLength(0)
})
test('a PIN that is typed fast waits for a challenge on its way, and for no fresh one that is there', async () => {
  const { challenges, answered, pass } = totem()
  challenges.take(named('old'))
  pass(4 * MINUTE_MS)
  challenges.prepare()
  const login = challenges.forLogin()
  await answered('fresh')
  expect(await login).toBe(named('fresh'))
  const again = totem()
  again.challenges.take(named('first'))
  again.pass(2 * MINUTE_MS)
  again.challenges.prepare()
  expect(await again.challenges.forLogin()).toBe(named('first'))
})
test('a line that answers nothing holds nobody up: the card signs what is there', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  try {
    const { challenges, pass } = totem()
    challenges.take(named('old'))
    pass(DAY_MS)
    challenges.prepare()
    const login = challenges.forLogin()
    await vi.advanceTimersByTimeAsync(5_000)
    expect(await login).toBe(named('old'))
  } finally {
    vi.useRealTimers()
  }
})
test('a question that fails may be asked again', async () => {
  const { challenges, asked } = totem()
  challenges.prepare()
  asked.pop()?.(err({ kind: 'line-down', reason: 'timeout' }))
  await turn()
  challenges.prepare()
  expect(asked).toHaveLength(1)
})
test('after twenty days of silence no card is served: a request would hardly get through in time', async () => {
  const { challenges, pass } = totem({ online: false })
  challenges.take(named('a'))
  pass(20 * DAY_MS - 1)
  expect(challenges.ready).toBe(true)
  pass(1)
  expect([challenges.ready, await challenges.forLogin()]).toEqual([false, null])
})
