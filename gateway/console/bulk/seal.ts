import { createCipheriv, createDecipheriv, createPublicKey, randomBytes } from 'node:crypto'
import { sealing } from '../../../contract/gateway.ts'
import { openJwe, sealJwe } from '../../sealing/jwe.ts'
import type { SealingKeys } from '../../sealing/sealing.ts'

const [KEY_BYTES, IV_BYTES, TAG_BYTES] = [32, 12, 16]
const TYP = 'totem-bulk-key+jwe'

/** What a row holds of persons: what was asked (`domanda`) and what was told (`risposta`). */
type Part = 'domanda' | 'risposta'

/** Seals and opens the rows of one request. */
export interface RowSeal {
  seal(n: number, part: Part, told: object): string
  /** Throws on what is not that part of that row. */
  open(n: number, part: Part, sealed: string): unknown
}

/**
 * A key of the request's own, sealed to the newest of the gateway's keys: a dump of the database opens nothing, and
 * when the sealed key is erased nobody reads its rows again.
 */
export function makeKey(request: string, keys: SealingKeys): { sealed: string; rows: RowSeal } {
  const [kid, key] = [...keys].at(-1) ?? []
  if (kid === undefined || key === undefined) throw new Error('the gateway has no sealing key')
  const own = randomBytes(KEY_BYTES)
  const header = { ...sealing, kid, typ: TYP, request }
  return { sealed: sealJwe(own.toString('base64url'), header, createPublicKey(key)), rows: rowSeal(request, own) }
}

/** Null: the key is of another request, or the gateway's key that sealed it is gone. */
export function openKey(request: string, sealed: string, keys: SealingKeys): RowSeal | null {
  const opened = openJwe(sealed, keys)
  if (!opened || opened.header.typ !== TYP || opened.header.request !== request) return null
  return rowSeal(request, Buffer.from(opened.plaintext.toString('utf8'), 'base64url'))
}

function rowSeal(request: string, key: Buffer): RowSeal {
  // SECURITY: no row's part can stand in another's place.
  const place = (n: number, part: Part) => Buffer.from(`${request}/${n}/${part}`)
  return {
    seal(n, part, told) {
      const iv = randomBytes(IV_BYTES)
      const cipher = createCipheriv('aes-256-gcm', key, iv, { authTagLength: TAG_BYTES }).setAAD(place(n, part))
      const text = Buffer.concat([cipher.update(JSON.stringify(told), 'utf8'), cipher.final()])
      return Buffer.concat([iv, text, cipher.getAuthTag()]).toString('base64url')
    },
    open(n, part, sealed) {
      const bytes = Buffer.from(sealed, 'base64url')
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, IV_BYTES), { authTagLength: TAG_BYTES })
      decipher.setAAD(place(n, part)).setAuthTag(bytes.subarray(-TAG_BYTES))
      const text = Buffer.concat([decipher.update(bytes.subarray(IV_BYTES, -TAG_BYTES)), decipher.final()])
      return JSON.parse(text.toString('utf8'))
    },
  }
}
