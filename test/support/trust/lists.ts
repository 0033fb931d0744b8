import 'reflect-metadata'
import { createPrivateKey, createPublicKey } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  CertificatePolicyExtension,
  CRLDistributionPointsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  X509Certificate,
} from '@peculiar/x509'
import type { JWK } from 'jose'
import { onTestFinished } from 'vitest'
import type { TrustList } from '../../../contract/trust.ts'
import { issue } from '../../../simulator/pki/issue.ts'
import { signTrustList, trustListOf } from '../../../simulator/pki/trust-list.ts'
import { personById } from '../../../simulator/population/people.ts'
import { PKI } from '../pki.ts'

export const DAY = 86_400_000

/** A folder that goes with the test. */
export function temporary(): string {
  const folder = mkdtempSync(join(tmpdir(), 'totem-trust-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** The bench's trust list with another sequence, signed by its usual signer. */
export async function listOf(sequence: number, change: (list: TrustList) => TrustList = (list) => list) {
  const key = JSON.parse(readFileSync(join(PKI, 'trust-list.key.jwk.json'), 'utf8')) as JWK
  return signTrustList(change(await trustListOf(PKI, sequence)), key)
}

/** A `pki` folder whose card-ca is the bench's foreign-ca: its CRLs bear the right name and another key's signature. */
export function foreignPki(): string {
  const folder = temporary()
  for (const [from, to] of [
    ['foreign-ca.pem', 'card-ca.pem'],
    ['foreign-ca.key.pem', 'card-ca.key.pem'],
  ] as const) {
    writeFileSync(join(folder, to), readFileSync(join(PKI, from)))
  }
  return folder
}

const RSA = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }

/** Anna Bianchi's CNS with the same key in another certificate, which names its issuer's CRL (base64 DER). */
export async function certificateNaming(distributionPoints: string[]): Promise<string> {
  const pem = (name: string) => readFileSync(join(PKI, name), 'utf8')
  const caKey = createPrivateKey(pem('card-ca.key.pem')).export({ format: 'der', type: 'pkcs8' })
  const holderKey = createPublicKey(pem('cards/anna-bianchi.key.pem')).export({ format: 'der', type: 'spki' })
  const privateKey = await crypto.subtle.importKey('pkcs8', new Uint8Array(caKey), RSA, false, ['sign'])
  const publicKey = await crypto.subtle.importKey('spki', new Uint8Array(holderKey), RSA, true, ['verify'])
  const certificate = new X509Certificate(pem('card-ca.pem'))
  const issuer = { certificate, keys: { privateKey, publicKey: await certificate.publicKey.export() } }
  const validity = { notBefore: new Date(Date.now() - DAY), notAfter: new Date(Date.now() + 300 * DAY) }
  const subject = [{ CN: [`${personById('anna-bianchi').codiceFiscale}/6030123456789012.AAAA`] }]
  const card = await issue(issuer, subject, { privateKey, publicKey }, validity, [
    new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
    new ExtendedKeyUsageExtension([ExtendedKeyUsage.clientAuth]),
    new CertificatePolicyExtension(['1.3.76.16.2.1']),
    new CRLDistributionPointsExtension(distributionPoints),
  ])
  return Buffer.from(card.rawData).toString('base64')
}

/** An issuer's web server on the loopback, and the paths of its requests. */
export async function issuerServer(answer: RequestListener) {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(request.url ?? '')
    answer(request, response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(async () => {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  })
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  return { host, url: `http://${host}`, asked }
}
