import 'reflect-metadata'
import { execFile } from 'node:child_process'
import { createPrivateKey, createPublicKey } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { ExtendedKeyUsageExtension, X509Certificate } from '@peculiar/x509'
import { issue } from '../../../simulator/pki/issue.ts'
import { GOOD } from '../../../simulator/pki/plan.ts'
import { PKI } from '../pki.ts'

const EC = { name: 'ECDSA', namedCurve: 'P-256' }
/** tcg-kp-EKCertificate. */
const EK_USE = '2.23.133.8.1'

/** What a maker of TPMs does at the factory: a certificate of the endorsement key, in its place in the TPM. */
export async function leaveFactory(tcti: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'totem-maker-'))
  const env = { ...process.env, TPM2TOOLS_TCTI: tcti }
  const tool = (name: string, ...args: string[]) => promisify(execFile)(name, args, { env, cwd: folder })
  try {
    await tool('tpm2_createek', '-Q', '-c', 'ek', '-G', 'rsa', '-f', 'pem', '-u', 'ek.pem')
    await tool('tpm2_flushcontext', '-t')
    const der = await certificateOf(readFileSync(join(folder, 'ek.pem'), 'utf8'))
    writeFileSync(join(folder, 'ek.der'), der)
    // A maker's place is longer than the certificate.
    await tool(
      'tpm2_nvdefine',
      '-Q',
      '0x1c00002',
      '-C',
      'o',
      '-s',
      String(der.length + 64),
      '-a',
      'ownerread|ownerwrite',
    )
    await tool('tpm2_nvwrite', '-Q', '0x1c00002', '-C', 'o', '-i', 'ek.der')
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function certificateOf(ekPem: string): Promise<Buffer> {
  const key = createPrivateKey(readFileSync(join(PKI, 'tpm-maker.key.pem')))
  const pkcs8 = new Uint8Array(key.export({ format: 'der', type: 'pkcs8' }))
  const spki = new Uint8Array(createPublicKey(ekPem).export({ format: 'der', type: 'spki' }))
  const rsa = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }
  const maker = new X509Certificate(readFileSync(join(PKI, 'tpm-maker.pem'), 'utf8'))
  const keys = {
    privateKey: await crypto.subtle.importKey('pkcs8', pkcs8, EC, false, ['sign']),
    publicKey: await maker.publicKey.export(EC, ['verify']),
  }
  const own = { publicKey: await crypto.subtle.importKey('spki', spki, rsa, true, ['verify']) } as CryptoKeyPair
  const certificate = await issue({ certificate: maker, keys }, 'CN=TPM TEST', own, GOOD, [
    new ExtendedKeyUsageExtension([EK_USE]),
  ])
  return Buffer.from(certificate.rawData)
}
