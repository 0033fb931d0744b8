import { z } from 'zod'
import { commonSettings } from '../../contract/enrolment.ts'

/**
 * How new machines become totems. `ca`: the authority of totems' certificates, which `tls.clientCa` holds too; `signer`:
 * who signs their configuration, with a certificate of the totems' `gatewayCa` (CN "Totem Polis registrar"). `makers`: PEM
 * of the roots and intermediates of makers of TPMs; null: only machines that an order names. `secureBoot`: values of
 * register 7 (hexadecimal) with which a machine may be enrolled and renewed; null: any, and operators see which.
 * `cieKey`: the external-authentication exponent of the CIE; null: totems read CNS only.
 */
export const enrolmentSettings = z.strictObject({
  ca: z.strictObject({ key: z.string(), certificate: z.string() }),
  signer: z.strictObject({ key: z.string(), certificate: z.string() }),
  /** A totem renews after two thirds. */
  certificateDays: z.int().min(2).max(825).default(90),
  makers: z.string().nullable().default(null),
  secureBoot: z
    .array(z.string().regex(/^[0-9a-f]{64}$/))
    .min(1)
    .nullable()
    .default(null),
  gatewayCa: z.string(),
  cieKey: z.string().nullable(),
  totems: commonSettings,
})
export type EnrolmentSettings = z.output<typeof enrolmentSettings>
