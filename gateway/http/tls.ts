import { createSecureContext } from 'node:tls'
import { requiredSecret } from '../settings/secret.ts'
import { CONFIG, textOf, Unusable } from '../settings/unusable.ts'

/** What a listener shows its callers, in PEM. */
export interface Tls {
  key: string
  cert: string
}

/** Reads the key and the certificate that `setting` names; throws `Unusable`. */
export async function tlsOf(setting: string, files: { key: string; certificate: string }): Promise<Tls> {
  const key = await requiredSecret(`${setting}.key`, files.key)
  const cert = await textOf(`${setting}.certificate`, files.certificate)
  try {
    createSecureContext({ key, cert })
  } catch {
    const sentence = `${files.key} and ${files.certificate} are no private key and its certificate, in PEM: put both there`
    throw new Unusable(CONFIG, `${setting}: ${sentence}`)
  }
  return { key, cert }
}
