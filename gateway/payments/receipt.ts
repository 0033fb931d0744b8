import sax from 'sax'
import { err, ok, type Result } from '../../contract/result.ts'

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
const DEEPEST = 12

/**
 * Reads a receipt (pagoPA's paForNode.xsd). SECURITY: a document type is refused, so that no entity is ever expanded;
 * payer and debtor are passed over.
 */
export function receiptIn(xml: string): Result<Receipt, { kind: 'receipt-malformed' }> {
  const malformed = err({ kind: 'receipt-malformed' as const })
  const path: string[] = []
  const found = new Map<string, string>()
  let wanted: string | null = null
  const parser = sax.parser(true, { trim: true })
  // Nothing of the rest is read then.
  const refuse = () => {
    throw new Error('refused')
  }
  parser.onerror = refuse
  parser.ondoctype = refuse
  parser.onopentag = ({ name }) => {
    path.push(name.replace(/^.*:/, ''))
    if (path.length > DEEPEST) refuse()
    const [root = '', receipt, field = ''] = path.slice(-3)
    wanted = ROOTS.has(root) && receipt === 'receipt' && field in FIELDS ? FIELDS[field as keyof typeof FIELDS] : null
    // A field twice: which of the two counts?
    if (wanted !== null && found.has(wanted)) refuse()
    if (wanted !== null) found.set(wanted, '')
  }
  parser.ontext = parser.oncdata = (text: string) => {
    if (wanted !== null) found.set(wanted, (found.get(wanted) ?? '') + text)
  }
  parser.onclosetag = () => {
    path.pop()
    wanted = null
  }
  try {
    parser.write(xml).close()
  } catch {
    return malformed
  }
  const [id = '', notice = '', body = '', outcome, amount = ''] = Object.values(FIELDS).map((name) => found.get(name))
  const isSound = /^[\w.:-]{1,35}$/.test(id) && /^\d{18}$/.test(notice) && /^\d{11}$/.test(body)
  if (!isSound || (outcome !== 'OK' && outcome !== 'KO') || !/^\d{1,9}\.\d{2}$/.test(amount)) return malformed
  return ok({ id, notice, body, outcome, cents: Number(amount.replace('.', '')) })
}
