import type { Logger } from 'pino'
import type { z } from 'zod'
import type { Clock } from '../../basics/time.ts'
import type { Session } from '../../contract/gateway.ts'
import type { Register } from '../access/register.ts'
import type { Sessions } from '../citizen/session.ts'
import type { Offices } from '../fleet/offices.ts'
import { type Routes, routes } from '../http/route.ts'
import type { SealingKeys } from '../sealing/sealing.ts'
import type { gatewayConfig } from '../settings/config.ts'
import { textOf } from '../settings/unusable.ts'
import type { Database } from '../store/schema.ts'
import { takesMail } from './domains.ts'
import { createProofs, domicileRoutes } from './domiciles.ts'
import { createFates } from './fates.ts'
import { createHandovers } from './handovers.ts'
import { letterRoutes, overseeLetters } from './letter-routes.ts'
import { createLetters } from './letters.ts'
import { startPostman } from './postman.ts'
import { handoverPageRoutes } from './public.ts'
import { startReturns } from './returns.ts'
import { handoverRoutes } from './routes.ts'

/** How documents leave the gateway besides to a printer. */
export interface Delivery {
  ways: NonNullable<Session['ways']>
  forTotems(sessions: Pick<Sessions, 'holder'>): Routes
  forPublic: Routes
  forOperators: Routes
  /** From now on telephones reach the public door here. Null: they reach none. Also starts the mail. */
  start(publicUrl: string | null): Promise<void>
  /** Where the mail server brings what came back; null: nowhere. */
  readonly returnsPort: number | null
  stop(): Promise<void>
}

export function createDelivery({
  config,
  register,
  db,
  offices,
  reference,
  sealingKeys,
  now,
  log,
}: {
  config: Pick<z.output<typeof gatewayConfig>, 'delivery' | 'tls' | 'anpr'>
  register: Pick<Register, 'askedBy'>
  db: Database
  offices: Offices
  reference(text: string): string
  sealingKeys: SealingKeys
  now: Clock
  log: Logger
}): Delivery {
  const codeOf = (id: string, code: string) => reference(`letter ${id} ${code}`)
  const handovers = createHandovers({ db, codeOf, now, log })
  const letters = createLetters({ db, codeOf, now })
  const fates = createFates({ db, offices, now })
  const { delivery, tls } = config
  const mail = delivery?.mail ?? null
  // Without INAD's e-service nobody knows where to.
  const proofs = mail?.pec && config.anpr.pdnd.services.INAD ? createProofs(reference, now) : null
  let publicUrl: string | null = null
  const stops: (() => Promise<void>)[] = []
  let returnsPort: number | null = null
  return {
    ways: delivery ? ['phone', ...(mail ? (['email'] as const) : []), ...(proofs ? (['domicilio'] as const) : [])] : [],
    forTotems: (sessions) =>
      routes(
        handoverRoutes({ handovers, publicUrl: () => publicUrl }),
        ...(mail
          ? [letterRoutes({ letters, fates, sessions, sealingKeys, proofs, isThere: takesMail(mail.nameServers) })]
          : []),
        ...(proofs ? [domicileRoutes({ register, sessions, reference, proofs })] : []),
      ),
    forOperators: overseeLetters(fates, mail?.returns.address.split('@')[1] ?? null),
    forPublic: delivery ? handoverPageRoutes(handovers) : () => {},
    get returnsPort() {
      return returnsPort
    },
    async start(own) {
      publicUrl = delivery && (delivery.publicUrl ?? own)
      if (!mail) return
      const shown = { key: await textOf('tls.key', tls.key), cert: await textOf('tls.certificate', tls.certificate) }
      const returns = await startReturns({ fates, settings: mail, tls: shown, now, log })
      returnsPort = returns.port
      stops.push(returns.stop)
      const postman = await startPostman({ letters, sealingKeys, settings: mail, publicUrl: () => publicUrl, log })
      stops.push(postman.stop)
    },
    async stop() {
      handovers.stop()
      await Promise.all(stops.map((stop) => stop()))
    },
  }
}
