// tsyringe, inside @peculiar/x509, needs it loaded first.
import 'reflect-metadata'
import { createHash, createPrivateKey, X509Certificate } from 'node:crypto'
import { existsSync, globSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  AuthorityKeyIdentifierExtension,
  X509Certificate as Certificate,
  Extension,
  X509CrlGenerator,
  X509CrlReason,
} from '@peculiar/x509'
import type { JWK } from 'jose'
import { DAY_MS } from '../../basics/time.ts'
import { LIST_DAYS } from '../../contract/signed-list.ts'
import { type AuthorityRole, TRUST_LIST_TYP, type TrustList } from '../../contract/trust.ts'
import { jwkPair, signedList } from './jwk.ts'

/** The bench's card issuers, as `makePki` names them. */
const AUTHORITIES: { file: string; role: AuthorityRole; anchor: boolean }[] = [
  { file: 'card-ca', role: 'cns', anchor: true },
  { file: 'cie/root', role: 'cie', anchor: true },
  { file: 'cie/sub-ca', role: 'cie', anchor: false },
  { file: 'cie/sod-signer-ca', role: 'sod', anchor: true },
  { file: 'cie/csca', role: 'csca', anchor: true },
]

/** The list of the bench's issuers. */
export async function trustListOf(pkiDir: string, sequence: number, issued = new Date()): Promise<TrustList> {
  const authorities = await Promise.all(
    authoritiesIn(pkiDir).map(async ({ file, role, anchor }) => ({
      role,
      anchor,
      certificate: new X509Certificate(await readFile(join(pkiDir, `${file}.pem`))).raw.toString('base64'),
    })),
  )
  const nextUpdate = new Date(+issued + LIST_DAYS * DAY_MS).toISOString()
  return { sequence, issued: issued.toISOString(), nextUpdate, authorities }
}

/** Signs a trust list as its keeper does (contract/trust.ts); `header` overrides it, as a forger would. */
export const signTrustList = (list: TrustList, key: JWK, header: Record<string, string> = {}): Promise<string> =>
  signedList(list, key, TRUST_LIST_TYP, header)

/** Makes `trust-list.jws`, sequence 1, and the key that it is signed with, `trust-list.{key,pub}.jwk.json`. */
export async function makeTrustList(pkiDir: string): Promise<void> {
  const { private: key, public: shared } = await jwkPair('sig')
  const path = (name: string) => join(pkiDir, `trust-list.${name}`)
  await writeFile(path('pub.jwk.json'), `${JSON.stringify(shared)}\n`)
  await writeFile(path('key.jwk.json'), `${JSON.stringify(key)}\n`, { mode: 0o600 })
  await writeFile(path('jws'), await signTrustList(await trustListOf(pkiDir, 1), key))
}

export interface CrlOptions {
  issued?: Date
  /** Default a week after `issued`. */
  nextUpdate?: Date
  /** Certificates to revoke beside the PKI's `*.revoked.cert.der`: DER, and the time of revocation. */
  revoked?: { certificate: Uint8Array; at: Date }[]
}

const CRL_NUMBER = '2.5.29.20'

/**
 * Issues a fresh CRL of each issuer into `outDir`, as `<sha256>.crl` (DER), because CRLs expire. Revoked are the PKI's
 * `*.revoked.cert.der`, since a month ago, and those of `revoked`. Answers the files made.
 */
export async function issueCrls(
  pkiDir: string,
  outDir: string,
  { issued = new Date(), nextUpdate = new Date(+issued + 7 * DAY_MS), revoked = [] }: CrlOptions = {},
): Promise<string[]> {
  await mkdir(outDir, { recursive: true })
  const standing = await Promise.all(
    globSync(['cards/*.revoked.cert.der', 'cie/cards/*.revoked.cert.der'], { cwd: pkiDir }).map(async (file) => ({
      certificate: new Uint8Array(await readFile(join(pkiDir, file))),
      at: new Date(+issued - 30 * DAY_MS),
    })),
  )
  const all = [...standing, ...revoked].map(({ certificate, at }) => ({ x509: new X509Certificate(certificate), at }))
  return Promise.all(
    authoritiesIn(pkiDir).map(async ({ file }) => {
      const read = (name: string) => readFile(join(pkiDir, name), 'utf8')
      const pem = await read(`${file}.pem`)
      const { publicKey } = new X509Certificate(pem)
      const der = await crlOf(pem, await read(`${file}.key.pem`), {
        issued,
        nextUpdate,
        entries: all
          .filter(({ x509 }) => x509.verify(publicKey))
          .map(({ x509, at }) => ({
            serialNumber: x509.serialNumber,
            revocationDate: at,
            reason: X509CrlReason.keyCompromise,
          })),
      })
      const path = join(outDir, `${createHash('sha256').update(der).digest('hex')}.crl`)
      await writeFile(path, der)
      return path
    }),
  )
}

interface CrlContent {
  issued: Date
  nextUpdate: Date
  entries: { serialNumber: string; revocationDate: Date; reason: X509CrlReason }[]
}

async function crlOf(authorityPem: string, keyPem: string, content: CrlContent): Promise<Uint8Array> {
  const authority = new Certificate(authorityPem)
  const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }
  const pkcs8 = createPrivateKey(keyPem).export({ format: 'der', type: 'pkcs8' })
  const crl = await X509CrlGenerator.create({
    issuer: authority.subject,
    thisUpdate: content.issued,
    nextUpdate: content.nextUpdate,
    entries: content.entries,
    signingAlgorithm: algorithm,
    signingKey: await crypto.subtle.importKey('pkcs8', new Uint8Array(pkcs8), algorithm, false, ['sign']),
    extensions: [
      await AuthorityKeyIdentifierExtension.create(await authority.publicKey.export(algorithm, ['verify'])),
      new Extension(CRL_NUMBER, false, numberOf(content.issued)),
    ],
  })
  return new Uint8Array(crl.rawData)
}

/** A CRL number (RFC 5280 §5.2.3) that grows with time: milliseconds, which take six bytes, as a DER INTEGER. */
const numberOf = (issued: Date) => new Uint8Array(Buffer.from(`0206${(+issued).toString(16).padStart(12, '0')}`, 'hex'))

/** The PKI of a bench need not have every kind of card. */
const authoritiesIn = (pkiDir: string) => AUTHORITIES.filter(({ file }) => existsSync(join(pkiDir, `${file}.pem`)))
