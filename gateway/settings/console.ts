import { z } from 'zod'

const url = z
  .url({ protocol: /^https$/ })
  .refine((text) => new URL(text).pathname === '/', 'without a path')
  .nullable()
  .default(null)

/**
 * Where operators log in with a smart card: a listener of its own, which asks for their certificate and shows the console's own.
 * `url`: as browsers reach it; null: as it listens. Nobody works at a counter without it.
 */
export const cardLogInSettings = z.strictObject({ url })

/**
 * Where operators work with a browser. `url`: as browsers reach it, without a path; null: as it listens. `page`: the folder
 * of the built console (dist/console). `anchors`: the file to which signed heads of the audit are appended; null: in
 * `dataDir`, where the database's administrators may reach it too.
 */
export const consoleSettings = z.strictObject({
  url,
  tls: z.strictObject({ key: z.string(), certificate: z.string() }),
  page: z.string(),
  anchors: z.string().nullable().default(null),
  /**
   * The company's Alertmanager (alerts/), as this gateway reaches it: the console says whether it would call somebody, and
   * has it silent where somebody works. `ca`: PEM of who vouches for its certificate. Null: nobody is called, and the console
   * says so.
   */
  alertmanager: z
    .strictObject({ url: z.url({ protocol: /^https?$/ }), ca: z.string().nullable().default(null) })
    .nullable()
    .default(null),
  /**
   * Boxes of offices that hear of what waits for somebody there (gateway/console/reminders.ts), by comune (`054050`), body (`USL2`), or
   * `piattaforma`: who reads them may change, and no person's address is kept. They need `delivery.mail`.
   */
  reminders: z.record(z.string().regex(/^(\d{6}|[A-Z][A-Z0-9-]{1,19}|piattaforma)$/), z.email()).default({}),
  /**
   * Who says who somebody is: an OpenID Connect issuer, asked by code and PKCE. `secret`: file of the client's secret.
   * `ca`: PEM of who vouches for the issuer's certificate, where no public authority does. `personClaim`: the claim of the
   * ID token that holds the codice fiscale, with or without `TINIT-` before it. What somebody may do is no claim of the
   * issuer's: it is a grant of the console's own.
   */
  issuer: z.strictObject({
    url: z.url({ protocol: /^https$/ }),
    clientId: z.string().min(1),
    secret: z.string(),
    ca: z.string().nullable().default(null),
    personClaim: z.string().min(1).default('codice_fiscale'),
  }),
})
export type ConsoleSettings = z.output<typeof consoleSettings>
