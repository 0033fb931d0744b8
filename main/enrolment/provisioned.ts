import { createPrivateKey, X509Certificate } from 'node:crypto'
import { compactDecrypt, compactVerify, importJWK, type JWK } from 'jose'
import { jsonOf } from '../../basics/json.ts'
import { PROVISION_TYP, type Provision, provision, REGISTRAR } from '../../contract/enrolment.ts'
import { sealing } from '../../contract/gateway.ts'
import { err, ok, type Result } from '../../contract/result.ts'
import { verifyGatewayKeys } from '../../trust/gateway-keys.ts'
import { verifyTrustList } from '../../trust/list.ts'

/**
 * `provision-unopened`: it is not sealed to this totem's key. `provision-unsigned`: the registrar has not signed it.
 * `provision-other`: it is another totem's, or for another key. `provision-malformed`: this version cannot read it, or its
 * lists are not of its signer.
 */
export type NotProvisioned = {
  kind: 'provision-unopened' | 'provision-unsigned' | 'provision-other' | 'provision-malformed'
}

/**
 * Opens what the registrar has sealed to this totem, and holds it to the totem that was said, to its key for TLS (PEM) and
 * to the gateway's authority with which the machine came.
 */
export async function openProvision(
  sealed: string,
  {
    totem,
    outcomeKey,
    tlsKey,
    ca,
    now,
  }: { totem: string; outcomeKey: JWK & { kid: string }; tlsKey: string; ca: string; now: Date },
): Promise<Result<Provision, NotProvisioned>> {
  const signed = await opened(sealed, totem, outcomeKey)
  if (signed === null) return err({ kind: 'provision-unopened' })
  const payload = await signedBy(signed, ca, now)
  if (payload === null) return err({ kind: 'provision-unsigned' })
  const read = provision.safeParse(jsonOf(payload))
  if (!read.success) return err({ kind: 'provision-malformed' })
  const { listKey, trustList, gatewayKeys, certificate } = read.data
  if (read.data.totem !== totem || !isFor(certificate, totem, tlsKey)) return err({ kind: 'provision-other' })
  const lists = [await verifyTrustList(trustList, listKey as JWK), await verifyGatewayKeys(gatewayKeys, listKey as JWK)]
  return lists.every((list) => list.ok) ? ok(read.data) : err({ kind: 'provision-malformed' })
}

async function opened(sealed: string, totem: string, key: JWK & { kid: string }): Promise<string | null> {
  try {
    const { plaintext, protectedHeader } = await compactDecrypt(sealed, await importJWK(key, sealing.alg), {
      keyManagementAlgorithms: [sealing.alg],
      contentEncryptionAlgorithms: [sealing.enc],
    })
    const { typ, kid, totem: named } = protectedHeader
    if (typ !== PROVISION_TYP || kid !== key.kid || named !== totem) return null
    return Buffer.from(plaintext).toString('utf8')
  } catch {
    return null
  }
}

/** The signer's certificate comes along; the authority that the machine came with must have issued it, for this and no other work. */
async function signedBy(jws: string, ca: string, now: Date): Promise<string | null> {
  try {
    const { x5c } = JSON.parse(Buffer.from(jws.split('.')[0] ?? '', 'base64url').toString()) as { x5c?: string[] }
    const signer = new X509Certificate(Buffer.from(x5c?.[0] ?? '', 'base64'))
    const authorities = (ca.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []).map(
      (each) => new X509Certificate(each),
    )
    const isIssued = authorities.some((each) => signer.checkIssued(each) && signer.verify(each.publicKey))
    if (!isIssued || signer.ca || signer.toLegacyObject().subject.CN !== REGISTRAR) return null
    if (+now < Date.parse(signer.validFrom) || +now > Date.parse(signer.validTo)) return null
    const { payload, protectedHeader } = await compactVerify(jws, signer.publicKey, { algorithms: ['ES256'] })
    return protectedHeader.typ === PROVISION_TYP ? Buffer.from(payload).toString('utf8') : null
  } catch {
    return null
  }
}

function isFor(pem: string, totem: string, tlsKey: string): boolean {
  try {
    const certificate = new X509Certificate(pem)
    return certificate.toLegacyObject().subject.CN === totem && certificate.checkPrivateKey(createPrivateKey(tlsKey))
  } catch {
    return false
  }
}
