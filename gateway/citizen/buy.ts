import { noticeCents } from '../../catalogue/bollo.ts'
import type { Problem } from '../../contract/gateway.ts'
import type { PaymentRequest } from '../../contract/pagopa.ts'
import { err, ok, type Result } from '../../contract/result.ts'
import { problemOf } from '../anpr/problems.ts'
import type { Bought } from '../payments/notices.ts'
import { boughtBy, type Previewing, previewOf } from './preview.ts'
import type { Holder } from './session.ts'

/** What a citizen pays for, and how much. Everything that can refuse a certificate is asked of ANPR before. */
export async function mayBuy(
  room: Previewing,
  holder: Holder,
  { subject, types }: Pick<PaymentRequest, 'subject' | 'types'>,
): Promise<Result<{ of: Bought; cents: number }, Problem>> {
  // A session of an earlier version does not say whose the payment would be.
  if (holder.requester === null) return err({ kind: 'session-expired', anpr: null })
  const sheet = await previewOf(room, holder, {
    subject,
    types,
    bollo: { kind: 'pagopa', notice: null },
    language: 'IT',
  })
  if (!sheet.ok) return sheet
  const lives = await room.register.askedBy(holder).alive({ requester: holder.idAnpr, subject })
  if (!lives.ok) return err(problemOf(lives.error))
  return ok({ of: boughtBy(holder, { subject, types }, room.reference), cents: noticeCents(sheet.value.charges) })
}
