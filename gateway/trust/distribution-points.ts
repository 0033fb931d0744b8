import { certificate } from '../../trust/certificate.ts'
import { decode, first } from '../../trust/der.ts'

/** A certificate has one or two addresses; a forged one must not send the gateway to many. */
const MOST = 4
/** GeneralName (RFC 5280 §4.2.1.6): uniformResourceIdentifier [6], implicit. */
const ADDRESS = 0x86

/**
 * The addresses at which a certificate (DER) says that its issuer's CRLs are (RFC 5280 §4.2.1.13): URLs as written, of
 * any scheme.
 */
export function distributionPointsOf(der: Uint8Array): string[] {
  return (decode(der, certificate)?.crlNames ?? [])
    .map(first)
    .flatMap(({ tag, content }) => (tag === ADDRESS ? [Buffer.from(content).toString('latin1')] : []))
    .slice(0, MOST)
}
