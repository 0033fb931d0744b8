import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { SodKind } from '../../pki/cie.ts'
import { holderById } from '../../population/holders.ts'
import { people } from '../../population/people.ts'
import { DEFAULT_PIN } from '../cns.ts'
import { type PersonsTravelDocumentOptions, travelDocumentOf } from '../travel-document/travel-document.ts'
import { DH_DOMAIN, type DhDomain } from './domain.ts'
import { authorityOf, publicKeyFor, publicKeyOf } from './external-authority.ts'
import type { CieFiles } from './file-system.ts'
import { documentNumberOf, nisOf } from './identity.ts'
import type { CieProfile } from './profiles.ts'
import { type CieFaults, VirtualCie } from './virtual-cie.ts'

/** Certificates that `makePki` leaves beside the good one (for anna-bianchi and mario-rossi). */
export const CIE_CERTIFICATE_VARIANTS = [
  'expired',
  'not-yet-valid',
  'foreign',
  'other-cf',
  'wrong-policy',
  'revoked',
  '3072',
  'ec',
] as const
/** Variants that bring their own key (81). */
const OWN_KEYS: readonly string[] = ['3072', 'ec']

const bytes = (value: bigint, like: Uint8Array) => Buffer.from(value.toString(16).padStart(2 * like.length, '0'), 'hex')
const number = (value: Uint8Array) => BigInt(`0x${Buffer.from(value).toString('hex')}`)

/** Weak groups, in which a secret is easily found: an eavesdropper's card would offer them. */
const HOSTILE_DOMAINS = {
  'q-not-dividing': { ...DH_DOMAIN, q: bytes(number(DH_DOMAIN.q) - 2n, DH_DOMAIN.q) },
  'g-one': { ...DH_DOMAIN, g: bytes(1n, DH_DOMAIN.g) },
  'p-even': { ...DH_DOMAIN, p: bytes(number(DH_DOMAIN.p) - 1n, DH_DOMAIN.p) },
} as const satisfies Record<string, DhDomain>

export interface CieOptions {
  pin?: string
  puk?: string
  profile?: CieProfile
  sod?: SodKind
  certificate?: (typeof CIE_CERTIFICATE_VARIANTS)[number]
  /** The certificate file ends in the middle of the certificate. */
  truncatedCertificate?: boolean
  /**
   * A card whose holder was given no certificate: EF.SOD does not list one (for anna-bianchi and mario-rossi), the file
   * is not there, or it was never filled.
   */
  noCertificate?: 'not-listed' | 'absent' | 'empty'
  /** EF.SOD is signed by a signer that the State has not named (for anna-bianchi and mario-rossi). */
  foreignSodSigner?: boolean
  /** A file that was changed after EF.SOD was signed. */
  altered?: keyof CieFiles
  /** A copy made without the chip's private key. Its files are the holder's, or name the copy's own key. */
  clone?: 'files-of-holder' | 'key-of-its-own'
  hostileDomain?: keyof typeof HOSTILE_DOMAINS
  triesLeft?: 0 | 1 | 2
  /** The private exponent, 256 bytes, of the CA whose terminals the card trusts; default that of the test PKI. */
  externalKey?: Uint8Array
  travelDocument?: PersonsTravelDocumentOptions
  faults?: CieFaults
}

export const DEFAULT_PUK = '87654321'

/** Memory is set aside in whole blocks, so a certificate never fills its file. */
const FILE_BLOCK_BYTES = 512

/** The CIE of a synthetic person, with the keys, certificates and EF.SOD that `makePki` made into `pkiDir`. */
export function cieOf(personId: string, pkiDir: string, options: CieOptions = {}): VirtualCie {
  const { pin = DEFAULT_PIN, puk = DEFAULT_PUK, profile, clone, hostileDomain, triesLeft, faults } = options
  const folder = join(pkiDir, 'cie')
  const key = (id: string, name: string) => createPrivateKey(readFileSync(join(folder, `cards/${id}${name}.key.pem`)))
  const chipKey = key(personId, '.internal')
  const internal = clone ? key(someoneElse(personId), '.internal') : chipKey
  const services = key(personId, '.services')
  const files = filesOf(personId, folder, options, {
    internalKey: publicKeyFile(clone === 'key-of-its-own' ? internal : chipKey),
    servicesKey: publicKeyFile(services),
  })
  const card = new VirtualCie({
    files,
    keys: { authentication: key(personId, ownKey(options.certificate)), internal, services },
    authority: authorityOf(
      options.externalKey
        ? publicKeyFor(options.externalKey)
        : publicKeyOf(readFileSync(join(folder, 'external-ca.pub.pem'), 'utf8')),
    ),
    pin,
    puk,
    travelDocument: travelDocumentOf(personId, pkiDir, options.travelDocument),
    ...(profile && { profile }),
    ...(hostileDomain && { domain: HOSTILE_DOMAINS[hostileDomain] }),
    ...(faults && { faults }),
  })
  if (triesLeft !== undefined) card.spendTries(triesLeft)
  return card
}

function filesOf(
  personId: string,
  folder: string,
  options: CieOptions,
  publicKeys: Pick<CieFiles, 'internalKey' | 'servicesKey'>,
): CieFiles {
  const { sod = 'sha256', certificate, noCertificate, foreignSodSigner, altered } = options
  const person = holderById(personId)
  const base = join(folder, 'cards', `${personId}${certificate ? `.${certificate}` : ''}`)
  const der = readFileSync(`${base}.cert.der`)
  const files: CieFiles = {
    nis: nisOf(person),
    documentNumber: documentNumberOf(person),
    certificate: certificateFile(der, options),
    sod: readFileSync(
      `${base}${foreignSodSigner ? '.foreign-signer' : noCertificate === 'not-listed' ? '.no-certificate' : ''}.sod.${sod}.der`,
    ),
    ...publicKeys,
  }
  return altered
    ? { ...files, [altered]: alter(files[altered] ?? der, altered === 'certificate' ? der.length : undefined) }
    : files
}

function certificateFile(der: Uint8Array, { noCertificate, truncatedCertificate }: CieOptions): Uint8Array | null {
  if (noCertificate === 'empty') return new Uint8Array(4 * FILE_BLOCK_BYTES)
  if (noCertificate) return null
  return truncatedCertificate ? der.subarray(0, der.length - 300) : padded(der)
}

const ownKey = (certificate: CieOptions['certificate']) =>
  certificate && OWN_KEYS.includes(certificate) ? `.${certificate}` : ''

/** Changes the last character or byte; in a text it stays a digit or a letter. */
function alter(content: string | Uint8Array, length = content.length): string | Uint8Array {
  if (typeof content !== 'string') return Uint8Array.from(content, (byte, at) => (at === length - 1 ? byte ^ 1 : byte))
  return (
    content.slice(0, -1) +
    ({ 9: '0', Z: 'A' }[content.slice(-1)] ?? String.fromCharCode(content.charCodeAt(length - 1) + 1))
  )
}

const someoneElse = (personId: string) => people.find(({ id }) => id !== personId)?.id ?? personId

/** SEQUENCE{n, e}. */
const publicKeyFile = (key: KeyObject) => createPublicKey(key).export({ format: 'der', type: 'pkcs1' })

function padded(der: Uint8Array): Uint8Array {
  return Buffer.concat([der], Math.ceil((der.length + 1) / FILE_BLOCK_BYTES) * FILE_BLOCK_BYTES)
}
