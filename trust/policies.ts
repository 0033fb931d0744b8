import { type Certificate, KEY_USAGE } from './certificate.ts'

export type CardKind = 'cns' | 'cie'

/** Rules for the authentication certificate of a kind of card. */
interface Rules {
  /** Certificate policies under which it may identify its holder: one is enough. */
  policies: readonly string[]
  minRsaBits: number
  /** Whether it must name the uses of its key. Where it does, clientAuth is among them. */
  extendedKeyUsage: 'required' | 'optional'
}

export const CARD_KINDS = ['cns', 'cie'] as const satisfies readonly CardKind[]

const RULES: Record<CardKind, Rules> = {
  cns: {
    policies: [
      // CNS, autenticazione (AgID, "Linee guida per l'emissione e l'utilizzo della CNS").
      '1.3.76.16.2.1',
      // Carta Regionale dei Servizi, Lombardia.
      '1.3.159.6.1.3.2.10',
      '1.3.76.12.1.1.10.2.2.10',
    ],
    // Chips of the first CNS hold no longer key, and some of those cards are still valid.
    minRsaBits: 1024,
    extendedKeyUsage: 'required',
  },
  cie: {
    // CIE 3.0, autenticazione (Ministero dell'Interno).
    policies: ['1.3.76.47.4'],
    minRsaBits: 2048,
    extendedKeyUsage: 'optional',
  },
}

/** Longer than any card's key; a longer one only costs time. */
const MAX_RSA_BITS = 4096
/** id-kp-clientAuth, RFC 5280 §4.2.1.12. */
const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2'

/** Why this certificate may not log its holder in as a card of this kind; null: it may. */
export function unfitness(
  certificate: Certificate,
  kind: CardKind,
): 'certificate-wrong-policy' | 'key-unsupported' | null {
  if (!isForAuthentication(certificate, kind)) return 'certificate-wrong-policy'
  // Both cards are made to sign with RSA, and evidence is an RSA signature.
  const { asymmetricKeyType, asymmetricKeyDetails } = certificate.key
  const bits = asymmetricKeyType === 'rsa' ? (asymmetricKeyDetails?.modulusLength ?? 0) : 0
  return bits >= RULES[kind].minRsaBits && bits <= MAX_RSA_BITS ? null : 'key-unsupported'
}

function isForAuthentication(certificate: Certificate, kind: CardKind): boolean {
  const { policies, extendedKeyUsage } = RULES[kind]
  const { keyUsage, extendedKeyUsages } = certificate
  return (
    certificate.policies.some((policy) => policies.includes(policy)) &&
    !certificate.ca &&
    !certificate.demandsMore &&
    keyUsage !== null &&
    (keyUsage & KEY_USAGE.digitalSignature) !== 0 &&
    // A certificate for qualified signatures must never become a log-in.
    (keyUsage & KEY_USAGE.nonRepudiation) === 0 &&
    (extendedKeyUsages === null ? extendedKeyUsage === 'optional' : extendedKeyUsages.includes(CLIENT_AUTH))
  )
}
