import { z } from 'zod'
import { printerConfig, totemConfig } from './config.ts'
import { codeIn } from './enrolment-code.ts'
import { base64, isoInstant, operationId, totemId } from './identity.ts'
import { provisionedPanel } from './panel.ts'
import { revocationPolicy } from './trust.ts'

// How a new machine becomes a totem. On the enrolment door (TLS with the gateway's certificate, none of the caller's):
//   POST /v1/enrolment/begin    beginning → begun
//   POST /v1/enrolment/finish   finishing → finished
//   POST /v1/enrolment/renewal  renewalAsked → renewalNonce      a totem whose certificate has ended
//   POST /v1/enrolment/renewed  renewing → renewed
// On the totems' door, over its certificate:
//   POST /v1/certificate/renewal, POST /v1/certificate/renewed   the same
// openapi/enrolment.yaml tells the same to who writes another client.

/**
 * With what a machine's image knows where it becomes a totem (`enrolment.json`): the gateway's enrolment door, and the file of
 * its authority. `panel`, `printer`: what the machine is built of, until its order says it; `bench`: a bench's places, which a
 * package does not look at.
 */
export const enrolmentImage = z.looseObject({
  url: z.url({ protocol: /^https$/ }),
  ca: z.string(),
  panel: provisionedPanel.optional(),
  printer: printerConfig.optional(),
  bench: z
    .strictObject({
      dataDir: z.string(),
      tcti: z.string().nullable(),
      deviceEnv: z.record(z.string(), z.string()),
      dockUrl: z.string().nullable(),
    })
    .optional(),
})
export type EnrolmentImage = z.infer<typeof enrolmentImage>

/** How a machine's private keys lie: sealed under its TPM, or as files, which a copied disk takes along. */
export const keyKind = z.enum(['tpm', 'file'])
export type KeyKind = z.infer<typeof keyKind>

/** Why a machine is not enrolled, or a certificate not renewed. main/enrolment/words.ts says each to the technician. */
export const enrolmentRefusal = z.enum([
  /** There is no such order: mistyped, withdrawn, or used long ago. Which of them, the gateway does not say. */
  'code-refused',
  'code-expired',
  /** Another machine came with this code: one of the two is not the technician's. The order is closed. */
  'code-used',
  'too-many-tries',
  /** Keys in files, and the order asks for a TPM. */
  'software-key-refused',
  /** Neither a maker of TPMs nor the order vouches for this machine. */
  'machine-unknown',
  /** The order names another machine. */
  'machine-other',
  /** This machine is another totem, which is in service. */
  'machine-enrolled',
  /** What should prove the keys does not: another TPM, or an altered message. */
  'proof-refused',
  /** What was booted is not what the operators allow. */
  'boot-refused',
  /** The answer came too late: begin again with the same code. */
  'request-stale',
  'totem-withdrawn',
  'totem-unknown',
])
export type EnrolmentRefusal = z.infer<typeof enrolmentRefusal>

const refused = z.strictObject({
  state: z.literal('refused'),
  reason: enrolmentRefusal,
  /** Seconds until a further try is looked at. */
  againS: z.int().min(0).nullable(),
})

const coordinate = z.base64url().length(43)
const point = z.strictObject({
  kty: z.literal('EC'),
  crv: z.literal('P-256'),
  kid: z.string().min(1).max(64),
  x: coordinate,
  y: coordinate,
})
export type PublicPoint = z.infer<typeof point>

const blob = base64.min(4).max(4_000)

/**
 * `ek`, `ak`, `kek`: TPM2B_PUBLIC of the endorsement key (RSA 2048), of a signing key for statements of this TPM, and of the
 * sealed key under which the totem's files lie. `ekCertificate`: its maker's, DER, where the TPM has one. `certified`: the
 * AK's statement that the KEK is in the same TPM (TPMS_ATTEST, ECDSA signature as DER).
 */
const tpmKeys = z.strictObject({
  kind: z.literal('tpm'),
  ek: blob,
  ekCertificate: blob.nullable(),
  ak: blob,
  kek: blob,
  certified: z.strictObject({ attest: blob, signature: blob }),
})
export type TpmKeys = z.infer<typeof tpmKeys>

/** `csr`: PKCS #10 of the key for TLS (P-256), PEM. Its subject counts for nothing: the order says which totem it is. */
export const beginning = z.strictObject({
  code: z
    .string()
    .max(40)
    .refine((code) => codeIn(code) === code, 'not a code'),
  csr: z.string().max(2_000),
  /** To which outcomes are sealed, and this totem's configuration. */
  outcome: point,
  /** Signs the code on papers. */
  verification: point,
  keys: z.discriminatedUnion('kind', [tpmKeys, z.strictObject({ kind: z.literal('file') })]),
  version: z.string().regex(/^[\w.+-]{1,32}$/),
})
export type Beginning = z.infer<typeof beginning>

/** `credential`: a secret that only the TPM of this EK with this AK opens (TPM2B_ID_OBJECT, TPM2B_ENCRYPTED_SECRET). */
export const begun = z.discriminatedUnion('state', [
  z.strictObject({
    state: z.literal('challenge'),
    enrolment: operationId,
    nonce: base64,
    credential: z.strictObject({ blob, secret: blob }).nullable(),
    /** The gateway's clock. */
    at: isoInstant,
  }),
  refused,
])
export type Begun = z.infer<typeof begun>

