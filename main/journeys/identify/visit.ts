import type { CardReadout } from '../../../contract/device.ts'
import type { Result } from '../../../contract/result.ts'

declare module '../../visit/visit.ts' {
  interface Visit {
    identify: {
      /** How often a card was, or seemed, pulled while it was read. */
      pulledReads: number
      /** The last PIN was wrong; `triesLeft` null: the card did not say. */
      wrongPin: boolean
      triesLeft: number | null
      /** The holder may see by the CAN when the card expires. */
      expiryOffered: boolean
      wrongCans: number
      possession: Possession | null
    }
  }
}

declare module '../../visit/services.ts' {
  interface VisitServices {
    readCard(): Promise<Result<CardReadout, Refused>>
    /** Tries left of this card's PIN as this totem last heard from it; null: it has not. */
    triesLeft(readout: CardReadout): number | null
    /**
     * PIN, signature of a fresh challenge and every check of the certificate. Overwrites `pin`; null: it is typed on the
     * reader's keypad.
     */
    recognise(
      visit: VisitId,
      readout: CardReadout,
      pin: Uint8Array | null,
    ): Promise<Result<Recognised, Refused | WrongPin>>
    /** For the journal. */
    pinWrong(visit: VisitId, triesLeft: number | null): void
    /** The holder of this card may see by its CAN when it expires: a CIE, at a totem whose policy allows it. */
    expiryOffered(readout: CardReadout): boolean
    /** What a CIE says of itself by its CAN: whoever holds it is shown it and can ask for nothing with it. */
    possession(visit: VisitId, can: string): Promise<Result<Possession, Refused | WrongCan>>
    /** Opens the citizen session at the gateway and asks for the family sheet; offline only the holder is known. */
    enter(visit: VisitId, recognised: Recognised): Promise<Result<Entered, Refused>>
  }
}

export type WrongPin = { kind: 'wrong-pin'; triesLeft: number | null }
export type WrongCan = { kind: 'wrong-can' }

/** `expires` YYYY-MM-DD, the last day on which the card is good; `expired` as of today. */
export interface Possession {
  name: string
  surname: string
  expires: string
  expired: boolean
}

export const fresh = () => ({
  identify: {
    pulledReads: 0,
    wrongPin: false,
    triesLeft: null,
    expiryOffered: false,
    wrongCans: 0,
    possession: null,
  },
})
