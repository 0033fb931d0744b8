import { randomBytes } from 'node:crypto'
import type { TotemConfig } from '../../contract/config.ts'
import type { Panel } from '../../contract/panel.ts'
import { ok } from '../../contract/result.ts'
import type { Trust } from '../../trust/trust.ts'
import type { Devices } from '../devices/index.ts'
import { createIdentity } from '../journeys/services.ts'
import type { Ground } from '../service/checks.ts'
import { createDesk, type Desk } from '../service/desk.ts'
import { exitForRestart } from '../shell/app.ts'
import type { GatewayLine } from './line.ts'
import type { Stores } from './stores.ts'

/** Joins the parts of the technician's desk. Its log-in makes every check of a citizen's, and goes nowhere. */
export function createServiceDesk(
  config: TotemConfig & { panel: Panel },
  { journal, trust, own }: Stores,
  devices: Devices,
  line: GatewayLine,
  tell: { cie(): Ground['cie']; clockWrong(): boolean; onChange(): void; onOver(): void },
): Desk {
  const now = () => new Date()
  let withoutCrl = false
  /** Where an operator has been asked on the telephone, a CRL that could not come stands in nobody's way. */
  const trusted = (): Trust => {
    const { trust: whole } = trust
    return withoutCrl ? { ...whole, policy: { ...whole.policy, whenUnknown: 'accept' } } : whole
  }
  const identity = createIdentity({
    ...{ devices, now, trust: trusted, totem: config.totem, clockWrong: tell.clockWrong },
    // Nobody takes this log-in anywhere, so that it needs no challenge of the gateway's.
    challenges: { prepare: () => undefined, forLogin: async () => randomBytes(32).toString('base64') },
  })
  return createDesk({
    ...{ config, devices, journal, now, access: line.access, secret: own.service, signer: own.verification },
    glass: config.panel,
    ground: () => ({
      ...{ config, devices, now, cie: tell.cie() },
      running: {
        lastOutage: line.drain.lastOutage,
        release: line.health.now().release,
        unsent: journal.unsentCount(),
      },
    }),
    triesLeft: identity.triesLeft,
    async logIn(readout, pin, how) {
      withoutCrl = how.withoutCrl
      const known = await identity.recognise({ session: 'technician', language: 'it' }, readout, pin)
      // Who it is, the gateway knows by the grant: the name goes no further.
      return known.ok ? ok(null) : known
    },
    restart: exitForRestart,
    onChange: tell.onChange,
    onOver: tell.onOver,
  })
}
