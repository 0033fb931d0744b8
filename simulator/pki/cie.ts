import { KeyObject } from 'node:crypto'
import {
  AuthorityInfoAccessExtension,
  CertificatePolicyExtension,
  CRLDistributionPointsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type JsonName,
  KeyUsageFlags,
  KeyUsagesExtension,
  type X509Certificate,
} from '@peculiar/x509'
import { DataGroup } from '../card/cie/data-groups.ts'
import { EF_DH } from '../card/cie/domain.ts'
import { documentNumberOf, nisOf } from '../card/cie/identity.ts'
import { type Person, people, personById } from '../population/people.ts'
import { type Authority, ecKeys, issue, issueAuthority, rsaKeys, selfSigned } from './issue.ts'
import { AUTHORITY_VALIDITY, EXPIRED, GOOD, NOT_YET_VALID, QUALIFIED_SIGNATURE_POLICY, VARIANTS_OF } from './plan.ts'
import { buildSod } from './sod.ts'
import type { Writer } from './writer.ts'

// TEST in the issuer's name: no production trust list can ever hold it (invariant 9).
const MINISTRY = "OU=Direz. Centr. per i Servizi Demografici - CNSD TEST,O=Ministero dell'Interno TEST,C=IT"
const ROOT = `CN=National root CA for the Italian Electronic Identity Card TEST,${MINISTRY}`
const SUB_CA = `CN=Issuing sub CA for the Italian Electronic Identity Card - SUBCA001 TEST,${MINISTRY}`
const SOD_SIGNER_CA = `CN=CIE SOD CA TEST,${MINISTRY}`
const SOD_SIGNER = `CN=CIE SOD signer 001 TEST,${MINISTRY}`
/** Certificate policy of CIE authentication. */
const CIE_POLICY = '1.3.76.47.4'
/** A reserved name that never exists (RFC 2606): CRLs come through the gateway. */
const CRL_HOST = 'http://crl.test.invalid/cie'
/** Italian issuers name a directory too. It makes a test certificate as long as a real one, 1.4 to 1.7 kB. */
const CRL_DIRECTORY =
  'ldap://ldap.test.invalid/CN=CRL1,CN=Issuing%20sub%20CA%20for%20the%20Italian%20Electronic%20Identity%20Card' +
  '%20-%20SUBCA001%20TEST,O=Ministero%20dell%27Interno%20TEST,C=IT?certificateRevocationList;binary'

/** The two kinds of EF.SOD: on older and on newer cards. */
const SOD_KINDS = {
  sha256: { hash: 'sha256', scheme: 'pkcs1', version: 0 },
  sha512pss: { hash: 'sha512', scheme: 'pss', version: 1 },
} as const
export type SodKind = keyof typeof SOD_KINDS

/**
 * The keys and certificates of every person's CIE, and of those who vouch for them:
 *
 *   cie/root, cie/sub-ca, cie/sod-signer-ca       .pem + .key.pem
 *   cie/foreign-root, -sub-ca, -sod-signer-ca     .pem + .key.pem   same names, other key: on no trust list
 *   cie/external-ca.pub.pem, cie/external-key.bin   the pair of external authentication: modulus and exponent that the
 *                                                 card publishes, private exponent (256 bytes) that the totem holds
 *   cie/cards/<personId>                          .key.pem (81) + .internal.key.pem (82) + .services.key.pem (83),
 *                                                 .cert.der + .sod.{sha256,sha512pss}.der
 *   cie/cards/<personId>.<variant>                .cert.der + .sod.{sha256,sha512pss}.der of that certificate
 *   cie/cards/<personId>.{3072,ec}                .key.pem beside them: a key (81) of another length or kind
 *   cie/cards/<personId>.no-certificate           .sod.{sha256,sha512pss}.der without a certificate
 *   cie/cards/<personId>.foreign-signer           .sod.{sha256,sha512pss}.der over the good card's files
 */
export async function makeCie(write: Writer): Promise<void> {
  // One pair for everything foreign: making keys takes most of the set-up time.
  const [rootKeys, subKeys, sodCaKeys, sodKeys, foreignKeys, external] = await Promise.all(
    Array.from({ length: 6 }, () => rsaKeys(2048)),
  )
  if (!rootKeys || !subKeys || !sodCaKeys || !sodKeys || !foreignKeys || !external) throw new Error('six pairs of keys')
  const issuer = await issuers(write, 'cie/', rootKeys, subKeys)
  const foreign = await issuers(write, 'cie/foreign-', foreignKeys, foreignKeys)
  const signer = await sodSigner(write, 'cie/', sodCaKeys, sodKeys)
  const foreignSigner = await sodSigner(write, 'cie/foreign-', foreignKeys, foreignKeys)
  await externalKey(write, external)
  await Promise.all(people.map((person) => cieCard(write, person, { issuer, foreign, signer, foreignSigner })))
}

async function issuers(write: Writer, prefix: string, rootKeys: CryptoKeyPair, subKeys: CryptoKeyPair) {
  const root = await write.authority(`${prefix}root`, await selfSigned(ROOT, rootKeys, AUTHORITY_VALIDITY, 1))
  return write.authority(
    `${prefix}sub-ca`,
    await issueAuthority(root, SUB_CA, subKeys, AUTHORITY_VALIDITY, [
      new CertificatePolicyExtension([CIE_POLICY]),
      new CRLDistributionPointsExtension([`${CRL_HOST}/root.crl`]),
    ]),
  )
}

