import type { AddressFault, EmailAddress } from '../../../contract/email-address.ts'
import type { Result } from '../../../contract/result.ts'

declare module '../../visit/visit.ts' {
  interface Visit {
    email: {
      typed: string
      fault: AddressFault | 'unknown' | 'refused' | null
      address: EmailAddress | null
      sent: Sent | null
    }
  }
}

declare module '../../visit/services.ts' {
  interface VisitServices {
    /**
     * Encrypts a PDF by a new key, leaves it at the gateway, and has its link sent to this address. `unknown`: no mail can
     * reach the domain; `refused`: its server does not take the mail.
     */
    sendByEmail(
      visit: VisitId,
      entered: Entered,
      mail: { pdf: Uint8Array; about: AboutDocument; to: string },
    ): Promise<Result<Sent, Unavailable | { kind: 'unknown' | 'refused' }>>
    /** The slip with the digits that open the link. */
    codeSlip(visit: VisitId, sent: Sent): Sheet
  }
}

/** `operation` names the slip in the ledger. Lives in memory only. */
export interface Sent {
  operation: string
  code: string
  handedOver: boolean
}

export const fresh = () => ({ email: { typed: '', fault: null, address: null, sent: null } })
