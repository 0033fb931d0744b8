// tsyringe, inside @peculiar/x509, needs it loaded first.
import 'reflect-metadata'
import { createHash, createPrivateKey, createPublicKey } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  X509Certificate,
} from '@peculiar/x509'
import { type Authority, ecKeys, issue, privateKeyPem } from '../pki/issue.ts'
import { jwkPair } from '../pki/jwk.ts'
import { GOOD } from '../pki/plan.ts'
import { fleetTotem } from './plan.ts'

const EC = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
/** Totems made at the same time; OpenSSL's threads do the work. */
const AT_ONCE = 16

/**
 * Provisions the totems 1 to `count` of a fleet, as simulator/pki does for the bench's own. Each gets a client
 * certificate and key (`<id>.{cert,key}.pem`, by the CA of `pki`) and the pair to which outcomes are sealed
 * (`<id>.outcome{,.pub}.jwk.json`). Totems that `cache` has are left as they are. Answers the folder, which a gateway
 * takes as its `totems`, and how many were made.
 */
export async function makeFleet(
  pki: string,
  cache: string,
  count: number,
): Promise<{ folder: string; made: number; seconds: number }> {
  const started = performance.now()
  const read = (name: string) => readFile(join(pki, name), 'utf8')
  const authority = await authorityOf(await read('totem-ca.pem'), await read('totem-ca.key.pem'))
  // Certificates of another CA would be worth nothing.
  const edition = createHash('sha256').update(new Uint8Array(authority.certificate.rawData)).digest('hex').slice(0, 16)
  const folder = join(cache, edition)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const missing = Array.from({ length: count }, (_, index) => fleetTotem(index + 1)).filter(
    (id) => !existsSync(join(folder, `${id}.cert.pem`)),
  )
  const work = missing.values()
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (const id of work) await provision(folder, id, authority)
    }),
  )
  return { folder, made: missing.length, seconds: (performance.now() - started) / 1000 }
}

async function provision(folder: string, id: string, authority: Authority): Promise<void> {
  const keys = await ecKeys()
  const certificate = await issue(authority, `CN=${id},O=Totem Polis TEST,C=IT`, keys, GOOD, [
    new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
    new ExtendedKeyUsageExtension([ExtendedKeyUsage.clientAuth]),
  ])
  const outcome = await jwkPair('enc')
  const file = (name: string) => join(folder, `${id}.${name}`)
  const secret = { mode: 0o600 }
  await writeFile(file('key.pem'), await privateKeyPem(keys), secret)
  await writeFile(file('outcome.jwk.json'), `${JSON.stringify(outcome.private)}\n`, secret)
  await writeFile(file('outcome.pub.jwk.json'), `${JSON.stringify(outcome.public)}\n`)
  // Written last and renamed into place: a totem that has a certificate has everything.
  await writeFile(file('cert.pem.new'), `${certificate.toString('pem')}\n`)
  await rename(file('cert.pem.new'), file('cert.pem'))
}

async function authorityOf(certificatePem: string, keyPem: string): Promise<Authority> {
  const key = createPrivateKey(keyPem)
  const pkcs8 = key.export({ format: 'der', type: 'pkcs8' })
  const spki = createPublicKey(key).export({ format: 'der', type: 'spki' })
  const privateKey = await crypto.subtle.importKey('pkcs8', new Uint8Array(pkcs8), EC, false, ['sign'])
  const publicKey = await crypto.subtle.importKey('spki', new Uint8Array(spki), EC, true, ['verify'])
  return { certificate: new X509Certificate(certificatePem), keys: { privateKey, publicKey } }
}
