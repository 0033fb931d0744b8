// tsyringe, inside @peculiar/x509, needs it loaded first.
import 'reflect-metadata'
import { createHash, randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, readFile, rename, rm, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import {
  CertificatePolicyExtension,
  CRLDistributionPointsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type JsonName,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  type X509Certificate,
} from '@peculiar/x509'
import { DAY_MS } from '../../basics/time.ts'
import { REGISTRAR } from '../../contract/enrolment.ts'
import { LIST_DAYS } from '../../contract/signed-list.ts'
import { cardIdOf, personalFile } from '../card/personal-file.ts'
import { type Person, people, personById } from '../population/people.ts'
import { makeCie } from './cie.ts'
import { makeGatewayKeys } from './gateway-keys.ts'
import { type Authority, ecKeys, issue, rsaKeys, selfSigned, type Validity, withSha1 } from './issue.ts'
import { jwkPair } from './jwk.ts'
import { makePagopa } from './pagopa.ts'
import { makePdnd } from './pdnd.ts'
import { AUTHORITY_VALIDITY, EXPIRED, GOOD, NOT_YET_VALID, QUALIFIED_SIGNATURE_POLICY, VARIANTS_OF } from './plan.ts'
import { makeTravelDocuments } from './travel-document.ts'
import { makeTrustList } from './trust-list.ts'
import { makeVerificationKeys } from './verification-keys.ts'
import { type Writer, writerInto } from './writer.ts'

/** Raise it when the content of the folder changes: folders of an earlier edition are then made anew. */
const EDITION = 16
const COMPLETE = 'complete'
const OLDEST_MS = (LIST_DAYS / 2) * DAY_MS

// TEST in the issuer's name: no production trust list can ever hold it (invariant 9).
const CARD_CA = 'CN=Regione Umbria - CA Cittadini TEST,OU=Servizi di Certificazione TEST,O=TEST S.p.A.,C=IT'
/** A reserved name that never exists (RFC 2606): CRLs come through the gateway. */
const CARD_CRL = 'http://crl.test.invalid/cns/card-ca.crl'
/** Certificate policy of CNS authentication (AgID). */
const CNS_POLICY = '1.3.76.16.2.1'
const TOTEMS = ['TT-0001', 'TT-0002']

/**
 * Makes the test keys and certificates into `dir`, once: a complete folder of this edition and population is left as it
 * is. A folder is written aside and then renamed, so that nobody ever sees half of it.
 *
 *   card-ca, foreign-ca              .pem + .key.pem   same name, other key: foreign-ca is on no trust list
 *   cards/<personId>                 .key.pem + .cert.der (RSA-2048)
 *   cards/<personId>.<variant>       .cert.der         expired, not-yet-valid, foreign, other-cf, wrong-policy, revoked,
 *                                                      sha1
 *   cards/<personId>.{1024,3072,ec}  .key.pem + .cert.der   cards with a key of another length or kind
 *   cie/                             makeCie, makeTravelDocuments
 *   people/<personId>/               cardsFolderOf (on-demand.ts): cards of everybody else, made when asked for
 *   trust-list                       makeTrustList
 *   gateway-ca, totem-ca, seal-ca    .pem + .key.pem
 *   gateway, seal, totems/<totemId>  .cert.pem + .key.pem
 *   totems/<totemId>.outcome         .jwk.json + .pub.jwk.json (P-256, ECDH-ES)
 *   registrar                        .cert.pem + .key.pem: signs what new totems get
 *   tpm-maker                        .pem + .key.pem: vouches for software TPMs
 *   gateway-keys                     makeGatewayKeys
 *   verification-keys, totems/<totemId>.verification   makeVerificationKeys
 *   pdnd/, pagopa/                   makePdnd, makePagopa
 *   operator-token, operators       an operator who may write, and the file of operators
 *   trust-list                       .jws + .key.jwk.json + .pub.jwk.json (ES256): see trust-list.ts
 */
export async function makePki(dir: string): Promise<void> {
  const edition = createHash('sha256')
    .update(JSON.stringify([EDITION, people]))
    .digest('hex')
  if (await isComplete(dir, edition)) return
  await mkdir(dirname(dir), { recursive: true })
  const aside = await mkdtemp(`${dir}.new-`)
  await chmod(aside, 0o755)
  await mkdir(join(aside, 'cards'))
  await mkdir(join(aside, 'cie/cards'), { recursive: true })
  await mkdir(join(aside, 'totems'))
  await mkdir(join(aside, 'pdnd'))
  await mkdir(join(aside, 'pagopa'))
  const write = writerInto(aside)
  await Promise.all([
    cns(write),
    makeCie(write),
    makeTravelDocuments(write),
    network(write),
    seal(write),
    makePdnd(write),
    makePagopa(write),
    makeVerificationKeys(write, TOTEMS),
    operator(write),
  ])
  await makeTrustList(aside)
  await makeGatewayKeys(aside)
  await write.plain(COMPLETE, edition)
  await swapIn(aside, dir, edition)
}

async function isComplete(dir: string, edition: string): Promise<boolean> {
  try {
    const file = join(dir, COMPLETE)
    // Its lists end, and nobody signs newer ones on a bench.
    return (await readFile(file, 'utf8')) === edition && Date.now() - (await stat(file)).mtimeMs < OLDEST_MS
  } catch {
    return false
  }
}

async function swapIn(aside: string, dir: string, edition: string): Promise<void> {
  const stale = `${aside}.old`
  try {
    // Another process may have made the same folder meanwhile and be using it: that one is as good.
    if (!(await isComplete(dir, edition))) {
      if (existsSync(dir)) await rename(dir, stale)
      await rename(aside, dir)
    }
  } catch (reason) {
    if (!(await isComplete(dir, edition))) throw reason
  }
  await rm(aside, { recursive: true, force: true })
  await rm(stale, { recursive: true, force: true })
}

async function operator(write: Writer): Promise<void> {
  const token = randomBytes(32).toString('base64url')
  const sha256 = createHash('sha256').update(token).digest('hex')
  await write.secret('operator-token', token)
  await write.secret('operators', `bench write ${sha256}\n`)
}

const authority = async (write: Writer, file: string, name: string, keys: CryptoKeyPair): Promise<Authority> =>
  write.authority(file, await selfSigned(name, keys, AUTHORITY_VALIDITY))

async function cns(write: Writer): Promise<void> {
  const ca = await authority(write, 'card-ca', CARD_CA, await rsaKeys(2048))
  const foreign = await authority(write, 'foreign-ca', CARD_CA, await rsaKeys(2048))

  await Promise.all(people.map((person) => cnsCard(write, person, { ca, foreign })))
}

/** Key and certificate of one person's CNS, and its wrong forms for those who have them. */
export async function cnsCard(
  write: Writer,
  person: Person,
  { ca, foreign }: { ca: Authority; foreign: Authority },
): Promise<void> {
  const keys = await rsaKeys(2048)
  const put = async (name: string, certificate: Promise<X509Certificate>) =>
    write.der(`cards/${person.id}${name}.cert.der`, await certificate)
  await write.key(`cards/${person.id}.key.pem`, keys)
  await put('', cardCertificate(ca, person, keys, GOOD))

  const other = VARIANTS_OF.get(person.id)
  if (!other) return
  await put('.expired', cardCertificate(ca, person, keys, EXPIRED))
  await put('.not-yet-valid', cardCertificate(ca, person, keys, NOT_YET_VALID))
  await put('.foreign', cardCertificate(foreign, person, keys, GOOD))
  await put('.wrong-policy', cardCertificate(ca, person, keys, GOOD, { policy: QUALIFIED_SIGNATURE_POLICY }))
  await put('.other-cf', cardCertificate(ca, person, keys, GOOD, { namedAs: personById(other) }))
  await put('.revoked', cardCertificate(ca, person, keys, GOOD))
  await put('.sha1', cardCertificate(await withSha1(ca), person, keys, GOOD))
  const own = { '1024': rsaKeys(1024), '3072': rsaKeys(3072), ec: ecKeys() }
  for (const [name, made] of Object.entries(own)) {
    const ownKeys = await made
    await write.key(`cards/${person.id}.${name}.key.pem`, ownKeys)
    await put(`.${name}`, cardCertificate(ca, person, ownKeys, GOOD))
  }
}

/** The authentication certificate of a CNS, with the subject, policy and key usage of a real one. */
export function cardCertificate(
  issuer: Authority,
  person: Person,
  keys: CryptoKeyPair,
  validity: Validity,
  { policy = CNS_POLICY, namedAs = person } = {},
): Promise<X509Certificate> {
  const personalHash = createHash('sha1').update(personalFile(person)).digest('base64')
  const subject: JsonName = [
    { C: ['IT'] },
    { O: ['TS-CNS TEST'] },
    { OU: ['Regione Umbria TEST'] },
    { SN: [namedAs.surname.toUpperCase()] },
    { G: [namedAs.name.toUpperCase()] },
    { CN: [`${namedAs.codiceFiscale}/${cardIdOf(person)}.${personalHash}`] },
  ]
  return issue(issuer, subject, keys, validity, [
    new KeyUsagesExtension(KeyUsageFlags.digitalSignature | KeyUsageFlags.keyEncipherment, true),
    new ExtendedKeyUsageExtension([ExtendedKeyUsage.clientAuth, ExtendedKeyUsage.emailProtection]),
    new CertificatePolicyExtension([policy]),
    new CRLDistributionPointsExtension([CARD_CRL]),
  ])
}

/** Mutual TLS between totems and gateway, and the keys to which outcomes are sealed. */
async function network(write: Writer): Promise<void> {
  const gatewayCa = await authority(write, 'gateway-ca', 'CN=Totem Polis gateway CA TEST,C=IT', await ecKeys())
  const totemCa = await authority(write, 'totem-ca', 'CN=Totem Polis totem CA TEST,C=IT', await ecKeys())
  const tls = async (file: string, issuer: Authority, name: string, role: ExtendedKeyUsage, hosts: string[][]) => {
    const keys = await ecKeys()
    const certificate = await issue(issuer, `CN=${name},O=Totem Polis TEST,C=IT`, keys, GOOD, [
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([role]),
      ...(hosts.length > 0
        ? [
            new SubjectAlternativeNameExtension(
              hosts.map(([type, value = '']) => ({ type: type as 'dns' | 'ip', value })),
            ),
          ]
        : []),
    ])
    await write.certificate(`${file}.cert.pem`, certificate)
    await write.key(`${file}.key.pem`, keys)
  }
  const loopback = [
    ['dns', 'localhost'],
    ['ip', '127.0.0.1'],
    ['ip', '::1'],
  ]
  await tls('gateway', gatewayCa, 'localhost', ExtendedKeyUsage.serverAuth, loopback)
  await registrar(write, gatewayCa)
  for (const totem of TOTEMS) {
    await tls(`totems/${totem}`, totemCa, totem, ExtendedKeyUsage.clientAuth, [])
    const outcome = await jwkPair('enc')
    await write.plain(`totems/${totem}.outcome.pub.jwk.json`, `${JSON.stringify(outcome.public)}\n`)
    await write.secret(`totems/${totem}.outcome.jwk.json`, `${JSON.stringify(outcome.private)}\n`)
  }
}

/** Who signs what new totems get, and a maker of TPMs. */
async function registrar(write: Writer, gatewayCa: Authority): Promise<void> {
  const keys = await ecKeys()
  const usage = new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true)
  await write.certificate('registrar.cert.pem', await issue(gatewayCa, `CN=${REGISTRAR}`, keys, GOOD, [usage]))
  await write.key('registrar.key.pem', keys)
  await authority(write, 'tpm-maker', 'CN=TPM Maker TEST,O=TEST S.p.A.,C=IT', await ecKeys())
}

/** The seal of the simulated registry on its FAC-SIMILE certificates (PAdES). */
async function seal(write: Writer): Promise<void> {
  const ca = await authority(
    write,
    'seal-ca',
    'CN=CA Sigilli TEST - FAC-SIMILE,O=TEST S.p.A.,C=IT',
    await rsaKeys(2048),
  )
  const keys = await rsaKeys(2048)
  const subject = [
    { C: ['IT'] },
    { O: ['TEST - FAC-SIMILE'] },
    { CN: ["Ministero dell'Interno TEST - Sigillo FAC-SIMILE"] },
  ]
  const certificate = await issue(ca, subject, keys, GOOD, [new KeyUsagesExtension(KeyUsageFlags.nonRepudiation, true)])
  await write.certificate('seal.cert.pem', certificate)
  await write.key('seal.key.pem', keys)
}

if (import.meta.main) {
  await makePki(resolve(process.argv[2] ?? join(import.meta.dirname, '../../.bench/pki')))
}
