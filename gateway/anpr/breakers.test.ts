import { expect, test } from 'vitest'
import { ok } from '../../contract/result.ts'
import { failure, type Heard, NO_TRACE } from './answers.ts'
import { createBreakers } from './breakers.ts'

const answered: Heard<string> = { result: ok('answer'), trace: NO_TRACE }
const silent: Heard<string> = { result: failure('anpr-unavailable', 'TimeoutError'), trace: NO_TRACE }
const OPEN = { ok: false, error: { kind: 'anpr-unavailable', reason: 'breaker-open' } }

/** An answer that comes when a test says so. */
function held() {
  let resolve: (heard: Heard<string>) => void = () => {}
  const promise = new Promise<Heard<string>>((given) => {
    resolve = given
  })
  return { promise, resolve: (heard: Heard<string>) => resolve(heard) }
}

function bench() {
  let now = 0
  let asked = 0
  const changes: string[] = []
  const breakers = createBreakers({
    clock: () => now,
    onChange: (service, state) => changes.push(`${service} ${state}`),
  })
  return {
    breakers,
    changes,
    get asked() {
      return asked
    },
    wait: (ms: number) => {
      now += ms
    },
    ask: async (heard: Heard<string>, service: 'C030' | 'C021' = 'C030') =>
      (
        await breakers.through(service, async () => {
          asked++
          return heard
        })
      ).result,
  }
}
async function opened() {
  const it = bench()
  for (let n = 0; n < 5; n++) await it.ask(silent)
  return it
}

test('five calls without an answer open one service, and no other', async () => {
  const it = bench()
  for (let n = 0; n < 4; n++) await it.ask(silent)
  expect(it.breakers.isOpen('C030')).toBe(false)
  await it.ask(silent)
  expect(it.breakers.isOpen('C030')).toBe(true)
  expect(await it.ask(answered)).toEqual(OPEN)
  expect(it.asked).toBe(5)
  expect(it.changes).toEqual(['C030 open'])
  expect(await it.ask(answered, 'C021')).toEqual(ok('answer'))
})

test('an answer between them opens nothing, nor does a refusal, which is an answer', async () => {
  const it = bench()
  const refused: Heard<string> = {
    result: { ok: false, error: { kind: 'anpr-refused', code: 'EN122' } },
    trace: NO_TRACE,
  }
  for (const heard of [answered, refused]) {
    for (let n = 0; n < 4; n++) await it.ask(silent)
    await it.ask(heard)
  }
  expect(it.breakers.isOpen('C030')).toBe(false)
})

test('after its rest one call tries while the others hear no; its answer closes', async () => {
  const it = await opened()
  it.wait(1_000)
  expect(it.breakers.isOpen('C030')).toBe(false)
  const gate = held()
  const first = it.breakers.through('C030', () => gate.promise)
  for (let n = 0; n < 2; n++) expect(await it.ask(answered)).toEqual(OPEN)
  gate.resolve(answered)
  expect((await first).result.ok).toBe(true)
  expect((await it.ask(answered)).ok).toBe(true)
  expect(it.changes).toEqual(['C030 open', 'C030 closed'])
})

test('each try that fails doubles the rest, up to a minute', async () => {
  const it = await opened()
  for (const rest of [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]) {
    it.wait(rest - 1)
    expect(it.breakers.isOpen('C030')).toBe(true)
    it.wait(1)
    expect(it.breakers.isOpen('C030')).toBe(false)
    await it.ask(silent)
  }
  expect(it.changes).toEqual(['C030 open'])
})

test('what people are told is longer than a rest, and ends by itself where nobody comes', async () => {
  const it = await opened()
  it.wait(149_999)
  expect([it.breakers.isOpen('C030'), it.breakers.isOut('C030')]).toEqual([false, true])
  it.wait(1)
  expect(it.breakers.isOut('C030')).toBe(false)
  // The next one finds that nothing has changed.
  await it.ask(silent)
  expect(it.breakers.isOut('C030')).toBe(true)
  it.wait(60_000)
  await it.ask(answered)
  expect(it.breakers.isOut('C030')).toBe(false)
})

test('a day that is used up, or a key that is not let in, neither opens nor closes', async () => {
  const it = await opened()
  it.wait(1_000)
  await it.ask({ result: failure('anpr-closed', 'day-used-up'), trace: NO_TRACE })
  // The next one still tries, and one that fails lets it rest longer.
  await it.ask(silent)
  it.wait(1_999)
  expect(it.breakers.isOpen('C030')).toBe(true)
})

test('a slow service has sixteen calls under way, the next wait, and those beyond hear that there is no room', async () => {
  const { breakers } = bench()
  const gate = held()
  let underWay = 0
  const slow = Array.from({ length: 16 + 48 }, () =>
    breakers.through('C030', async () => {
      underWay++
      return gate.promise
    }),
  )
  await Promise.resolve()
  expect(underWay).toBe(16)
  expect((await breakers.through('C030', () => gate.promise)).result).toEqual({
    ok: false,
    error: { kind: 'anpr-busy', reason: 'no-room' },
  })
  expect((await breakers.through('C021', async () => answered)).result.ok).toBe(true)
  gate.resolve(answered)
  expect((await Promise.all(slow)).every(({ result }) => result.ok)).toBe(true)
  expect(underWay).toBe(64)
})

test('a call that throws gives its place back', async () => {
  const { breakers } = bench()
  for (let n = 0; n < 20; n++)
    await expect(breakers.through('C030', () => Promise.reject(new Error('a bug')))).rejects.toThrow('a bug')
  expect((await breakers.through('C030', async () => answered)).result.ok).toBe(true)
})
