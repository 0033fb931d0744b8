import { z } from 'zod'

const address = z.email()

/**
 * The company's own mail server, which alone speaks to the world: it knows DANE and MTA-STS, signs (DKIM), and keeps what
 * cannot leave yet. `ca`: a PEM file, then the only authority that is trusted; null: those that Node trusts. There is no
 * way without TLS.
 */
export const mailSettings = z.strictObject({
  host: z.string(),
  port: z.number().int().min(1).max(65_535),
  /** TLS from the first byte (port 465); false: STARTTLS, without which nothing is sent. */
  implicitTls: z.boolean().default(false),
  ca: z.string().nullable().default(null),
  /** `From`: its domain has SPF, DKIM and DMARC. */
  from: z.strictObject({ name: z.string().max(80), address }),
  /**
   * Documents to a digital domicile go as PEC, from this address of the company's, and the mail server brings them to its
   * PEC provider. Null: the totems offer none. Uncertain: providers take PEC by SMTP with TLS and a password, which only
   * that server knows; their receipts go into the box of this address, and the mail server brings what comes into that box
   * here (`returns.listen`). `authorities`: a PEM file of who vouches for providers, by whom receipts must be signed; AgID
   * publishes the providers' certificates. Null: no receipt is read, and a letter stays `handed-over`.
   */
  pec: z
    .strictObject({
      from: z.strictObject({ name: z.string().max(80), address }),
      authorities: z.string().nullable().default(null),
    })
    .nullable()
    .default(null),
  /**
   * Where mails come back to: `name@domain` becomes `name+TOKEN@domain`, one for each mail. The mail server brings mails to
   * that name here (`listen`), over SMTP on a network of the company's own.
   */
  returns: z.strictObject({
    address,
    listen: z.strictObject({ host: z.string(), port: z.number().int().min(0).max(65_535) }),
  }),
  /** Name servers that say whether a domain takes mail, `address` or `address:port`; null: this machine's. */
  nameServers: z.array(z.string()).min(1).nullable().default(null),
})
export type MailSettings = z.output<typeof mailSettings>
