import { italianDay } from '../../../basics/time.ts'
import type { TotemConfig } from '../../../contract/config.ts'
import type { CardReadout } from '../../../contract/device.ts'
import { err, ok, type Result } from '../../../contract/result.ts'
import { verifyTravelDocument } from '../../../trust/travel-document.ts'
import type { Trust } from '../../../trust/trust.ts'
import type { Devices } from '../../devices/index.ts'
import { type Refused, refused } from '../../visit/services.ts'
import { refusedCard } from './refused-card.ts'
import type { Possession, WrongCan } from './visit.ts'

export interface PossessionOptions {
  devices: Devices
  trust(): Trust
  /** Services that this totem may give to anybody who holds a card (contract/config.ts). */
  possession: TotemConfig['trust']['possession']
  now(): Date
}

/**
 * Reads a CIE by its CAN, which is printed on it: anybody who holds the card may see when it expires. The CAN proves no
 * identity, so this gives no evidence, leads to no request and passes no codice fiscale on.
 */
export function createPossession({ devices, trust, possession, now }: PossessionOptions) {
  const allowed = possession.includes('card-expiry')
  return {
    expiryOffered: (readout: CardReadout) => readout.card === 'cie' && allowed,

    async possession(can: string): Promise<Result<Possession, Refused | WrongCan>> {
      if (!allowed) return err(refused('session-refused', { card: 'cie' }))
      const read = await devices.call('card.travel-document', { can })
      if (!read.ok) {
        const { error } = read
        if (error.kind === 'wrong-can') return err(error)
        return err(error.kind === 'wrong-pin' ? refused('card-error', { card: 'cie' }) : refusedCard(error))
      }
      const holder = verifyTravelDocument(read.value, trust(), now())
      if (!holder.ok) return err(refused('card-altered', { card: 'cie' }))
      const { name, surname, expires } = holder.value
      return ok({ holder: { name, surname }, expires, expired: expires < italianDay(now()) })
    },
  }
}
