import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { PagopaAccess } from './access.ts'
import { type Faults, faultSchema } from './faults.ts'
import { shown } from './gpd.ts'
import { dueOf, type Held, type Ledger } from './ledger.ts'
import { type Delivery, PLAIN, type Receipts } from './receipts.ts'

/**
 * A person pays a notice, without Checkout. `nav` absent: the newest. `afterMs`: so much later. `times`: so many
 * payments, as when two PSPs take the same notice. `receipt`: what becomes of the receipt.
 */
export const paySchema = z.strictObject({
  nav: z.string().optional(),
  afterMs: z.number().int().min(0).max(600_000).default(0),
  times: z.number().int().min(1).max(3).default(1),
  receipt: z
    .enum(['plain', 'push-only', 'pull-only', 'late', 'repeated', 'wrong-amount', 'unknown-notice', 'ko', 'never'])
    .default('plain'),
  lateMs: z.number().int().min(0).max(600_000).default(3_000),
})
export type PayWish = z.input<typeof paySchema>

/** Acts that people and time do to notices. */
export function createActs({
  ledger,
  receipts,
  stopped,
}: {
  ledger: Ledger
  receipts: Receipts
  stopped: AbortSignal
}) {
  const held = (nav: string | undefined): Held | null =>
    (nav === undefined ? ledger.all().at(-1) : ledger.byNav(nav)) ?? null
  return {
    /** False: there is no such notice. Whether it may be paid is not asked: the control surface can do what must not be. */
    pay(wish: PayWish): boolean {
      const { nav, afterMs, times, receipt, lateMs } = paySchema.parse(wish)
      const one = held(nav)
      if (!one) return false
      const book = () => {
        if (stopped.aborted) return
        for (let time = 0; time < times; time++) {
          const due = dueOf(one)
          const paid = ledger.pay(one, { ...(receipt === 'ko' && { outcome: 'KO' as const }) })
          receipts.deliver(one, paid, deliveryOf(receipt, { due, lateMs }))
        }
      }
      if (afterMs === 0) book()
      else setTimeout(book, afterMs).unref()
      return true
    },
    expire: (nav?: string) => act(held(nav), ledger.expire),
    invalidate: (nav?: string) => act(held(nav), ledger.invalidate),
  }
}
export type Acts = ReturnType<typeof createActs>

const act = (one: Held | null, does: (held: Held) => boolean): boolean => one !== null && does(one)

function deliveryOf(
  receipt: z.output<typeof paySchema>['receipt'],
  { due, lateMs }: { due: number; lateMs: number },
): Delivery {
  switch (receipt) {
    case 'push-only':
      return { ...PLAIN, pull: false }
    case 'pull-only':
      return { ...PLAIN, push: false }
    case 'late':
      return { ...PLAIN, delayMs: lateMs }
    case 'repeated':
      return { ...PLAIN, times: 3 }
    case 'wrong-amount':
      return { ...PLAIN, says: { paymentAmount: ((due - 1) / 100).toFixed(2) } }
    case 'unknown-notice':
      return { ...PLAIN, pull: false, says: { noticeNumber: '301999999999999982' } }
    case 'never':
      return { ...PLAIN, push: false, pull: false }
    default:
      return PLAIN
  }
}

const named = z.strictObject({ nav: z.string().optional() })
const station = z.strictObject({ url: z.url({ protocol: /^https$/ }), ca: z.string() })

/**
 * The simulator's own door, in plain HTTP, for tests, bench and dock; no creditor and no payer comes here.
 *   PUT /simulator/fault        PagopaFault
 *   POST /simulator/pay         PayWish
 *   POST /simulator/expire      { nav? }       as when its due date is past
 *   POST /simulator/invalidate  { nav? }
 *   PUT /simulator/station      { url, ca }    where receipts are sent
 *   GET /simulator/positions    { positions }
 *   GET /simulator/sent         { sent }       every receipt sent, with the station's answer
 *   GET /simulator/access       PagopaAccess
 */
export function controls(
  app: FastifyInstance,
  {
    ledger,
    receipts,
    faults,
    acts,
    access,
  }: { ledger: Ledger; receipts: Receipts; faults: Faults; acts: Acts; access: PagopaAccess },
): void {
  const does =
    <T>(schema: z.ZodType<T>, work: (read: T) => boolean) =>
    async (body: unknown) => {
      const read = schema.safeParse(body ?? {})
      if (!read.success) return 400
      return work(read.data) ? 204 : 409
    }
  const posts = {
    pay: does(paySchema, (wish) => acts.pay(wish)),
    expire: does(named, ({ nav }) => acts.expire(nav)),
    invalidate: does(named, ({ nav }) => acts.invalidate(nav)),
  }
  for (const [name, work] of Object.entries(posts))
    app.post(`/${name}`, async ({ body }, reply) => reply.code(await work(body)).send())
  const puts = {
    fault: does(faultSchema, (fault) => {
      faults.set(fault)
      return true
    }),
    station: does(station, (to) => {
      receipts.sendTo(() => to)
      return true
    }),
  }
  for (const [name, work] of Object.entries(puts))
    app.put(`/${name}`, async ({ body }, reply) => reply.code(await work(body)).send())
  app.get('/positions', async () => ({ positions: ledger.all().map(shown) }))
  app.get('/sent', async () => ({ sent: receipts.sent() }))
  app.get('/access', async () => access)
}
