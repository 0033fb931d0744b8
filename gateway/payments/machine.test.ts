import fc from 'fast-check'
import { expect, test } from 'vitest'
import { LIVE } from '../../contract/pagopa.ts'
import { GRACE_MS, type Happening, happen, type Paying, type Refund, taskOf } from './machine.ts'

// Ten thousand histories of one certificate's payments: citizens, pagoPA, PSPs, operations and lost answers in any order.
// The model of pagoPA below is as small as its rules: a position is made once by its name, and paid where it is valid.

const CENTS = 1600
const DUE = 30 * 86_400_000

/** Not `expect`, which a million times over takes minutes. */
function hold(what: string, is: boolean): void {
  if (!is) throw new Error(`does not hold: ${what}`)
}
const isUnique = (all: readonly string[]) => new Set(all).size === all.length

interface Came {
  id: string
  payment: string
  cents: number
}

class World {
  payments: Paying[] = []
  refunds: Refund[] = []
  /** pagoPA's positions by payment. */
  positions = new Map<string, 'VALID' | 'PAID' | 'INVALID' | 'EXPIRED'>()
  /** Receipts that PSPs have made, and those that we have heard. */
  made: Came[] = []
  heard = new Set<string>()
  madeAt = new Map<string, number>()
  now = 0
  spends = new Map<string, string>()

  happen(event: Happening): void {
    const before = this.payments
    const { payments, refunds } = happen(before, event)
    this.payments = payments
    this.refunds.push(...refunds)
    this.check(before)
  }

  /** What holds after every step, whatever the order. */
  check(before: readonly Paying[]): void {
    const { payments, refunds } = this
    hold('one live payment', payments.filter(({ state }) => LIVE.has(state)).length <= 1)
    hold('each payment once', isUnique(payments.map(({ id }) => id)))
    const receipts = refunds.map(({ receipt }) => receipt)
    hold('each receipt goes back once', isUnique(receipts))
    hold('an operation is paid for once', isUnique(payments.flatMap(({ spentOn }) => spentOn ?? [])))
    for (const { id, state, receipt, spentOn } of payments) {
      const came = this.made.find((one) => one.id === receipt)
      const hasMoney = state === 'paid' || state === 'spent' || state === 'unspendable'
      hold('only a receipt of its own sum makes it paid', !hasMoney || (came?.payment === id && came.cents === CENTS))
      hold(
        'money that waits or was spent does not go back',
        !['paid', 'spent'].includes(state) || !receipts.includes(receipt ?? ''),
      )
      hold('money that cannot be spent goes back', state !== 'unspendable' || receipts.includes(receipt ?? ''))
      hold(
        'what pays for an operation is spent on it',
        state === 'spent' || state === 'unspendable' || spentOn === null,
      )
      const earlier = before.find((one) => one.id === id)
      hold('what has its money never loses it', !earlier?.receipt || earlier.receipt === receipt)
    }
  }

  dueOf = (id: string) => new Date((this.madeAt.get(id) ?? 0) + DUE)

  ask(id: string): void {
    this.madeAt.set(id, this.madeAt.get(id) ?? this.now)
    this.happen({ kind: 'asked', payment: { id, notice: id, cents: CENTS } })
  }

  /** One task, as tend.ts does it. `lost`: the call does not get there, or its answer does not come back. */
  tend(index: number, lost: 'no' | 'before' | 'after'): void {
    const payment = this.payments[index % Math.max(this.payments.length, 1)]
    if (!payment) return
    const { id } = payment
    const task = taskOf(payment, this.dueOf(id), new Date(this.now))
    if (task === null || lost === 'before') return
    const status = () => this.positions.get(id)
    if (task === 'create' && !status()) {
      this.positions.set(id, 'VALID')
      if (lost === 'no') this.happen({ kind: 'opened', id })
      return
    }
    if (task === 'close' && (status() === 'VALID' || !status())) {
      if (status()) this.positions.set(id, 'INVALID')
      if (lost === 'no') this.closed(payment)
      return
    }
    if (lost === 'after') return
    if (status() === 'VALID') this.happen({ kind: 'opened', id })
    if (status() === 'PAID') this.hear(this.made.filter((came) => came.payment === id && came.cents === CENTS)[0])
    if (status() === 'INVALID' || status() === 'EXPIRED') this.closed(payment)
  }
  closed({ id, closing }: Paying): void {
    this.happen({ kind: 'closed', id, how: closing && this.now < +this.dueOf(id) ? 'withdrawn' : 'lapsed' })
  }

  /** A person pays. `always`: also where pagoPA should not have let them, as when two pay at once. */
  pay(index: number, { always = false, cents = CENTS } = {}): void {
    const ids = [...this.positions.keys()]
    const id = ids[index % Math.max(ids.length, 1)]
    if (id === undefined || (!always && this.positions.get(id) !== 'VALID')) return
    this.positions.set(id, 'PAID')
    this.made.push({ id: `R${this.made.length}`, payment: id, cents })
  }

  hear(came: Came | undefined): void {
    if (!came || this.heard.has(came.id)) return
    this.heard.add(came.id)
    this.happen({ kind: 'receipt', id: came.payment, receipt: came.id, cents: came.cents })
  }

  spend(index: number, operation: string): void {
    const payment = this.payments[index % Math.max(this.payments.length, 1)]
    if (payment) this.happen({ kind: 'spent', id: payment.id, operation })
  }

