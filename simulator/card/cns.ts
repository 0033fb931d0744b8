import { createPrivateKey } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { holderById } from '../population/holders.ts'
import type { CnsProfile } from './cns-profiles.ts'
import { cardIdOf, type PersonalFileForm, personalFile } from './personal-file.ts'
import { type CnsFaults, VirtualCns } from './virtual-cns.ts'

/** Certificates that `makePki` leaves beside the good one (for anna-bianchi and mario-rossi). */
export const CERTIFICATE_VARIANTS = [
  'expired',
  'not-yet-valid',
  'foreign',
  'other-cf',
  'wrong-policy',
  'revoked',
  'sha1',
  '1024',
  '3072',
  'ec',
] as const
/** Variants that bring their own key. */
const OWN_KEYS: readonly string[] = ['1024', '3072', 'ec']

export interface CnsOptions {
  pin?: string
  profile?: CnsProfile
  certificate?: (typeof CERTIFICATE_VARIANTS)[number]
  /** The certificate file ends in the middle of the certificate. */
  truncatedCertificate?: boolean
  /** A card that was never given a certificate: it has no file for it, or an empty one. */
  noCertificate?: 'absent' | 'empty'
  personalFile?: PersonalFileForm
  /** Text that replaces the start of EF.Dati_personali. */
  personalFileStart?: string
  blocked?: boolean
  faults?: CnsFaults
}

export const DEFAULT_PIN = '12345678'

/** Memory is set aside in whole blocks, so a certificate never fills its file. */
const FILE_BLOCK_BYTES = 512

/** The CNS of a synthetic person, with the key and certificate that `makePki` made into `pkiDir`. */
export function cnsOf(personId: string, pkiDir: string, options: CnsOptions = {}): VirtualCns {
  const person = holderById(personId)
  const { pin = DEFAULT_PIN, profile, certificate, personalFileStart, blocked, faults } = options
  const cards = join(pkiDir, 'cards', personId)
  const der = readFileSync(`${cards}${certificate ? `.${certificate}` : ''}.cert.der`)
  const file = Buffer.from(personalFile(person, options.personalFile))
  if (personalFileStart !== undefined) file.write(personalFileStart, 'latin1')
  const card = new VirtualCns({
    profile: profile ?? (certificate === '1024' ? 'athena10' : 'ober11'),
    cardId: cardIdOf(person),
    personalFile: file,
    certificateFile: certificateFile(der, options),
    key: createPrivateKey(
      readFileSync(`${cards}${certificate && OWN_KEYS.includes(certificate) ? `.${certificate}` : ''}.key.pem`),
    ),
    pin,
    ...(faults ? { faults } : {}),
  })
  if (blocked) card.block()
  return card
}

function certificateFile(der: Uint8Array, { noCertificate, truncatedCertificate }: CnsOptions): Uint8Array | null {
  if (noCertificate === 'absent') return null
  if (noCertificate === 'empty') return new Uint8Array(4 * FILE_BLOCK_BYTES)
  return truncatedCertificate ? der.subarray(0, der.length - 300) : padded(der)
}

function padded(der: Uint8Array): Uint8Array {
  return Buffer.concat([der], Math.ceil((der.length + 1) / FILE_BLOCK_BYTES) * FILE_BLOCK_BYTES)
}
