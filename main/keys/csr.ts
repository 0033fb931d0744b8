// tsyringe, inside @peculiar/x509, needs it loaded first.
import 'reflect-metadata'
import { webcrypto } from 'node:crypto'
import { isIP } from 'node:net'
import {
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  Pkcs10CertificateRequestGenerator,
  SubjectAlternativeNameExtension,
} from '@peculiar/x509'

/**
 * A new TLS key (P-256) and the request by which an authority issues its certificate, both PEM. Without hosts it is a
 * client's; a server is asked for by the first host, and may have others.
 */
export async function newTlsKey(
  name: string,
  hosts: readonly string[] = [],
): Promise<{ key: string; request: string }> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const request = await Pkcs10CertificateRequestGenerator.create({
    name: [{ CN: [name] }],
    keys: keys as CryptoKeyPair,
    signingAlgorithm: algorithm,
    extensions: [
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([hosts.length > 0 ? ExtendedKeyUsage.serverAuth : ExtendedKeyUsage.clientAuth]),
      ...(hosts.length > 0 ? [new SubjectAlternativeNameExtension(hosts.map(generalName))] : []),
    ],
  })
  const pkcs8 = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)
  return { key: `${PemConverter.encode(pkcs8, 'PRIVATE KEY')}\n`, request: `${request.toString('pem')}\n` }
}

const generalName = (value: string) => ({ type: isIP(value) ? ('ip' as const) : ('dns' as const), value })
