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
    /** True: it is a technician's, who is asked for the PIN elsewhere (main/service), and no visit begins. */
    technician(readout: CardReadout): boolean
    /** Tries left of this card's PIN, as the card last told this totem; null: it has not. */
    triesLeft(readout: CardReadout): number | null
    /**
     * Checks the PIN, the signature of a fresh challenge and the certificate. Overwrites `pin`; null: the person types
     * it on the reader's keypad.
     */
    recognise(
      visit: VisitId,
      readout: CardReadout,
      pin: Uint8Array | null,
    ): Promise<Result<Recognised, Refused | WrongPin>>
    /** For the journal. */
    pinWrong(visit: VisitId, triesLeft: number | null): void
    /** True for a CIE at a totem whose policy lets its holder see by the CAN when it expires. */
    expiryOffered(readout: CardReadout): boolean
    /** Reads a CIE by its CAN, to show it to anybody who holds the card; no request can come of it. */
    possession(visit: VisitId, can: string): Promise<Result<Possession, Refused | WrongCan>>
    /** Opens the citizen session at the gateway and asks for the family sheet; offline only the holder is known. */
    enter(visit: VisitId, recognised: Recognised): Promise<Result<Entered, Refused>>
  }
}

export type WrongPin = { kind: 'wrong-pin'; triesLeft: number | null }
export type WrongCan = { kind: 'wrong-can' }

/** `holder` null once the card is taken. `expires` YYYY-MM-DD, the last day on which it is good; `expired` as of today. */
export interface Possession {
  holder: { name: string; surname: string } | null
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
