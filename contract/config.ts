import { z } from 'zod'
import { totemId } from './identity.ts'
import { nearbyTotem, officeHours } from './office.ts'
import { pad } from './pad.ts'
import { provisionedPanel } from './panel.ts'
import { release } from './release.ts'
import { err, ok, type Result } from './result.ts'
import { revocationPolicy } from './trust.ts'

/** A totem is started from anywhere, so a path that hangs on the folder would be another file each time. */
const path = z.string().refine((text) => text.startsWith('/'), 'not an absolute path')

/** Seconds written for milliseconds, or nothing, would end each visit as it begins. */
const milliseconds = z.int().min(1000, 'less than a second: it is in milliseconds').max(3_600_000, 'more than an hour')

/** Thermal heads that native/printer/head/profiles.ts knows. */
export const printerProfile = z.enum(['a4-kiosk', 'receipt-80', 'receipt-80-tear'])
export type HeadProfile = z.infer<typeof printerProfile>

/**
 * The printer: a head in the totem, or a printer in the office that takes PDF by IPP. Its URI is the printer's own, or
 * a CUPS queue's that learns about the sheets (a queue over AppSocket or LPD does not). With `ipps` its certificate
 * must chain to `ca`, a PEM file and then the only one trusted, or to an authority that Node trusts. With `ipp` anybody
 * on that line can read the papers.
 */
export const printerConfig = z.discriminatedUnion('profile', [
  z.strictObject({ profile: printerProfile }),
  z.strictObject({ profile: z.literal('a4-office'), uri: z.url({ protocol: /^ipps?$/ }), ca: path.optional() }),
])
export type PrinterConfig = z.infer<typeof printerConfig>

/**
 * A totem's provisioning: one JSON file, written by a technician (on a bench, by the simulator). Paths are absolute.
 */
