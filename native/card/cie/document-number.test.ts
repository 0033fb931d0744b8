import 'reflect-metadata'
import { createHash } from 'node:crypto'
import { BasicConstraintsExtension, X509CertificateGenerator } from '@peculiar/x509'
import { expect, test } from 'vitest'
import { documentNumberIn } from './document-number.ts'

async function certificateFor(name: string): Promise<Uint8Array> {
  const keys = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign', 'verify'])
  const extensions = [new BasicConstraintsExtension(false)]
  const signingAlgorithm = { name: 'ECDSA', hash: 'SHA-256' }
  const certificate = await X509CertificateGenerator.createSelfSigned({ name, keys, extensions, signingAlgorithm })
  return new Uint8Array(certificate.rawData)
}

const sodWith = (text: string, algorithm = 'sha256') =>
  Buffer.concat([Buffer.from('0420', 'hex'), createHash(algorithm).update(text).digest(), Buffer.alloc(20)])

test.each([
  ['as an attribute', '2.5.4.5=CA00000AA, CN=RSSMRA80A01H501U', 'sha256'],
  ['behind the codice fiscale', 'CN=RSSMRA80A01H501U/CA00000AA, C=IT', 'sha256'],
  ['with a prefix', '2.5.4.5=IDCIT-CA00000AA, CN=RSSMRA80A01H501U', 'sha512'],
])('a document number %s is known by its hash in EF.SOD', async (_, name, algorithm) => {
  expect(documentNumberIn(await certificateFor(name), sodWith('CA00000AA', algorithm))).toBe('CA00000AA')
})

test('a document number whose hash EF.SOD does not hold is to be read', async () => {
  const certificate = await certificateFor('2.5.4.5=CA00000AA, CN=RSSMRA80A01H501U')
  expect(documentNumberIn(certificate, sodWith('CA00000AB'))).toBeNull()
  expect(documentNumberIn(certificate, new Uint8Array())).toBeNull()
})

test('a certificate that is none names nothing', () => {
  expect(documentNumberIn(Uint8Array.of(0x30, 0x00), sodWith('CA00000AA'))).toBeNull()
})
