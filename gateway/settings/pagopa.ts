import { z } from 'zod'
import type { Api, PagopaAccess } from '../payments/client.ts'
import { isBody } from '../payments/notice.ts'
import { isSafeUrl } from './line.ts'
import { requiredSecret } from './secret.ts'
import { textOf } from './unusable.ts'

const https = z.url({ protocol: /^https$/ }).refine(isSafeUrl, 'https without name and password')
/** Up to its version, without an operation; `key`: file of our subscription key for it. */
const api = z.strictObject({ url: https, key: z.string() })

/**
 * Access to pagoPA as a creditor. Who is the creditor of a totem's bollo (Ministry, comune or Poste) is not known, and with
 * it codice fiscale, IBAN and taxonomy: they are settings.
 */
export const pagopaSettings = z.strictObject({
  positions: api,
  receipts: api,
  checkout: api,
  /** PEM of a private authority, in place of the public ones. Null: the public ones. */
  ca: z.string().nullable().default(null),
  creditor: z.strictObject({
    codiceFiscale: z.string().refine(isBody, 'no codice fiscale of a body: its last digit does not fit'),
    name: z.string().min(1).max(140),
    iban: z.string().regex(/^IT\d{2}[A-Z]\d{10}[0-9A-Z]{12}$/, 'an Italian IBAN without blanks'),
    /** "Codice tassonomico" of the service, as pagoPA's table has it. */
    taxonomy: z.string().regex(/^\d\/[0-9A-Z]{9,12}\/$/, 'such as 9/0101100IM/'),
    /** Whom a citizen asks about money that goes back, as on the paper: "tel. 800 123 456". Null: the office's counter. */
    contact: z.string().min(1).max(140).nullable().default(null),
  }),
  /** "Codice di segregazione" of our station. */
  segregationCode: z.string().regex(/^([0-3]\d|4[0-5])$/, '00 to 45'),
  daysToPay: z.number().int().min(1).max(60).default(30),
  /**
   * Within so many days money is back that bought nothing. Uncertain: no law sets a time for this channel, and the creditor
   * does not say one yet.
   */
  refundDays: z.number().int().min(1).max(365).default(60),
  /** Where Checkout leads a phone at its end; any page of the body's. It proves nothing. */
  returnUrl: https,
  timeoutMs: z.number().int().positive().default(8_000),
})

/** Reads the files that the settings name; throws `Unusable`. */
export async function pagopaAccess(settings: z.output<typeof pagopaSettings>): Promise<PagopaAccess> {
  const { positions, receipts, checkout, ca, creditor, returnUrl, timeoutMs } = settings
  const opened = async (name: string, { url, key }: z.output<typeof api>): Promise<Api> => ({
    url,
    key: (await requiredSecret(`pagopa.${name}.key`, key)).trim(),
  })
  return {
    positions: await opened('positions', positions),
    receipts: await opened('receipts', receipts),
    checkout: await opened('checkout', checkout),
    ca: ca === null ? null : await textOf('pagopa.ca', ca),
    ...{ creditor, returnUrl, timeoutMs },
  }
}
