import { createDecipheriv, randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Agent, request } from 'undici'
import { handoverAad } from '../../contract/handover.ts'

/** AES-GCM puts its tag behind the ciphertext. */
const TAG_BYTES = 16

/** What the page of a link does in a telephone: asks for the ciphertext, opens it by the link's key, and says that it is there. */
export async function takenByTelephone(link: string, pki: string): Promise<void> {
  const { origin, pathname, hash } = new URL(link)
  const phone = randomBytes(16).toString('base64url')
  const dispatcher = new Agent({ connect: { ca: readFileSync(join(pki, 'gateway-ca.pem')) } })
  const post = async (what: string) => {
    const { statusCode, body } = await request(`${origin}${pathname}/${what}`, {
      ...{ method: 'POST', dispatcher, body: JSON.stringify({ phone }) },
      headers: { 'content-type': 'application/json' },
    })
    const bytes = Buffer.from(await body.arrayBuffer())
    if (statusCode >= 300) throw new Error(`the telephone hears HTTP ${statusCode} for ${what}`)
    return bytes
  }
  try {
    const sealed = await post('claim')
    const id = pathname.split('/').at(-1) ?? ''
    const opening = createDecipheriv('aes-256-gcm', Buffer.from(hash.slice(1), 'base64url'), Buffer.alloc(12))
    opening.setAAD(Buffer.from(handoverAad(id))).setAuthTag(sealed.subarray(-TAG_BYTES))
    const pdf = Buffer.concat([opening.update(sealed.subarray(0, -TAG_BYTES)), opening.final()])
    if (pdf.subarray(0, 5).toString() !== '%PDF-') throw new Error('the telephone has opened something that is no PDF')
    await post('taken')
  } finally {
    await dispatcher.close()
  }
}
