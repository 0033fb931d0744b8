import { randomBytes } from 'node:crypto'
import { instantOf, type PositionModel } from './position.ts'

export type Status = 'DRAFT' | 'PUBLISHED' | 'VALID' | 'INVALID' | 'EXPIRED' | 'PAID'

/** A payment that a PSP has made. `amount` in cents: what was paid, which need not be what was due. */
export interface Paid {
  receiptId: string
  nav: string
  outcome: 'OK' | 'KO'
  amount: number
  at: Date
}

export interface Held {
  organization: string
  model: PositionModel
  nav: string
  status: Status
  insertedDate: Date
  publishDate: Date | null
  paymentDate: Date | null
  receipts: Paid[]
}

/** Why a PSP may not pay a notice, as the creditor's and the node's codes name it. */
export type NotPayable =
  | 'PAA_PAGAMENTO_SCONOSCIUTO'
  | 'PAA_PAGAMENTO_DUPLICATO'
  | 'PAA_PAGAMENTO_SCADUTO'
  | 'PAA_PAGAMENTO_ANNULLATO'

const CHANGEABLE: readonly Status[] = ['PUBLISHED', 'VALID']

/** Every position with its life, in memory. A body's `iupd` and `nav` are unique each. */
export function createLedger(now: () => Date) {
  const positions: Held[] = []

  /** What time alone changes: PUBLISHED becomes VALID, and VALID EXPIRED where the position asks for that. */
  function aged(held: Held): Held {
    const { validityDate, switchToExpired, paymentOption } = held.model
    if (held.status === 'PUBLISHED' && instantOf(validityDate ?? '') <= +now()) held.status = 'VALID'
    const last = Math.max(...paymentOption.map(({ dueDate }) => instantOf(dueDate)))
    if (held.status === 'VALID' && switchToExpired && last < +now()) held.status = 'EXPIRED'
    return held
  }
  const find = (matches: (held: Held) => boolean): Held | null => {
    const found = positions.find(matches)
    return found ? aged(found) : null
  }
  const byIupd = (organization: string, iupd: string) =>
    find((held) => held.organization === organization && held.model.iupd === iupd)
  const byNav = (nav: string) => find((held) => held.nav === nav)

  function publish(held: Held): void {
    const { validityDate } = held.model
    held.publishDate = now()
    held.status = validityDate && instantOf(validityDate) > +now() ? 'PUBLISHED' : 'VALID'
  }

  return {
    all: () => positions.map(aged),
    byIupd,
    byNav,
    byIuv: (organization: string, iuv: string) =>
      find((held) => held.organization === organization && held.model.paymentOption[0]?.iuv === iuv),

    /** Null: the body has a position by this iupd, or this notice number, already. */
    create(organization: string, model: PositionModel, toPublish: boolean): Held | null {
      const nav = model.paymentOption[0]?.nav ?? `3${model.paymentOption[0]?.iuv}`
      const isTaken = positions.some(
        (held) => held.organization === organization && (held.model.iupd === model.iupd || held.nav === nav),
      )
      if (isTaken) return null
      const held: Held = {
        ...{ organization, model, nav, status: 'DRAFT', insertedDate: now(), publishDate: null, paymentDate: null },
        receipts: [],
      }
      if (toPublish) publish(held)
      positions.push(held)
      return held
    },

    /** False: it is not in a state from which that may be done, which GPD answers with 409. */
    publish(held: Held): boolean {
      if (aged(held).status !== 'DRAFT') return false
      publish(held)
      return true
    },
    invalidate(held: Held): boolean {
      if (!CHANGEABLE.includes(aged(held).status)) return false
      held.status = 'INVALID'
      return true
    },
    replace(held: Held, model: PositionModel): boolean {
      if (['PAID', 'INVALID'].includes(aged(held).status)) return false
      held.model = model
      if (held.status === 'EXPIRED') publish(held)
      return true
    },
    remove(held: Held): boolean {
      if (aged(held).status === 'PAID') return false
      positions.splice(positions.indexOf(held), 1)
      return true
    },
    /** Ends a position as its due date does. */
    expire(held: Held): boolean {
      if (aged(held).status !== 'VALID') return false
      held.status = 'EXPIRED'
      return true
    },

    whyNotPayable(nav: string): NotPayable | null {
      const held = byNav(nav)
      if (!held) return 'PAA_PAGAMENTO_SCONOSCIUTO'
      if (held.status === 'VALID') return null
      if (held.status === 'PAID') return 'PAA_PAGAMENTO_DUPLICATO'
      return held.status === 'EXPIRED' ? 'PAA_PAGAMENTO_SCADUTO' : 'PAA_PAGAMENTO_ANNULLATO'
    },

    /** Books what a PSP has made, also where the rules are broken: whoever controls the simulator may want just that. */
    pay(
      held: Held,
      { amount = dueOf(held), outcome = 'OK' }: { amount?: number; outcome?: Paid['outcome'] } = {},
    ): Paid {
      const paid: Paid = { receiptId: randomBytes(16).toString('hex'), nav: held.nav, outcome, amount, at: now() }
      held.receipts.push(paid)
      if (outcome === 'OK') {
        held.status = 'PAID'
        held.paymentDate = paid.at
      }
      return paid
    },
  }
}
export type Ledger = ReturnType<typeof createLedger>

/** Cents due by a position. */
export const dueOf = ({ model }: Held): number => model.paymentOption.reduce((sum, { amount }) => sum + amount, 0)
