import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { RequestState, RowState } from '../../../contract/console/bulk.ts'
import {
  AUTHOR,
  idOf,
  MAKING,
  type Officers,
  openOfficers,
  TOP,
  VALIDATING,
  workThrough,
} from '../../../test/support/console/officers.ts'
import { cancel, refuseRequest } from './decide.ts'
import { OPEN_ROWS, requestMoves } from './states.ts'

// A request under whatever its people, the clock, ANPR and dying gateways do to it, in any order: the model knows only which
// moves are allowed (states.ts) and who may make them.

let officers: Officers
beforeAll(async () => {
  officers = await openOfficers()
})
afterAll(() => officers?.stop())

const ROWS = 7
const MINUTE = 60_000
let people = 1

interface Real {
  id: string
  profilo: string
  rows: Map<number, RowState>
}
interface Model {
  stato: RequestState
  profileEnded: boolean
}
type Command = fc.AsyncCommand<Model, Real>

/** What a request may do without anybody: work, and what time brings. No silence approves here. */
const BY_ITSELF: Partial<Record<RequestState, readonly RequestState[]>> = {
  bozza: ['annullata'],
  in_convalida: ['sospesa'],
  sospesa: ['annullata'],
  convalidata: ['in_lavorazione', 'sospesa'],
  in_lavorazione: ['completata', 'completata_con_riserve', 'fallita'],
  completata: ['scaduta'],
  completata_con_riserve: ['scaduta'],
}
function reachable(from: RequestState): Set<RequestState> {
  const seen = new Set<RequestState>([from])
  for (const state of seen)
    for (const next of BY_ITSELF[state] ?? []) {
      expect(requestMoves[state]).toContain(next)
      seen.add(next)
    }
  return seen
}

const MAY_ASK: readonly RequestState[] = ['convalidata', 'in_lavorazione']

/** What holds after every command. `to`: where the request may stand now. */
async function holds(model: Model, real: Real, to: ReadonlySet<RequestState>, askedBefore: number): Promise<void> {
  const { stato, conteggi, righe } = await officers.request(real.id)
  expect(to, `${model.stato} → ${stato}`).toContain(stato)
  const rows = await officers.rows(real.id)
  const counted: Partial<Record<RowState, number>> = {}
  for (const row of rows) counted[row.stato] = (counted[row.stato] ?? 0) + 1
  const told = Object.fromEntries(Object.entries(conteggi).filter(([, many]) => many > 0))
  expect(told).toEqual(counted)
  expect(rows).toHaveLength(righe)
  // A row that has its end keeps it.
  for (const { n, stato: now } of rows) {
    const was = real.rows.get(n)
    if (was && !(OPEN_ROWS as readonly RowState[]).includes(was)) expect(now).toBe(was)
    real.rows.set(n, now)
  }
  // Nobody is asked about before somebody has let it pass, nor after its end.
  if (!MAY_ASK.includes(model.stato)) expect(officers.anpr.asked.length).toBe(askedBefore)
  const { vouched, all } = await officers.lines(real.id)
  expect(vouched).toBeLessThanOrEqual(all)
  model.stato = stato
}

/** `to`: where its success leads from a state; null: it is refused there. */
const deed = (
  name: string,
  run: (real: Real) => Promise<{ ok: boolean }>,
  to: (model: Model) => RequestState | null,
): Command => ({
  check: () => true,
  async run(model, real) {
    const asked = officers.anpr.asked.length
    const next = to(model)
    expect([name, model.stato, (await run(real)).ok]).toEqual([name, model.stato, next !== null])
    await holds(model, real, new Set([next ?? model.stato]), asked)
  },
  toString: () => name,
})

const author = { doer: AUTHOR, name: 'Anna', sight: MAKING }
const top = { doer: TOP, name: 'Tina', sight: VALIDATING }
const CANCELLED_IN: readonly RequestState[] = ['bozza', 'in_convalida', 'sospesa', 'convalidata', 'in_lavorazione']

const send = (way: 'singole' | 'massivo') =>
  deed(
    `send ${way}`,
    (real) => officers.send(real.id, way),
    ({ stato, profileEnded }) => (stato === 'bozza' && !profileEnded ? 'in_convalida' : null),
  )
const validate = deed(
  'validate',
  (real) => officers.validate(real.id),
  ({ stato, profileEnded }) => (stato === 'in_convalida' && !profileEnded ? 'convalidata' : null),
)
const validateOwn = deed(
  'validate as its author',
  (real) => officers.validate(real.id, { ...AUTHOR, role: 'TOP' }),
  () => null,
)
const refuseIt = deed(
  'refuse',
  (real) =>
    officers.asActor(TOP.person, VALIDATING, (transaction) =>
      refuseRequest(transaction, top, real.id, { cause: 'altro', text: 'non serve' }, { now: officers.clock.now }),
    ),
  ({ stato }) => (stato === 'in_convalida' ? 'respinta' : null),
)
const takeBack = deed(
  'take back',
  (real) =>
    officers.asActor(AUTHOR.person, MAKING, (transaction) => cancel(transaction, author, real.id, officers.clock.now)),
  ({ stato }) => (CANCELLED_IN.includes(stato) ? 'annullata' : null),
)