export const totemConfig = z.strictObject({
  totem: totemId,
  office: z.strictObject({
    name: z.string(),
    comune: z.string(),
    province: z.string().length(2),
    /**
     * Language beside Italian on the totem's papers, where the law gives the territory one (DPR 574/1988, L. cost. 4/1948, L. 38/2001).
     */
    secondLanguage: z.enum(['de', 'fr', 'sl']).nullable().default(null),
    /** Whom a person may call about this totem and its papers; null: neither papers nor screens name anybody. */
    phone: z
      .string()
      .regex(/^\+?\d(?: ?\d){3,19}$/, 'not a telephone number: digits, and single spaces between them')
      .nullable()
      .default(null),
    /** When the counter is open; empty: no screen says it. */
    hours: officeHours.default([]),
    /** Where else a totem stands, the nearest first; empty: the screen of a totem that is out of service names none. */
    nearest: z.array(nearbyTotem).max(2).default([]),
  }),
  dataDir: path,
  gateway: z.strictObject({
    url: z.url({ protocol: /^https$/ }),
    ca: path,
    certificate: path,
    key: path,
    /** The provisioned list of the gateway's keys (contract/gateway-keys.ts); a newer one is kept in `dataDir`. */
    keys: path,
  }),
  /**
   * Folder of the private JWKs (P-256, `*.jwk.json`) that open outcomes sealed to this totem; the gateway has the
   * newest.
   */
  outcomeKeys: path,
  /** Private JWK (P-256, with `kid`) that signs this totem's papers; null: they carry no verification code. */
  verification: z
    .strictObject({
      key: path,
      /** The gateway's page that verifies a paper, as people type it; null: the papers do not name it. */
      page: z
        .url({ protocol: /^https$/ })
        .nullable()
        .default(null),
    })
    .nullable(),
  /**
   * How private keys lie on the disk: as files of the totem's user alone, or wrapped under a key that a TPM 2.0 gives
   * to this machine only. `tcti`: the address for tpm2-tools, such as "device:/dev/tpmrm0". `blob`: that key as the TPM
   * sealed it, made by `npx totem keys protect`.
   */
  keyProtection: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('file') }),
    z.strictObject({ kind: z.literal('tpm'), tcti: z.string(), blob: path }),
  ]),
  trust: z.strictObject({
    /** The provisioned trust list (contract/trust.ts); a newer one from the gateway is kept in `dataDir`. */
    list: path,
    /** Public JWK (P-256) of the signer of trust lists. */
    listKey: path,
    revocation: revocationPolicy,
    /** Uses of a card by its CAN alone, which proves possession and not identity; never certificates. */
    possession: z.array(z.enum(['card-expiry'])),
  }),
  /**
   * The external-authentication exponent of the CIE (256 bytes, issued by the State); null: this totem reads CNS only.
   */
  cie: z.strictObject({ externalKey: path }).nullable(),
  panel: provisionedPanel,
  printer: printerConfig,
  /**
   * ALSA's name of the output that feeds loudspeaker and headset, and the input device that reports the headset's plug
   * (/dev/input/by-path/…, SW_HEADPHONE_INSERT); null: the pipped key alone starts speech, and nothing personal is
   * spoken. `sound` null: this totem has no voice.
   */
  sound: z
    .strictObject({ output: z.string().regex(/^(default|(plug)?hw:[\w=,]+)$/), headsetPlug: path.nullable() })
    .nullable()
    .default(null),
  /** The tactile pad or the switches, where the totem has them. */
  pad: pad.prefault({}),
  /**
   * Updates: public JWK of the signer of releases, and the kind of machine that this is. Null: this totem takes none by
   * itself.
   */
  update: z.strictObject({ releaseKey: path, compatible: release.shape.compatible }).nullable().default(null),
  timings: z.strictObject({
    idleMs: milliseconds,
    warningMs: milliseconds,
    goodbyeMs: milliseconds,
    lineProbeMs: milliseconds,
  }),
  /** With less free space the totem takes no request, because an accepted request must always find room. */
  minFreeBytes: z.number().nonnegative(),
  /**
   * A totem that was enrolled renews its certificate by itself. `url`: the gateway's enrolment door, for a totem whose
   * certificate has ended. `ak`: the TPM's key for statements, as `npx totem enrol` left it; null: a software key. Null
   * as a whole: whoever provisioned the totem brings it new certificates.
   */
  enrolment: z
    .strictObject({ url: z.url({ protocol: /^https$/ }), ak: path.nullable() })
    .nullable()
    .default(null),
  /**
   * The secret of the codes of the day, as the registrar gave it; null: no technician enters this totem without a grant that
   * the gateway has told lately.
   */
  service: z.strictObject({ secret: path }).nullable().default(null),
  /** Only honoured in a development build (invariant 9). */
  bench: z
    .strictObject({
      deviceEnv: z.record(z.string(), z.string()),
      dockUrl: z.url().nullable(),
      /** Where the words of speech are taken down as they are said: an ear of the bench. Null: nowhere. */
      ear: path.nullable(),
    })
    .nullable(),
})
export type TotemConfig = z.infer<typeof totemConfig>

/** `faults`: what is wrong, one for each field, which it names. */
export interface ConfigMalformed {
  kind: 'configuration-malformed'
  faults: string[]
}

/** The configuration in this text. */
export function totemConfigIn(text: string): Result<TotemConfig, ConfigMalformed> {
  const malformed = (faults: string[]) => err<ConfigMalformed>({ kind: 'configuration-malformed', faults })
  let content: unknown
  try {
    content = JSON.parse(text)
  } catch (error) {
    // SECURITY: the message also quotes the file, which may be a key that was named by mistake.
    const [place] = /\(line \d+ column \d+\)$/.exec((error as SyntaxError).message) ?? []
    return malformed([place === undefined ? 'no JSON' : `no JSON ${place}`])
  }
  const read = totemConfig.safeParse(content)
  if (read.success) return ok(read.data)
  return malformed(read.error.issues.map(({ path, message }) => [path.join('.'), message].filter(Boolean).join(': ')))
}
