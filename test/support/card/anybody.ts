import { createPublicKey } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { CardEvidence } from '../../../contract/evidence.ts'
import { cardCertificate } from '../../../simulator/pki/make.ts'
import { authorityIn } from '../../../simulator/pki/on-demand.ts'
import { GOOD } from '../../../simulator/pki/plan.ts'
import { holderById } from '../../../simulator/population/holders.ts'
import { login } from '../gateway/requests.ts'
import { PKI } from '../pki.ts'

/** All of these cards hold one person's key: a key of its own for each would take a second. */
const KEY_OF = 'anna-bianchi'

/** The evidence of a new card of anybody in the population, those among them for whom `makePki` makes no card. */
export async function loginOf(person: string): Promise<CardEvidence> {
  const spki = createPublicKey(readFileSync(join(PKI, `cards/${KEY_OF}.key.pem`))).export({
    format: 'der',
    type: 'spki',
  })
  const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }
  const publicKey = await crypto.subtle.importKey('spki', new Uint8Array(spki), algorithm, true, ['verify'])
  const ca = await authorityIn(PKI, 'card-ca')
  const certificate = await cardCertificate(ca, holderById(person), { ...ca.keys, publicKey }, GOOD)
  return { ...login(KEY_OF), certificate: Buffer.from(certificate.rawData).toString('base64') }
}
