import 'reflect-metadata'
import { ExtendedKeyUsage, ExtendedKeyUsageExtension, SubjectAlternativeNameExtension } from '@peculiar/x509'
import { DAY_MS } from '../../../basics/time.ts'
import { type Authority, ecKeys, issue, privateKeyPem, selfSigned } from '../../../simulator/pki/issue.ts'

/** From so many days before now to so many days after. */
export const days = (before: number, after: number, now = Date.now()) => ({
  notBefore: new Date(now - before * DAY_MS),
  notAfter: new Date(now + after * DAY_MS),
})

export const authority = async (name = 'TEST', validity = days(1_000, 1_000)): Promise<Authority> =>
  selfSigned(`CN=${name}`, await ecKeys(), validity)

/** Certificate and key as PEM. `host` null: a client's. */
export async function tlsPair(issuer: Authority, name: string, validity = days(1, 100), host: string | null = null) {
  const keys = await ecKeys()
  const certificate = await issue(issuer, `CN=${name},O=TEST`, keys, validity, [
    new ExtendedKeyUsageExtension([host === null ? ExtendedKeyUsage.clientAuth : ExtendedKeyUsage.serverAuth]),
    ...(host === null ? [] : [new SubjectAlternativeNameExtension([{ type: 'ip', value: host }])]),
  ])
  return { certificate: `${certificate.toString('pem')}\n`, key: await privateKeyPem(keys) }
}
