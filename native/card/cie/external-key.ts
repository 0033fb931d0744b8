import { createHash, generateKeyPair, type KeyObject } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { toBigInt } from './modular.ts'

/** The keys with which a terminal authenticates itself to a CIE. */
export interface ExternalKey {
  /** Private exponent of the CA whose public key all cards hold. */
  exponent: bigint
  /** The terminal's own RSA-2048 pair, which that CA certifies for each card anew. Any pair will do. */
  terminal: Promise<KeyObject>
}

export type LoadedExternalKey = { state: 'ready'; key: ExternalKey } | { state: 'key-refused' }

const EXPONENT_BYTES = 256
/** SHA-256 of the exponent that the State has published (italia/cie-middleware, ExtAuthKey.cpp). */
const PUBLISHED_DIGEST = '34360f30fc6c138b9289b5650ea432b6a5f88c0dfca08455a56e3e658bc96fd2'

/**
 * Reads the external-authentication key, a file of 256 bytes, big-endian. A missing file and another length are
 * refused. So is any key but the published one, unless test cards are trusted (`testTrust`).
 */
export function loadExternalKey(file: string, { testTrust }: { testTrust: boolean }): LoadedExternalKey {
  const exponent = contentOf(file)
  if (exponent?.length !== EXPONENT_BYTES) return { state: 'key-refused' }
  const digest = createHash('sha256').update(exponent).digest('hex')
  if (!testTrust && digest !== PUBLISHED_DIGEST) return { state: 'key-refused' }
  return { state: 'ready', key: { exponent: toBigInt(exponent), terminal: newTerminalKey() } }
}

function contentOf(file: string): Buffer | null {
  try {
    return readFileSync(file)
  } catch {
    return null
  }
}

/** Takes a tenth of a second, on another thread, before anybody waits for it. */
async function newTerminalKey(): Promise<KeyObject> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 })
  return privateKey
}
