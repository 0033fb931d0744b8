import { z } from 'zod'
import { isoInstant, operationId } from '../identity.ts'
import { personRef } from './people.ts'

/** Stands on receipts and in the access log in place of the operator's name. */
const operatorNumber = z.string().regex(/^\d{6,9}$/)

/** `presented`: by its person, and waits for another's yes. Only `enrolled` logs anybody in. */
const cardState = z.enum(['presented', 'enrolled', 'revoked', 'ended'])
export const operatorCards = z.strictObject({
  cards: z.array(
    z.strictObject({
      card: operationId,
      number: operatorNumber,
      person: personRef,
      name: z.string().nullable(),
      state: cardState,
      presentedAt: isoInstant,
      endsAt: isoInstant,
      approvedBy: z.string().nullable(),
      revokedBy: z.string().nullable(),
    }),
  ),
})
export const cardNamed = z.strictObject({ card: operationId })
