import { z } from 'zod'
import { totemId } from '../../contract/identity.ts'
import { revocationPolicy } from '../../contract/trust.ts'
import { listed, service } from '../anpr/services.ts'
import { cardLogInSettings, consoleSettings } from './console.ts'
import { enrolmentSettings } from './enrolment.ts'
import { mailSettings } from './mail.ts'
import { pagopaSettings } from './pagopa.ts'
import { pdndSettings } from './pdnd.ts'
import { terms } from './terms.ts'
import { CONFIG, jsonIn, Unusable } from './unusable.ts'

const most = z.number().int().positive()
/** Bounds on what one totem may leave here, whoever has got hold of it. Beyond them its totem is told to come again. */
export const bounds = z.strictObject({
  /** Requests that are not settled. ANPR answers so many within a minute; the others wait on their totem. */
  pendingPerTotem: most.min(4).max(100_000).default(500),
  /**
   * Requests within 24 hours. An office asks for some 200 a day. What a totem kept in 30 days without a line is in after
   * three days.
   */
  requestsPerTotemDay: most.max(1_000_000).default(2_000),
  /**
   * Entries and bytes of its sync log in a day, kept for 36 months. A busy office writes some 4,000 entries a day. What a
   * totem wrote in 30 days without a line is in after a week.
   */
  journalEntriesPerTotemDay: most.max(1_000_000).default(20_000),
  journalBytesPerTotemDay: most.max(1_000_000_000).default(10_000_000),
})
export type Bounds = z.output<typeof bounds>
export type JournalBounds = Pick<Bounds, 'journalEntriesPerTotemDay' | 'journalBytesPerTotemDay'>

/**
 * Connections of a door at once, and of one address. `perAddress` null: a load balancer stands before the door, every
 * caller comes from its address, and the balancer must bound them.
 */
const connections = (all: number, ofOne: number) =>
  z.strictObject({ most: most.default(all), perAddress: most.nullable().default(ofOne) }).prefault({})
export interface Connections {
  most: number
  perAddress: number | null
}

const address = { host: z.string(), port: z.number().int().min(0).max(65_535) }

/**
 * `list`: the signed trust list (contract/trust.ts) that counts here and that totems get; `listKey`: the public JWK
 * of its signer. `crls`: folder of the CRLs (DER, `*.crl`), to which the gateway adds those that it fetches. Changes
 * of all of them count without a restart. `crlHosts`: hosts (`name` or `name:port`) that the gateway may call for a
 * CRL, by plain HTTP; empty: none.
 */
const trust = z.strictObject({
  list: z.string(),
  listKey: z.string(),
  crls: z.string(),
  crlHosts: z.array(z.string()),
  revocation: revocationPolicy,
})
export type TrustSettings = z.output<typeof trust>

/**
 * The gateway's own file, which GATEWAY_CONFIG names. Paths are absolute; port 0 takes a free one. A file with a secret
 * (private keys, `accessLogKey`) is refused when others than its owner may read it.
 */
