import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { LONGEST_WAIT_MS } from '../../basics/backoff.ts'
import { openQueue, type Queue } from '../../main/queue/queue.ts'

const T0 = Date.parse('2026-11-22T09:00:00.000Z')
/** test/soak/power-cut.ts proves what a power cut does, so nothing here waits for the disk. */
const MEMORY = '/dev/shm'
const HOLDER = 'ab'.repeat(32)
const JWE = 'eyJhbGci..aXY.Y2lwaGVydGV4dA.dGFn'
const id = (n: number) => `01KANPR${n.toString().padStart(19, '0')}`

/** The queue's promises as a plain model, in the order of recording. */
type Known = { n: number; state: string; until: number; submittedAt: number; tried: boolean; told: boolean }
type Model = { known: Map<number, Known>; cursor: number }
type Real = { dir: string; queue: Queue }
type Step = fc.Command<Model, Real>

const OPEN = ['queued', 'submitted', 'aside']
const done = (n: boolean) => ({ ok: true, value: n })
const place = fc.integer({ min: 0, max: 8 })
const places = fc.uniqueArray(place, { maxLength: 4 })
const time = fc.integer({ min: 0, max: LONGEST_WAIT_MS })

function step(name: string, run: (model: Model, real: Real) => void): Step {
  return { check: () => true, run, toString: () => name }
}
const inState = ({ known }: Model, ...states: string[]) =>
  [...known.values()].filter(({ state }) => states.includes(state))
const those = ({ known }: Model, all: number[], ...states: string[]) =>
  all.map((n) => known.get(n)).filter((each) => each !== undefined && states.includes(each.state)) as Known[]

const steps: fc.Arbitrary<Step>[] = [
  place.map((n) =>
    step(`add ${n}`, ({ known }, { queue }) => {
      const item = {
        operation: id(n),
        kind: 'certificate',
        session: id(1000 + n),
        holder: HOLDER,
        sealed: JWE,
      } as const
      expect(queue.add({ ...item, requestedAt: new Date(T0 + n).toISOString() })).toEqual({
        ok: true,
        value: undefined,
      })
      if (!known.has(n)) known.set(n, { n, state: 'queued', until: 0, submittedAt: 0, tried: false, told: false })
    }),
  ),
  fc.tuple(places, time).map(([all, at]) =>
    step(`submitted ${all} at ${at}`, (model, { queue }) => {
      queue.submitted(all.map(id), T0 + at)
      for (const each of those(model, all, 'queued'))
        Object.assign(each, { state: 'submitted', submittedAt: T0 + at, tried: true })
    }),
  ),
  places.map((all) =>
    step(`requeue ${all}`, (model, { queue }) => {
      queue.requeue(all.map(id))
      for (const each of those(model, all, 'submitted')) Object.assign(each, { state: 'queued', until: 0 })
    }),
  ),
  fc.tuple(places, time).map(([all, until]) =>
    step(`defer ${all} until ${until}`, (model, { queue }) => {
      queue.defer(all.map((n) => ({ operation: id(n), reason: 'pending', until: T0 + until })))
      for (const each of those(model, all, 'queued')) Object.assign(each, { until: T0 + until, tried: true })
    }),
  ),
  place.map((n) =>
    step(`set aside ${n}`, (model, { queue }) => {
      const [found] = those(model, [n], 'queued', 'submitted')
      expect(queue.setAside(id(n), 'request-malformed')).toEqual(done(found !== undefined))
      if (found) found.state = 'aside'
    }),
  ),
  place.map((n) =>
    step(`retry ${n}`, (model, { queue }) => {
      const [found] = those(model, [n], 'aside')
      expect(queue.retry(id(n))).toEqual(done(found !== undefined))
      if (found) Object.assign(found, { state: 'queued', until: 0, told: false })
    }),
  ),
  fc
    .tuple(fc.array(fc.tuple(place, fc.constantFrom('well', 'badly', 'garbage')), { maxLength: 5 }), fc.nat(99))
    .map(([page, cursor]) =>
      step(`settle ${page} up to ${cursor}`, (model, { queue }) => {
        const settlements = {
          well: { state: 'issued', outcome: JWE },
          badly: { state: 'refused', reason: 'not-in-family', anpr: 'EN286' },
          garbage: { state: 'issued', outcome: '<html>' },
        } as const
        const expected = page.map(([n, how]) => {
          const found = model.known.get(n)
          if (!found) return 'unknown'
          if (!OPEN.includes(found.state)) return 'known'
          if (how === 'garbage') return 'malformed'
          Object.assign(found, { state: how === 'well' ? 'issued' : 'refused', told: false })
          return 'settled'
        })
        const items = page.map(([n, how]) => ({ operation: id(n), settlement: settlements[how] }))
        expect(queue.settle(items, T0, cursor)).toEqual({ ok: true, value: expected })
        model.cursor = cursor
      }),
    ),
  place.map((n) =>
    step(`collect ${n}`, (model, { queue }) => {
      const [found] = those(model, [n], 'issued')
      expect(queue.collected(id(n))).toEqual(done(found !== undefined))
      if (found) found.state = 'collected'
    }),
  ),
  place.map((n) =>
    step(`told ${n}`, (model, { queue }) => {
      const [found] = those(model, [n], 'refused', 'expired', 'aside').filter(({ told }) => !told)
      expect(queue.told(id(n))).toEqual(done(found !== undefined))
      if (found) found.told = true
    }),
  ),
  place.map((n) =>
    step(`expire before ${n}`, (model, { queue }) => {
      const stale = [...model.known.values()].filter(
        (each) => (each.state === 'issued' && n > 0) || (OPEN.includes(each.state) && each.tried && each.n < n),
      )
      const expected = stale.map((each) => ({ operation: id(each.n), was: each.state }))
      expect(queue.expire(T0 + n)).toEqual({ ok: true, value: expected })
      for (const each of stale) Object.assign(each, { state: 'expired', told: false })
    }),
  ),
  fc.constant(
    step('restart', (_, real) => {
      real.queue.close()
      real.queue = open(real.dir)
    }),
  ),
]