/** Registers that measured boot fills, quoted at each enrolment and renewal: firmware, its drivers, loader, secure boot, kernel image. */
export const QUOTED_PCRS = [0, 2, 4, 7, 11] as const

/** `values`: the registers' values (SHA-256 bank) in the order of QUOTED_PCRS. */
const quote = z.strictObject({ attest: blob, signature: blob, values: base64.max(400) })
export type Quote = z.infer<typeof quote>
const fileProof = z.strictObject({ kind: z.literal('file'), signature: blob })

/** Both kinds of proof are about `transcriptOf`: in the quote as its qualifying data, or signed with the key for TLS. */
export const finishing = z.strictObject({
  enrolment: operationId,
  proof: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('tpm'), secret: base64.max(100), quote }),
    fileProof,
  ]),
})
export type Finishing = z.infer<typeof finishing>

/** `sealed`: `provision`, signed by the registrar and then encrypted to the totem's outcome key. */
export const finished = z.discriminatedUnion('state', [
  z.strictObject({ state: z.literal('enrolled'), totem: totemId, sealed: z.string().max(4_000_000) }),
  refused,
])
export type Finished = z.infer<typeof finished>

const pem = z.string().max(20_000)
const { office, sound, timings, minFreeBytes } = totemConfig.shape

/** What an operator says of a place. `machine`: SHA-256 of the one machine's EK (`totem enrol machine`); null: any that its maker vouches for. */
export const orderWish = z.strictObject({
  totem: totemId,
  office,
  printer: printerConfig,
  sound,
  /** The glass where the totem stands; null: that of the gateway's settings. */
  panel: provisionedPanel.nullable().default(null),
  /** A machine without a TPM may be this totem; every view of it says so. */
  softwareKey: z.boolean().default(false),
  machine: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .nullable()
    .default(null),
  /** For so long the code counts. */
  hours: z.int().min(1).max(168).default(72),
})
export type OrderWish = z.infer<typeof orderWish>

/** What every totem of this gateway gets alike. */
export const commonSettings = z.strictObject({
  gatewayUrl: z.url({ protocol: /^https$/ }),
  /** Where a totem comes whose certificate has ended: the enrolment door. */
  enrolmentUrl: z.url({ protocol: /^https$/ }),
  verificationPage: z
    .url({ protocol: /^https$/ })
    .nullable()
    .default(null),
  possession: totemConfig.shape.trust.shape.possession.default([]),
  panel: provisionedPanel,
  timings,
  minFreeBytes,
})

export const PROVISION_TYP = 'totem-provision+jws'
/** The subject of the certificate by which a provision is signed: no gateway's TLS certificate has it. */
export const REGISTRAR = 'Totem Polis registrar'

/** Everything that a totem needs to be in service, but its private keys: they never leave it. */
export const provision = z.strictObject({
  totem: totemId,
  order: operationId,
  issued: isoInstant,
  certificate: pem,
  office,
  printer: printerConfig,
  sound,
  common: commonSettings,
  revocation: revocationPolicy,
  /** Authority of the gateway's TLS certificates, PEM. */
  ca: pem,
  gatewayKeys: z.string().max(100_000),
  trustList: z.string().max(2_000_000),
  listKey: z.looseObject({ kty: z.literal('EC'), crv: z.literal('P-256'), x: coordinate, y: coordinate }),
  /** The external-authentication exponent of the CIE. */
  cieKey: base64.max(1_000).nullable(),
  /** Of which the codes of the day are made by which a technician enters without a line (trust/service-access.ts). */
  serviceSecret: base64.max(100),
})
export type Provision = z.infer<typeof provision>

/** What both sides hash: nothing of a message can be changed or left out without the proof failing. */
export function transcriptOf(nonce: string, { csr, outcome, verification, keys }: Omit<Beginning, 'code' | 'version'>) {
  const key = ({ kid, x, y }: PublicPoint) => `${kid} ${x} ${y}`
  const machine = keys.kind === 'tpm' ? `${keys.ek} ${keys.ak} ${keys.kek}` : 'file'
  return ['totem-polis/enrolment', nonce, csr.trim(), key(outcome), key(verification), machine].join('\n')
}

export const renewalAsked = z.strictObject({ totem: totemId })
export const renewalNonce = z.strictObject({ nonce: z.string().max(200) })
/** `nonce`: as it was given. The key stays: the certificate is for the key of the enrolment. */
export const renewing = z.strictObject({
  totem: totemId,
  nonce: z.string().max(200),
  proof: z.discriminatedUnion('kind', [z.strictObject({ kind: z.literal('tpm'), quote }), fileProof]),
})
export type Renewing = z.infer<typeof renewing>
export const renewed = z.discriminatedUnion('state', [
  z.strictObject({ state: z.literal('renewed'), certificate: pem }),
  refused,
])
export type Renewed = z.infer<typeof renewed>
export const renewalTranscript = (nonce: string, totem: string) => ['totem-polis/renewal', nonce, totem].join('\n')
