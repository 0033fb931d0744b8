import type { CertificateType } from '../../../contract/catalogue.ts'
import type { Payment } from '../../../contract/pagopa.ts'
import type { Result } from '../../../contract/result.ts'

declare module '../../visit/visit.ts' {
  interface Visit {
    pagopa: {
      /** As the gateway has told it last. */
      payment: Payment | null
      /** The totem waits so long for somebody to pay. */
      until: string | null
      /** Why the notice is no longer good. */
      why: 'lapsed' | 'withdrawn' | 'unavailable'
    }
  }
}

declare module '../../visit/services.ts' {
  interface VisitServices {
    /** The notice for this certificate: the one that waits already, or a new one. Everything that can refuse comes first. */
    openPayment(
      entered: Entered,
      wanted: { subject: string; types: CertificateType[] },
    ): Promise<Result<{ payment: Payment; until: string }, Refused | Unavailable>>
    /** Waits until the payment is another than it was, or the totem has waited long enough. */
    paymentBecame(entered: Entered, payment: Payment, until: string): Promise<Payment>
    /** Nobody waits for this payment any more: its person has left, or does something else. */
    leavePayment(payment: Payment): void
    withdrawPayment(entered: Entered, payment: Payment): Promise<Payment>
    /** The person's payments that wait, or whose money goes back, as of now. */
    payments(entered: Entered): Promise<Payment[]>
    /** The notice on paper, or the paper about money that goes back. */
    noticeSheet(visit: VisitId, payment: Payment, charges?: Entered['charges']): Sheet
  }
}

export const fresh = () => ({ pagopa: { payment: null, until: null, why: 'unavailable' as const } })

/** A private party's certificate is paid for here: the summary comes first, and the notice after the yes. */
export const way = {
  target: '#sheet',
  set: () => ({ ...fresh(), certificate: { bollo: { kind: 'pagopa' as const, notice: null } } }),
}