/** Whatever happens by itself: the request may go on as far as it may. */
const event = (name: string, run: (real: Real, model: Model) => Promise<unknown>): Command => ({
  check: () => true,
  async run(model, real) {
    const asked = officers.anpr.asked.length
    await run(real, model)
    await holds(model, real, reachable(model.stato), asked)
  },
  toString: () => name,
})
const pass = (minutes: number) =>
  event(`${minutes} minutes`, async () => {
    officers.clock.now = new Date(+officers.clock.now + minutes * MINUTE)
  })
const tend = event('tend', async () => {
  const tending = officers.tending()
  await tending.look()
  await tending.stop()
})
const work = event('work', () => officers.work().turn())
const endProfile = event('the profile ends', async ({ profilo }, model) => {
  model.profileEnded = true
  await officers.db
    .updateTable('profilo')
    .set({ ended_by: 'x', ended_name: 'x', ended_at: officers.clock.now, ended_why: 'sbagliato' })
    .where('id', '=', profilo)
    .where('ended_at', 'is', null)
    .execute()
})
const anpr = (says: 'told' | 'wait' | 'closed' | 'nobody') =>
  event(`ANPR: ${says}`, async () => {
    officers.anpr.of = () => ({ kind: says })
  })
let deaths = 0
/** A gateway that dies at this step: its question, its transaction, or the word that it is done never comes. */
const die = (point: number) =>
  event(`a gateway dies at ${point}`, async () => {
    const { died, work: dying } = officers.dying(point)
    // The lease of one that died before runs out.
    officers.clock.now = new Date(+officers.clock.now + 4 * MINUTE)
    const lived = (async () => {
      while (await dying.turn());
    })()
    if ((await Promise.race([died, lived])) === 'died') deaths++
    officers.anpr.onAsk = () => undefined
  })

test('whatever is done to a request, it goes where it may, no row loses its end, and all of it is accounted for', async () => {
  const often = <T>(times: number, one: T): T[] => Array.from({ length: times }, () => one)
  const commands = fc.commands(
    [
      ...[fc.constant(validateOwn), fc.constant(refuseIt), fc.constant(takeBack), fc.constant(endProfile)],
      ...often(2, fc.constantFrom('singole' as const, 'massivo' as const).map(send)),
      ...often(3, fc.constant(validate)),
      ...often(3, fc.constant(work)),
      ...often(4, fc.nat(8).map(die)),
      ...often(3, fc.constantFrom(1, 4, 4, 31, 1_500).map(pass)),
      ...often(2, fc.constant(tend)),
      ...often(2, fc.constantFrom('told' as const, 'wait' as const, 'wait' as const, 'nobody' as const).map(anpr)),
    ],
    { maxCommands: 16, size: 'max' },
  )
  await fc.assert(
    fc.asyncProperty(commands, fc.array(fc.nat(8), { maxLength: 4 }), async (all, points) => {
      const { id: agreement, profilo } = await officers.agreement()
      const keys = Array.from({ length: ROWS }, () => idOf(people++))
      const id = await officers.draft(agreement, `idANPR\n${[...keys, keys[0]].join('\n')}\n`)
      officers.anpr.of = () => ({ kind: 'told' })
      officers.anpr.asked.length = 0
      const [model, real] = [
        { stato: 'bozza' as RequestState, profileEnded: false },
        { id, profilo, rows: new Map() },
      ]
      // Half of the walks begin where most can go wrong.
      if (points.length > 0)
        for (const one of [send('massivo'), validate, ...points.map(die)]) await one.run(model, real)
      await fc.asyncModelRun(() => ({ model, real }), all)
      // Left alone, with an ANPR that answers, it comes to its end.
      officers.anpr.of = () => ({ kind: 'told' })
      officers.clock.now = new Date(+officers.clock.now + 24 * 60 * MINUTE)
      await workThrough(officers, officers.work(), id)
      const tending = officers.tending()
      await tending.look()
      await tending.stop()
      const { stato } = await officers.request(id)
      const open = (await officers.rows(id)).filter((row) => (OPEN_ROWS as readonly RowState[]).includes(row.stato))
      if (['completata', 'completata_con_riserve', 'fallita'].includes(stato)) expect(open).toEqual([])
      const { vouched, all: lines } = await officers.lines(id)
      expect(vouched).toBe(lines)
      const answered = new Set(officers.anpr.asked.map(({ id: question }) => question))
      expect(answered.size).toBe(officers.anpr.asked.length)
    }),
    { numRuns: 12 },
  )
  expect(deaths).toBeGreaterThan(5)
}, 240_000)
