import { X509Certificate } from 'node:crypto'
import type { CardFailure } from '../../contract/device.ts'
import { err, ok, type Result } from '../../contract/result.ts'

/**
 * Bytes of the RSA modulus in a holder's certificate: 128 on the first CNS, 256 on cards of today. Which lengths are
 * good enough is for the trust rules to say.
 */
export function modulusBytesOf(certificate: Uint8Array): Result<number, CardFailure> {
  try {
    const { asymmetricKeyType, asymmetricKeyDetails } = new X509Certificate(certificate).publicKey
    const bits = asymmetricKeyType === 'rsa' ? asymmetricKeyDetails?.modulusLength : undefined
    return bits === undefined ? err({ kind: 'key-unsupported' }) : ok(Math.ceil(bits / 8))
  } catch {
    return err({ kind: 'card-error', step: 'certificate-key', sw: null })
  }
}
