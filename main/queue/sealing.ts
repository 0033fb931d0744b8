import { createCipheriv, createHmac } from 'node:crypto'
import { CompactEncrypt, compactDecrypt, type JWK } from 'jose'
import { atTotem } from '../../contract/caller.ts'
import {
  type CertificateRequest,
  type IssuedOutcome,
  isSealedAs,
  issuedOutcome,
  outcomeHeader,
  outcomeReceipt,
  receiptHeader,
  requestHeader,
  sealing,
} from '../../contract/gateway.ts'
import { handoverAad } from '../../contract/handover.ts'
import { type Letter, letterHeader } from '../../contract/letter.ts'
import { err, ok, type Result } from '../../contract/result.ts'

/** A P-256 key and the name that its owner gave it. */
export type NamedKey = JWK & { kid: string }

/** The totem's private keys by `kid`. There are several while outcomes sealed to an earlier key are still to come. */
export type OutcomeKeys = ReadonlyMap<string, NamedKey>

/** Seals a request of this totem as a compact JWE that only the gateway can open. `gatewayKey`: public, P-256. */
export async function sealRequest(request: CertificateRequest, gatewayKey: NamedKey, totem: string): Promise<string> {
  return new CompactEncrypt(new TextEncoder().encode(JSON.stringify(request)))
    .setProtectedHeader(requestHeader(gatewayKey.kid, { ...request, caller: atTotem(totem) }))
    .encrypt(gatewayKey)
}

/** Seals a letter of this totem, with its address and its code, as a compact JWE that only the gateway can open. */
export async function sealLetter(letter: Letter, gatewayKey: NamedKey, about: { id: string; totem: string }) {
  return new CompactEncrypt(new TextEncoder().encode(JSON.stringify(letter)))
    .setProtectedHeader(letterHeader(gatewayKey.kid, { id: about.id, caller: atTotem(about.totem) }))
    .encrypt(gatewayKey)
}

/**
 * Opens an outcome sealed to this totem. An outcome that opens but was sealed as something else, for another operation
 * or another totem, is unreadable too: outcomes cannot be swapped.
 */
export async function openOutcome(
  jwe: string,
  keys: OutcomeKeys,
  operation: string,
  totem: string,
): Promise<Result<IssuedOutcome, { kind: 'outcome-unreadable' }>> {
  const unreadable = err({ kind: 'outcome-unreadable' as const })
  try {
    const { plaintext, protectedHeader } = await compactDecrypt(jwe, ({ kid }) => keyNamed(keys, kid), {
      keyManagementAlgorithms: [sealing.alg],
      contentEncryptionAlgorithms: [sealing.enc],
    })
    const wanted = outcomeHeader(String(protectedHeader.kid), { operation, totem, kind: 'certificate' })
    if (!isSealedAs(protectedHeader, wanted)) return unreadable
    const outcome = issuedOutcome.safeParse(JSON.parse(new TextDecoder().decode(plaintext)))
    return outcome.success && outcome.data.operation === operation ? ok(outcome.data) : unreadable
  } catch {
    // jose and JSON.parse throw alike, and their messages may quote the content.
    return unreadable
  }
}

/** The token in the receipt of a page of outcomes; null when this totem cannot open it, or it is of another page. */
export async function openReceipt(
  jwe: string,
  keys: OutcomeKeys,
  page: { totem: string; cursor: number },
): Promise<string | null> {
  try {
    const { plaintext, protectedHeader } = await compactDecrypt(jwe, ({ kid }) => keyNamed(keys, kid), {
      keyManagementAlgorithms: [sealing.alg],
      contentEncryptionAlgorithms: [sealing.enc],
    })
    if (!isSealedAs(protectedHeader, receiptHeader(String(protectedHeader.kid), page))) return null
    return outcomeReceipt.parse(JSON.parse(new TextDecoder().decode(plaintext))).token
  } catch {
    return null
  }
}

function keyNamed(keys: OutcomeKeys, kid: string | undefined): NamedKey {
  const key = keys.get(kid ?? '')
  if (!key) throw new Error('no such key')
  return key
}

/**
 * The queue's name for a holder: HMAC-SHA-256 in hex. Nobody without the totem's secret can try codici fiscali against
 * it. A bare hash would allow that, because there are few of them.
 */
export function holderReference(codiceFiscale: string, secret: Uint8Array): string {
  return createHmac('sha256', secret).update(codiceFiscale, 'utf8').digest('hex')
}

/** A document for whoever has the link: AES-256-GCM, the tag at the end. The key encrypts this one document, so that the nonce may be zeros. */
export function sealDocument(pdf: Uint8Array, id: string, key: Buffer): Buffer {
  const cipher = createCipheriv('aes-256-gcm', key, Buffer.alloc(12)).setAAD(Buffer.from(handoverAad(id)))
  return Buffer.concat([cipher.update(pdf), cipher.final(), cipher.getAuthTag()])
}