async function sodSigner(write: Writer, prefix: string, caKeys: CryptoKeyPair, keys: CryptoKeyPair) {
  const ca = await write.authority(
    `${prefix}sod-signer-ca`,
    await selfSigned(SOD_SIGNER_CA, caKeys, AUTHORITY_VALIDITY),
  )
  return sodSignerUnder(ca, keys)
}

/** A signer of cards' files, named by that CA. */
export async function sodSignerUnder(ca: Authority, keys: CryptoKeyPair) {
  const certificate = await issue(ca, SOD_SIGNER, keys, AUTHORITY_VALIDITY, [
    new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
    new CRLDistributionPointsExtension([`${CRL_HOST}/sod-signer-ca.crl`]),
  ])
  return { certificate, privateKey: keys.privateKey }
}

type SodSigner = Awaited<ReturnType<typeof sodSignerUnder>>

async function externalKey(write: Writer, { privateKey, publicKey }: CryptoKeyPair): Promise<void> {
  const { d = '' } = KeyObject.from(privateKey).export({ format: 'jwk' })
  const exponent = Buffer.from(d, 'base64url')
  await write.secret('cie/external-key.bin', Buffer.concat([Buffer.alloc(256 - exponent.length), exponent]))
  await write.plain('cie/external-ca.pub.pem', KeyObject.from(publicKey).export({ format: 'pem', type: 'spki' }))
}

interface Vouchers {
  issuer: Authority
  foreign: Authority
  signer: SodSigner
  foreignSigner: SodSigner
}

/** Keys, certificate and signed files of one person's CIE, and its wrong forms for those who have them. */
export async function cieCard(write: Writer, person: Person, { issuer, foreign, signer, foreignSigner }: Vouchers) {
  const base = `cie/cards/${person.id}`
  const [keys, internal, services] = await Promise.all([rsaKeys(2048), rsaKeys(2048), rsaKeys(2048)])
  await write.key(`${base}.key.pem`, keys)
  await write.key(`${base}.internal.key.pem`, internal)
  await write.key(`${base}.services.key.pem`, services)

  const sods = async (name: string, certificate: X509Certificate | null, by: SodSigner) => {
    const dataGroups = new Map([
      [DataGroup.nis, Buffer.from(nisOf(person), 'latin1')],
      [DataGroup.serial, Buffer.from(documentNumberOf(person), 'latin1')],
      ...(certificate ? [[DataGroup.certificate, new Uint8Array(certificate.rawData)] as const] : []),
      [DataGroup.internalKey, publicKeyFile(internal)],
      [DataGroup.servicesKey, publicKeyFile(services)],
      [DataGroup.dh, EF_DH],
    ])
    for (const [kind, form] of Object.entries(SOD_KINDS)) {
      await write.plain(`${base}${name}.sod.${kind}.der`, buildSod({ ...form, dataGroups, signer: by }))
    }
  }
  const put = async (name: string, certificate: X509Certificate) => {
    await write.der(`${base}${name}.cert.der`, certificate)
    await sods(name, certificate, signer)
  }
  const good = await cardCertificate(issuer, person, keys)
  await put('', good)

  const other = VARIANTS_OF.get(person.id)
  if (!other) return
  await sods('.foreign-signer', good, foreignSigner)
  await sods('.no-certificate', null, signer)
  await put('.expired', await cardCertificate(issuer, person, keys, { validity: EXPIRED }))
  await put('.not-yet-valid', await cardCertificate(issuer, person, keys, { validity: NOT_YET_VALID }))
  await put('.foreign', await cardCertificate(foreign, person, keys))
  await put('.wrong-policy', await cardCertificate(issuer, person, keys, { policy: QUALIFIED_SIGNATURE_POLICY }))
  await put('.other-cf', await cardCertificate(issuer, person, keys, { namedAs: personById(other) }))
  await put('.revoked', await cardCertificate(issuer, person, keys))
  for (const [name, own] of [
    ['3072', await rsaKeys(3072)],
    ['ec', await ecKeys()],
  ] as const) {
    await write.key(`${base}.${name}.key.pem`, own)
    await put(`.${name}`, await cardCertificate(issuer, person, own))
  }
}

/** EF.Int.Kpub and EF.Servizi_Int.Kpub: SEQUENCE{n, e}. */
const publicKeyFile = ({ publicKey }: CryptoKeyPair) =>
  KeyObject.from(publicKey).export({ format: 'der', type: 'pkcs1' })

/** The authentication certificate of a CIE, with the subject, policy and key usage of a real one. */
function cardCertificate(
  issuer: Authority,
  person: Person,
  keys: CryptoKeyPair,
  { validity = GOOD, policy = CIE_POLICY, namedAs = person } = {},
): Promise<X509Certificate> {
  const documentNumber = documentNumberOf(person)
  const subject: JsonName = [
    { C: ['IT'] },
    { SN: [namedAs.surname.toUpperCase()] },
    { G: [namedAs.name.toUpperCase()] },
    { '2.5.4.5': [documentNumber] },
    { CN: [`${namedAs.codiceFiscale}/${documentNumber}`] },
  ]
  return issue(issuer, subject, keys, validity, [
    new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
    new ExtendedKeyUsageExtension([ExtendedKeyUsage.clientAuth]),
    new CertificatePolicyExtension([policy]),
    new AuthorityInfoAccessExtension({
      ocsp: `${CRL_HOST}/ocsp`,
      caIssuers: `${CRL_HOST}/sub-ca.cer`,
    }),
    new CRLDistributionPointsExtension([`${CRL_HOST}/sub-ca.crl`, CRL_DIRECTORY]),
  ])
}
