import { err, ok, type Result } from '../../contract/result.ts'
import { fieldsIn } from '../http/xml.ts'

/** What pagoPA says of a payment, as far as it matters here. */
export interface Receipt {
  id: string
  notice: string
  /** The creditor's codice fiscale. */
  body: string
  outcome: 'OK' | 'KO'
  cents: number
}

/** Where the fields stand: below `paSendRTV2Request` or `paSendRTReq`, with a SOAP envelope around it or without. */
const FIELDS = {
  receiptId: 'id',
  noticeNumber: 'notice',
  fiscalCode: 'body',
  outcome: 'outcome',
  paymentAmount: 'amount',
} as const
const ROOTS = new Set(['paSendRTV2Request', 'paSendRTReq'])

/**
 * Reads a receipt (pagoPA's paForNode.xsd). SECURITY: payer and debtor are passed over.
 */
export function receiptIn(xml: string): Result<Receipt, { kind: 'receipt-malformed' }> {
  const malformed = err({ kind: 'receipt-malformed' as const })
  const found = fieldsIn(xml, (path) => {
    const [root = '', receipt, field = ''] = path.slice(-3)
    return ROOTS.has(root) && receipt === 'receipt' && field in FIELDS ? FIELDS[field as keyof typeof FIELDS] : null
  })
  if (found === null) return malformed
  const [id = '', notice = '', body = '', outcome, amount = ''] = Object.values(FIELDS).map((name) => found.get(name))
  const isSound = /^[\w.:-]{1,35}$/.test(id) && /^\d{18}$/.test(notice) && /^\d{11}$/.test(body)
  if (!isSound || (outcome !== 'OK' && outcome !== 'KO') || !/^\d{1,9}\.\d{2}$/.test(amount)) return malformed
  return ok({ id, notice, body, outcome, cents: Number(amount.replace('.', '')) })
}
