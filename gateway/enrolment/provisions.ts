import { createPublicKey, type KeyObject, X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { CompactSign } from 'jose'
import { PROVISION_TYP, type Provision, type PublicPoint, provision, REGISTRAR } from '../../contract/enrolment.ts'
import { sealing } from '../../contract/gateway.ts'
import type { RevocationPolicy } from '../../contract/trust.ts'
import { sealJwe } from '../sealing/jwe.ts'
import type { EnrolmentSettings } from '../settings/enrolment.ts'
import { requiredSecret } from '../settings/secret.ts'
import { CONFIG, jsonIn, textOf, Unusable } from '../settings/unusable.ts'
import { isPair, parsed, signingKey } from './authority.ts'

/** Makes what a totem gets at the end of its enrolment: signed by the registrar, then sealed to the totem. */
export interface Provisions {
  seal(
    own: Pick<Provision, 'totem' | 'order' | 'certificate' | 'office' | 'printer' | 'sound' | 'serviceSecret'> & {
      panel: Provision['common']['panel'] | null
    },
    to: PublicPoint,
    now: Date,
  ): Promise<string>
}

/** Opens the signer and the files that all totems get alike; throws `Unusable`. `lists`: as they are now. */
export async function openProvisions(
  { signer, gatewayCa, cieKey, totems }: Pick<EnrolmentSettings, 'signer' | 'gatewayCa' | 'cieKey' | 'totems'>,
  {
    revocation,
    listKey,
    lists,
  }: { revocation: RevocationPolicy; listKey: string; lists(): { trustList: string; gatewayKeys: string } },
): Promise<Provisions> {
  const unfit = (sentence: string) => new Unusable(CONFIG, `enrolment.signer: ${signer.certificate} ${sentence}`)
  const keyPem = await requiredSecret('enrolment.signer.key', signer.key)
  const certificate = parsed(await textOf('enrolment.signer.certificate', signer.certificate))
  const ca = await textOf('enrolment.gatewayCa', gatewayCa)
  const key = (await jsonIn('trust.listKey', listKey)) as Provision['listKey']
  if (!certificate || !isPair(certificate, keyPem)) throw unfit('is no certificate with its key: put both there')
  if (certificate.toLegacyObject().subject.CN !== REGISTRAR) throw unfit(`is not named "${REGISTRAR}"`)
  const authorities = ca.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []
  const isOurs = authorities.some((each) => certificate.verify(new X509Certificate(each).publicKey))
  if (!isOurs) throw unfit('is of another authority than enrolment.gatewayCa, and no totem would believe it')
  const signing = await signingKey(keyPem)
  const cie = cieKey === null ? null : (await readCieKey(cieKey)).toString('base64')
  const x5c = [certificate.raw.toString('base64')]

  return {
    async seal({ panel, ...own }, to, now) {
      const whole: Provision = provision.parse({
        ...own,
        issued: now.toISOString(),
        common: { ...totems, panel: panel ?? totems.panel },
        ...{ revocation, ca, cieKey: cie, listKey: key, ...lists() },
      })
      const signed = await new CompactSign(Buffer.from(JSON.stringify(whole)))
        .setProtectedHeader({ alg: 'ES256', typ: PROVISION_TYP, x5c })
        .sign(signing)
      return sealJwe(signed, { ...sealing, typ: PROVISION_TYP, kid: to.kid, totem: own.totem }, publicKeyOf(to))
    },
  }
}

const publicKeyOf = ({ kty, crv, x, y }: PublicPoint): KeyObject =>
  createPublicKey({ key: { kty, crv, x, y }, format: 'jwk' })

const readCieKey = (file: string) =>
  readFile(file).catch(() => {
    throw new Unusable(CONFIG, `enrolment.cieKey: ${file} cannot be read: name the exponent’s file, or null`)
  })
