/** What a creditor must be told before its first call: the simulator's counterpart of pagoPA's back office. */
export interface PagopaAccess {
  /** Up to the version, without an operation. */
  positionsUrl: string
  receiptsUrl: string
  checkoutUrl: string
  /** File of the value of `Ocp-Apim-Subscription-Key`. */
  subscriptionKey: string
  /** PEM file of the CA that vouches for the platform. */
  ca: string
  /** PEM file of the CA of the client certificate with which receipts are sent. */
  nodeCa: string
  creditor: { codiceFiscale: string; name: string; iban: string; taxonomy: string; segregationCode: string }
}
