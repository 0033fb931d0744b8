import type { Logger } from 'pino'
import type { Clock } from '../../basics/time.ts'
import type { Session } from '../../contract/gateway.ts'
import type { Sessions } from '../citizen/session.ts'
import { type Routes, routes } from '../http/route.ts'
import type { SealingKeys } from '../sealing/sealing.ts'
import type { MailSettings } from '../settings/mail.ts'
import type { Database } from '../store/schema.ts'
import { takesMail } from './domains.ts'
import { createHandovers } from './handovers.ts'
import { letterRoutes } from './letter-routes.ts'
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
  /** From now on telephones reach the public door here. Null: they reach none. Also starts the mail. */
  start(publicUrl: string | null): Promise<void>
  /** Where the mail server brings what came back; null: nowhere. */
  readonly returnsPort: number | null
  stop(): Promise<void>
}

export function createDelivery({
  config,
  db,
  reference,
  sealingKeys,
  tls,
  now,
  log,
}: {
  /** Null: on paper alone. */
  config: { publicUrl: string | null; mail: MailSettings | null } | null
  db: Database
  reference(text: string): string
  sealingKeys: SealingKeys
  tls: { key: string; cert: string }
  now: Clock
  log: Logger
}): Delivery {
  const codeOf = (id: string, code: string) => reference(`letter ${id} ${code}`)
  const handovers = createHandovers({ db, codeOf, now, log })
  const letters = createLetters({ db, codeOf, now })
  const mail = config?.mail ?? null
  let publicUrl: string | null = null
  const stops: (() => Promise<void>)[] = []
  let returnsPort: number | null = null
  return {
    ways: config ? ['phone', ...(mail ? (['email'] as const) : [])] : [],
    forTotems: (sessions) =>
      routes(
        handoverRoutes({ handovers, publicUrl: () => publicUrl }),
        ...(mail ? [letterRoutes({ letters, sessions, sealingKeys, isThere: takesMail(mail.nameServers) })] : []),
      ),
    forPublic: config ? handoverPageRoutes(handovers) : () => {},
    get returnsPort() {
      return returnsPort
    },
    async start(own) {
      publicUrl = config && (config.publicUrl ?? own)
      if (!mail) return
      const returns = await startReturns({ letters, listen: mail.returns.listen, tls, log })
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
