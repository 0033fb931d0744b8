import type { Logger } from 'pino'
import type { z } from 'zod'
import type { Clock } from '../../basics/time.ts'
import type { gatewayConfig } from '../settings/config.ts'
import { pdndAccess } from '../settings/pdnd.ts'
import type { Database } from '../store/schema.ts'
import { type AnprFailure, DAY_USED_UP } from './answers.ts'
import { createBreakers } from './breakers.ts'
import { type AnprClient, createAnprClient } from './client.ts'
import { createOffers, type Offers } from './offers.ts'
import { pdndTransport } from './pdnd/transport.ts'
import { createQuotas, type Quota, type Quotas } from './quotas.ts'
import type { Service } from './services.ts'
import type { Transport } from './transport.ts'

/**
 * ANPR has changed, or does not let us in, or this program asks or reads it wrongly, or the day's quota is used up: waiting
 * mends none of them.
 */
const ALARMS: ReadonlySet<string> = new Set<AnprFailure['kind']>([
  ...(['anpr-unreadable', 'anpr-other-person', 'anpr-misconfigured', 'anpr-question-wrong', 'anpr-closed'] as const),
])

/** The way that the settings describe; throws `Unusable`. It asks nothing yet. */
export async function wayToAnpr(
  { pdnd, timeoutMs }: z.output<typeof gatewayConfig>['anpr'],
  log: Logger,
): Promise<Transport> {
  return pdndTransport(await pdndAccess(pdnd), {
    timeoutMs,
    onClock(aheadMs) {
      if (aheadMs === null) log.info({ kind: 'clock-right' })
      else log.error({ kind: 'clock-wrong', aheadMs })
    },
  })
}

/** What operators' metrics hear of. */
interface Watch {
  anprOpen(service: Service, isOpen: boolean): void
  anprAnswered(service: Service, answer: 'ok' | AnprFailure['kind'], ms: number): void
}

/** ANPR's services over that way, with what watches over them: quotas, breakers, metrics and the log. */
export function askingAnpr(
  transport: Transport,
  {
    db,
    limits,
    metrics,
    log,
    now,
  }: {
    db: Database
    limits: Partial<Record<Service, Quota>>
    metrics: Watch
    log: Logger
    now: Clock
  },
): { anpr: AnprClient; offers: Offers; mayBegin: Quotas['mayBegin']; allowance: Quotas['allowance'] } {
  const quotas = createQuotas({ db, limits, now })
  const breakers = createBreakers({
    onChange(service, state) {
      metrics.anprOpen(service, state === 'open')
      if (state === 'open') log.error({ kind: 'anpr-out', service })
      else log.info({ kind: 'anpr-back', service })
    },
  })
  const offers = createOffers({ quotas, breakers })
  const anpr = createAnprClient({
    ...{ transport: quotas.counted(transport), breakers },
    now,
    onAnswer(service, answer, ms, reason) {
      metrics.anprAnswered(service, answer, ms)
      // The other gateways need not find it out by themselves.
      if (reason === DAY_USED_UP) void quotas.close(service).catch(() => undefined)
      if (ALARMS.has(answer)) log.error({ kind: answer, service, reason })
    },
  })
  return { anpr, offers, mayBegin: quotas.mayBegin, allowance: quotas.allowance }
}
