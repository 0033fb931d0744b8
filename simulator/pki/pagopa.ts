import { randomBytes } from 'node:crypto'
import {
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
} from '@peculiar/x509'
import { ecKeys, issue, selfSigned } from './issue.ts'
import { AUTHORITY_VALIDITY, GOOD } from './plan.ts'
import type { Writer } from './writer.ts'

/**
 * Keys of the simulated pagoPA:
 *   pagopa/ca                  vouches for both below
 *   pagopa/server              TLS of the platform, for this machine's own address
 *   pagopa/node                the certificate with which receipts are sent to a creditor
 *   pagopa/subscription-key    the key of the one creditor
 */
export async function makePagopa(write: Writer): Promise<void> {
  const ca = await write.authority(
    'pagopa/ca',
    await selfSigned('CN=Simulated pagoPA CA TEST,C=IT', await ecKeys(), AUTHORITY_VALIDITY),
  )
  const put = async (
    name: string,
    subject: string,
    role: ExtendedKeyUsage,
    hosts: SubjectAlternativeNameExtension[],
  ) => {
    const keys = await ecKeys()
    const certificate = await issue(ca, subject, keys, GOOD, [
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([role]),
      ...hosts,
    ])
    await write.certificate(`pagopa/${name}.cert.pem`, certificate)
    await write.key(`pagopa/${name}.key.pem`, keys)
  }
  const loopback = new SubjectAlternativeNameExtension([
    { type: 'dns', value: 'localhost' },
    { type: 'ip', value: '127.0.0.1' },
    { type: 'ip', value: '::1' },
  ])
  await put('server', 'CN=localhost,O=Simulated pagoPA TEST,C=IT', ExtendedKeyUsage.serverAuth, [loopback])
  await put('node', 'CN=nodo,O=Simulated pagoPA TEST,C=IT', ExtendedKeyUsage.clientAuth, [])
  await write.secret('pagopa/subscription-key', randomBytes(16).toString('hex'))
}
