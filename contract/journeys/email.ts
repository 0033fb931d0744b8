import { z } from 'zod'
import { ADDRESS_FAULTS } from '../email-address.ts'
import { letterCode } from '../letter.ts'
import { elsewhere } from './lists.ts'

/** The link to a document goes by e-mail: an address is typed and confirmed, and six digits go home with the person. */

const domain = z.string()
const address = z.strictObject({ local: z.string(), domain })

export const screens = [
  /** `typed`: what was typed before. `unknown`: no mail can reach that domain. */
  z.strictObject({
    screen: z.literal('email-address'),
    typed: z.string(),
    fault: z.enum([...ADDRESS_FAULTS, 'unknown', 'refused']).nullable(),
  }),
  /** `meant`: a domain that looks like a slip of the one that was typed. */
  z.strictObject({ screen: z.literal('email-confirm'), ...address.shape, meant: domain.nullable() }),
  z.strictObject({ screen: z.literal('email-sending') }),
  /** `code`: opens the link; no mail says it. `canPrint`: on a slip of paper. */
  z.strictObject({
    screen: z.literal('email-sent'),
    code: letterCode,
    /** The mail server has taken the mail over; false: it will. */
    handedOver: z.boolean(),
    canPrint: z.boolean(),
  }),
  z.strictObject({ screen: z.literal('email-ended'), canPrint: z.boolean(), ways: z.array(elsewhere) }),
] as const

export const steps = {
  'email-address': 'paper',
  'email-confirm': 'paper',
  'email-sending': 'paper',
  'email-sent': 'paper',
  'email-ended': 'paper',
} as const

export const answers = [
  /** Possible where a document is ready. */
  z.strictObject({ type: z.literal('takeByEmail') }),
  z.strictObject({ type: z.literal('enterEmail'), address: z.string().max(320) }),
  /** The domain that was suggested in place of the typed one. */
  z.strictObject({ type: z.literal('useMeant') }),
  z.strictObject({ type: z.literal('confirmEmail') }),
  z.strictObject({ type: z.literal('printCode') }),
  /** The digits are noted. */
  z.strictObject({ type: z.literal('haveCode') }),
] as const