export const gatewayConfig = z.strictObject({
  /** Where totems call: mutual TLS. */
  listen: z.strictObject({ ...address, connections: connections(20_000, 500) }),
  /**
   * Where operators look, on a network of their own: TLS and a bearer token. `tokens`: the file of operators, each line
   * a name, a role and the SHA-256 of a token (settings/operators.ts); `node gateway/operators.ts add NAME ROLE` makes
   * them. Changes count without a restart.
   */
  operator: z.strictObject({ ...address, connections: connections(200, 50), tokens: z.string() }),
  /**
   * Where anybody may fetch the page that verifies a paper. verify/build.ts makes `page`; `keysSigner` is the public
   * JWK of whoever signs the list in it. Null: the page is served elsewhere, as it is in earnest: whoever floods the
   * public page must not meet the population register's gateway.
   */
  public: z
    .strictObject({
      ...address,
      connections: connections(4_000, 200),
      tls: z.strictObject({ key: z.string(), certificate: z.string() }),
      page: z.string(),
      keysSigner: z.string(),
    })
    .nullable()
    .default(null),
  /**
   * How a citizen may take a document home besides on paper. `publicUrl`: where telephones reach the public door of a
   * gateway on this database; null: at `public` of this one. `mail`: settings/mail.ts; null: nothing goes by mail.
   * Null: on paper alone.
   */
  delivery: z
    .strictObject({
      publicUrl: z
        .url({ protocol: /^https$/ })
        .nullable()
        .default(null),
      mail: mailSettings.nullable().default(null),
    })
    .nullable()
    .default(null),
  /**
   * Where new machines become totems (settings/enrolment.ts): TLS with the gateway's own certificate, and none of the
   * caller's. Null: totems are provisioned by hand alone (`totems`).
   */
  enrolment: enrolmentSettings
    .extend({ door: z.strictObject({ ...address, connections: connections(500, 50) }) })
    .nullable()
    .default(null),
  /**
   * Where operators work with a browser (settings/console.ts). Null: there is no console here. `card.trust`: the issuers of
   * operators' cards, in a list of their own: whoever vouches for citizens vouches for no operator.
   */
  console: consoleSettings
    .extend({
      ...{ ...address, connections: connections(1_000, 50) },
      card: cardLogInSettings
        .extend({ ...address, connections: connections(500, 50), trust })
        .nullable()
        .default(null),
    })
    .nullable()
    .default(null),
  /** PEM files; `clientCa` is the only issuer of totems' certificates. */
  tls: z.strictObject({ key: z.string(), certificate: z.string(), clientCa: z.string() }),
  /** Holds the embedded database when DATABASE_URL names no PostgreSQL. */
  dataDir: z.string(),
  trust,
  /** `pdnd`: settings/pdnd.ts. */
  anpr: z.strictObject({
    pdnd: pdndSettings,
    timeoutMs: z.number().int().positive().default(8_000),
    /**
     * By the Ministry's code of a service: how often it may be asked in a day, over all gateways on the database, and how
     * many of these calls are kept for visits that have begun. Uncertain: what Poste's own purposes are given (15,000
     * for C019 and C020 were seen elsewhere). A service that stands not here is asked until it refuses.
     */
    quotas: z
      .partialRecord(
        service,
        z
          .strictObject({ daily: most, reserve: z.number().int().min(0) })
          .refine(({ daily, reserve }) => reserve < daily, 'reserve below daily'),
      )
      .default({}),
    /**
     * What operators may ask ANPR about a list of people (gateway/consult.ts): which consultations, how many rows at most,
     * and from how many on by the bulk twin, where `pdnd.services` has it. None is allowed that is not named: an agreement
     * says which, and C024 and C025 were seen barred to some users.
     */
    lists: z
      .strictObject({
        services: z.array(listed).default([]),
        rows: most.max(100_000).default(5_000),
        bulkFrom: most.default(200),
      })
      .prefault({}),
  }),
  /**
   * Bollo by pagoPA (settings/pagopa.ts). `door`: where pagoPA brings receipts, with the gateway's own certificate;
   * `clientCa`: PEM of the authority of pagoPA's. Null: totems offer no such payment.
   */
  pagopa: pagopaSettings
    .extend({ door: z.strictObject({ ...address, connections: connections(200, 100), clientCa: z.string() }) })
    .nullable()
    .default(null),
  /**
   * File of the secret that turns persons into references in the access log and marche da bollo into those that have
   * paid, and seals challenges. All gateways on a database share it, and it is kept for good: under another secret every
   * mark could pay again, and no request that waits on a totem would be known.
   * Null: it lies in `dataDir`. The first gateway on an empty database makes it; one with another secret does not start.
   */
  accessLogKey: z.string().nullable().default(null),
  /**
   * `folder`: private keys (JWK, P-256, `*.jwk.json`, `use` "enc" or "sig") that open requests and sign anchors;
   * `list`: the signed list of their public halves (contract/gateway-keys.ts), by the signer of trust lists. Changes
   * count without a restart: put the keys first, then the list.
   */
  keys: z.strictObject({ folder: z.string(), list: z.string() }),
  /**
   * Folder of `<totem id>.outcome.pub.jwk.json`: a totem without one is not provisioned here. Where `<totem
   * id>.cert.pem` lies beside it, only the certificates in that file count for the totem.
   */
  totems: z.string(),
  /**
   * File of the offices where totems stand (fleet/offices.ts), for a person who asks what happened elsewhere, and for the
   * console. Changes count without a restart. Null, or a totem that stands not in it: its id is told.
   */
  offices: z.string().nullable().default(null),
  /**
   * What totems are to run. `list`: the signed list of releases (contract/release.ts), `releaseKey`: the public JWK of
   * its signer; `folder`: their files, each named by its SHA-256. `laboratory` and `agreed`: the totems that get a
   * release first. A new list counts without a restart. Null: this gateway updates nobody.
   */
  releases: z
    .strictObject({
      list: z.string(),
      releaseKey: z.string(),
      folder: z.string(),
      laboratory: z.array(totemId).default([]),
      agreed: z.array(totemId).default([]),
    })
    .nullable()
    .default(null),
  /**
   * How long what is kept for its age is kept, in months. `journalMonths`: sync logs say when citizens came to a totem and
   * left, so no longer than the access log to which they belong (36 months, Provv. Garante 493 of 26-10-2023), and long
   * enough to compare with the year before. `auditMonths`: who looked at what is kept for as long as the access log at
   * least; the database refuses to erase what is younger.
   */
  retention: z
    .strictObject({ journalMonths: most.min(13).max(36).default(36), auditMonths: most.min(36).max(120).default(36) })
    .prefault({}),
  /**
   * The public figures of Polis. `plan`: where it is planned (polis/plan.ts); a change counts without a restart. `page`: the
   * folder of their built page (dist/polis), which the public door serves under `/polis`. `openData`: a folder with ANPR's open
   * data (polis/open-data.ts), shown beside ours; a change counts without a restart. Null: no figures are kept here.
   */
  polis: z
    .strictObject({ plan: z.string(), page: z.string(), openData: z.string().nullable().default(null) })
    .nullable()
    .default(null),
  bounds: bounds.prefault({}),
  certificates: terms.prefault({}),
})

/**
 * `databaseUrl` comes from the environment, because it holds a secret; null is the embedded database. `consoleDatabaseUrl`:
 * the console's own way to the same PostgreSQL.
 */
export type GatewayConfig = z.input<typeof gatewayConfig> & {
  databaseUrl: string | null
  consoleDatabaseUrl?: string | null
}

/** Reads the file that GATEWAY_CONFIG names; throws `Unusable`, whose message names settings and quotes no value. */
export async function readConfig(file: string): Promise<Omit<GatewayConfig, 'databaseUrl' | 'consoleDatabaseUrl'>> {
  const read = gatewayConfig.safeParse(await jsonIn('GATEWAY_CONFIG', file))
  if (read.success) return read.data
  const wrong = read.error.issues.map(({ path, message }) => [path.join('.'), message].filter(Boolean).join(': '))
  const said = `${wrong.join('; ')}: gateway/settings/config.ts says what stands in it`
  throw new Unusable(CONFIG, `GATEWAY_CONFIG: ${file} is no gateway's configuration: ${said}`)
}
