import {
  beginning,
  begun,
  finished,
  finishing,
  renewalAsked,
  renewalNonce,
  renewed,
  renewing,
} from '../../contract/enrolment.ts'
import {
  operatedEnrolled,
  operatedOrders,
  orderNamed,
  ordersMade,
  ordersWished,
  orderWithdrawn,
  totemNamed,
  totemWithdrawn,
} from '../../contract/operators.ts'
import { err, ok } from '../../contract/result.ts'
import { malformed } from '../http/problems.ts'
import { type Routes, route, routes } from '../http/route.ts'
import type { Orders } from './orders.ts'
import type { Registrar } from './registrar.ts'
import type { Renewals } from './renewals.ts'
import type { EnrolledView } from './view.ts'

/** Where a machine has no certificate yet, or none any more. */
export const enrolmentRoutes = (registrar: Registrar, renewals: Renewals): Routes =>
  routes(
    route({ method: 'POST', path: '/begin', body: beginning, answer: begun }, async ({ body }) =>
      ok(await registrar.begin(body)),
    ),
    route({ method: 'POST', path: '/finish', body: finishing, answer: finished }, async ({ body }) =>
      ok(await registrar.finish(body)),
    ),
    route({ method: 'POST', path: '/renewal', body: renewalAsked, answer: renewalNonce }, async ({ body: { totem } }) =>
      ok(renewals.nonce(totem)),
    ),
    route({ method: 'POST', path: '/renewed', body: renewing, answer: renewed }, async ({ body }) =>
      ok(await renewals.renew(body)),
    ),
  )

/** Where a totem renews while its certificate still counts. */
export const renewalRoutes = (renewals: Renewals): Routes =>
  routes(
    route(
      { method: 'POST', path: '/certificate/renewal', from: 'totem', body: renewalAsked, answer: renewalNonce },
      async ({ caller, body: { totem } }) => (totem === caller.id ? ok(renewals.nonce(totem)) : err(malformed)),
    ),
    route(
      { method: 'POST', path: '/certificate/renewed', from: 'totem', body: renewing, answer: renewed },
      async ({ caller, body }) => (body.totem === caller.id ? ok(await renewals.renew(body)) : err(malformed)),
    ),
  )

/** What operators order, see and withdraw. */
export const overseeEnrolment = (orders: Orders, view: EnrolledView): Routes =>
  routes(
    route({ method: 'POST', path: '/orders', body: ordersWished, answer: ordersMade }, async ({ body, operator }) =>
      ok({ orders: await orders.make(body.orders, operator ?? '') }),
    ),
    route({ method: 'GET', path: '/orders', answer: operatedOrders }, async () =>
      ok({
        orders: (await orders.list()).map((order) => ({
          order: order.id,
          totem: order.totem,
          state: order.state,
          office: order.wish.office.name,
          softwareKey: order.software_key,
          machine: order.machine,
          failures: order.failures,
          madeBy: order.made_by,
          madeAt: order.made_at.toISOString(),
          expiresAt: order.expires_at.toISOString(),
          endedAt: order.ended_at?.toISOString() ?? null,
        })),
      }),
    ),
    route(
      { method: 'POST', path: '/orders/withdraw', body: orderNamed, answer: orderWithdrawn },
      async ({ body, operator }) => ok({ withdrawn: await orders.withdraw(body.order, operator ?? '') }),
    ),
    route({ method: 'GET', path: '/enrolled', answer: operatedEnrolled }, async () =>
      ok({ totems: await view.list() }),
    ),
    route(
      { method: 'POST', path: '/enrolled/withdraw', body: totemNamed, answer: totemWithdrawn },
      async ({ body, operator }) => ok({ withdrawn: await view.withdraw(body.totem, operator ?? '') }),
    ),
  )