function open(dir: string): Queue {
  const opened = openQueue({ path: join(dir, 'queue.db'), now: () => T0 + LONGEST_WAIT_MS })
  if (!opened.ok) throw new Error(opened.error.reason)
  return opened.value
}

test('after any history, restarts included, the queue equals the plain model', () => {
  fc.assert(
    fc.property(fc.commands(steps, { maxCommands: 60 }), time, (history, at) => {
      const dir = mkdtempSync(join(MEMORY, 'model-'))
      const real: Real = { dir, queue: open(dir) }
      const model: Model = { known: new Map(), cursor: 0 }
      try {
        fc.modelRun(() => ({ model, real }), history)
        const { queue } = real
        const ids = (all: Known[]) => all.map(({ n }) => id(n))
        for (const { n, state } of model.known.values()) expect(queue.get(id(n))?.state).toBe(state)
        expect(queue.list({ limit: 100 }).map(({ operation }) => operation)).toEqual(ids([...model.known.values()]))
        expect(queue.waiting(HOLDER).map(({ operation }) => operation)).toEqual(ids(inState(model, 'issued')))
        expect(queue.untold(HOLDER).map(({ operation }) => operation)).toEqual(
          ids(inState(model, 'refused', 'expired', 'aside').filter(({ told }) => !told)),
        )
        const queued = inState(model, 'queued')
        const due = queued.filter(({ until }) => until <= T0 + at).sort((one, other) => one.until - other.until)
        const found = queue.due(T0 + at, { items: 100, bytes: 10 ** 6 })
        expect(found.map(({ operation }) => operation)).toEqual(ids(due))
        expect(queue.nextDue()).toBe(queued.length === 0 ? null : Math.min(...queued.map(({ until }) => until)))
        const submitted = inState(model, 'submitted')
        const overdue = submitted.filter(({ submittedAt }) => submittedAt < T0 + at)
        expect(queue.overdue(T0 + at, 100).map(({ operation }) => operation)).toEqual(
          ids(overdue.sort((one, other) => one.submittedAt - other.submittedAt)),
        )
        expect(queue.depth()).toMatchObject({
          queued: queued.length,
          submitted: submitted.length,
          waiting: inState(model, 'issued').length,
          aside: inState(model, 'aside').length,
        })
        expect(queue.cursor()).toBe(model.cursor)
        expect(queue.verify().ok).toBe(true)
      } finally {
        real.queue.close()
        rmSync(dir, { recursive: true, force: true })
      }
    }),
    { numRuns: 60 },
  )
})
