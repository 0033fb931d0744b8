import type { Logger } from 'pino'
import type { Clock } from '../../basics/time.ts'
import type { Bell } from '../operations/bell.ts'
import type { Database } from '../store/schema.ts'
import { createPagopaClient, type PagopaAccess } from './client.ts'
import { createNotices } from './notices.ts'
import { hearReceipts, type Received, receiptRoutes } from './receive.ts'
import type { Taking } from './routes.ts'
import { tendNotices } from './tend.ts'

/** Joins the parts of payments by pagoPA: what totems ask, where receipts come in, and what asks pagoPA. */
export function openPayments({
  settings: { segregationCode: segregation, daysToPay, refundDays },
  access,
  db,
  bell,
  now,
  log,
  onReceived,
}: {
  settings: { segregationCode: string; daysToPay: number; refundDays: number }
  access: PagopaAccess
  db: Database
  bell: Bell
  now: Clock
  log: Logger
  onReceived(received: Received): void
}) {
  const { creditor } = access
  const client = createPagopaClient(access)
  const notices = createNotices({ db, bell, segregation, daysToPay, now })
  const taking: Taking = { notices, client, creditor, refundDays }
  const body = creditor.codiceFiscale
  const hear = hearReceipts({ notices, body, log, onReceived })
  return {
    taking,
    client,
    receipts: receiptRoutes({ hear, body }),
    tend: () => tendNotices({ notices, client, bell, hear, now, log }),
  }
}