  /** Everything that was on its way comes in, and every task is done. */
  end(): void {
    for (const came of this.made) this.hear(came)
    this.now += DUE + 2 * GRACE_MS
    for (let round = 0; round < 3; round++) for (const index of this.payments.keys()) this.tend(index, 'no')
  }
}

const small = fc.nat(3)
const operation = fc.constantFrom('TT-0001 A', 'TT-0002 A')
const step: fc.Arbitrary<(world: World) => void> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('P0', 'P1', 'P2').map((id) => (world: World) => world.ask(id)) },
  {
    weight: 5,
    arbitrary: fc.tuple(small, fc.constantFrom('no' as const, 'no' as const, 'before' as const, 'after' as const)).map(
      ([index, lost]) =>
        (world: World) =>
          world.tend(index, lost),
    ),
  },
  { weight: 6, arbitrary: small.map((index) => (world: World) => world.pay(index)) },
  { weight: 1, arbitrary: small.map((index) => (world: World) => world.pay(index, { always: true })) },
  { weight: 1, arbitrary: small.map((index) => (world: World) => world.pay(index, { always: true, cents: 1599 })) },
  {
    weight: 4,
    arbitrary: fc
      .nat(9)
      .map((index) => (world: World) => world.hear(world.made[index % Math.max(world.made.length, 1)])),
  },
  {
    weight: 3,
    arbitrary: fc.tuple(small, operation).map(
      ([index, id]) =>
        (world: World) =>
          world.spend(index, id),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(operation, fc.boolean()).map(
      ([id, forGood]) =>
        (world: World) =>
          world.happen({ kind: 'refused', operation: id, refusal: 'x', forGood }),
    ),
  },
  {
    weight: 1,
    arbitrary: small.map((index) => (world: World) => world.happen({ kind: 'withdrawal', id: `P${index}` })),
  },
  {
    weight: 1,
    // The clock goes back too.
    arbitrary: fc.constantFrom(3_600_000, -3_600_000, DUE, DUE + 2 * GRACE_MS).map((ms) => (world: World) => {
      world.now = Math.max(0, world.now + ms)
    }),
  },
)

test('10,000 histories: nothing is charged twice for one certificate, and no money is lost', () => {
  const reached = new Set<string>()
  fc.assert(
    fc.property(fc.array(step, { minLength: 10, maxLength: 60 }), (steps) => {
      const world = new World()
      for (const one of steps) {
        one(world)
        for (const { state } of world.payments) reached.add(state)
      }
      world.end()
      const back = new Map(world.refunds.map((refund) => [refund.receipt, refund]))
      for (const { id, payment, cents } of world.made) {
        const paying = world.payments.find((one) => one.id === payment)
        const pays = paying?.receipt === id && (paying.state === 'paid' || paying.state === 'spent')
        hold('each sum that came buys, waits or goes back: one of them', pays !== back.has(id))
        hold('whole', !back.has(id) || back.get(id)?.cents === cents)
      }
      for (const { id, state } of world.payments)
        hold('nobody can pay what is over', LIVE.has(state) || world.positions.get(id) !== 'VALID')
    }),
    { numRuns: 10_000 },
  )
  expect([...reached].sort()).toEqual(['created', 'lapsed', 'open', 'paid', 'spent', 'unspendable', 'withdrawn'])
})

const open = (world: World, id: string) => {
  world.ask(id)
  world.tend(
    world.payments.findIndex((one) => one.id === id),
    'no',
  )
}
const states = ({ payments }: World) => payments.map(({ state }) => state)

test('a receipt that comes before the answer to the creation, or after the notice has lapsed, wins', () => {
  const early = new World()
  early.ask('P0')
  early.tend(0, 'after')
  early.pay(0)
  early.hear(early.made[0])
  expect(states(early)).toEqual(['paid'])
  const late = new World()
  open(late, 'P0')
  late.now = DUE + 2 * GRACE_MS
  late.tend(0, 'no')
  expect(states(late)).toEqual(['lapsed'])
  late.pay(0, { always: true })
  late.hear(late.made[0])
  expect(states(late)).toEqual(['paid'])
})

test('a late receipt withdraws the notice that was made in its place, and a second payment goes back', () => {
  const world = new World()
  open(world, 'P0')
  world.happen({ kind: 'withdrawal', id: 'P0' })
  world.tend(0, 'no')
  open(world, 'P1')
  expect(states(world)).toEqual(['withdrawn', 'open'])
  world.pay(0, { always: true })
  world.pay(1)
  world.hear(world.made[0])
  expect(states(world)).toEqual(['paid', 'withdrawn'])
  world.hear(world.made[1])
  expect(states(world)).toEqual(['paid', 'unspendable'])
  expect(world.refunds).toEqual([{ receipt: 'R1', payment: 'P1', cents: CENTS, why: 'paid-twice' }])
})

test('refused for good: the money goes back; refused for now: it waits for another day', () => {
  for (const forGood of [true, false]) {
    const world = new World()
    open(world, 'P0')
    world.pay(0)
    world.hear(world.made[0])
    world.spend(0, 'TT-0001 A')
    world.happen({ kind: 'refused', operation: 'TT-0001 A', refusal: 'person-removed', forGood })
    expect(states(world)).toEqual([forGood ? 'unspendable' : 'paid'])
    expect(world.refunds.map(({ why }) => why)).toEqual(forGood ? ['refused'] : [])
  }
})
