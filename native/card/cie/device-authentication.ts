import { constants, type KeyObject, privateEncrypt, randomBytes, timingSafeEqual } from 'node:crypto'
import type { CardFailure } from '../../../contract/device.ts'
import { err, ok, type Result } from '../../../contract/result.ts'
import type { Command } from '../apdu.ts'
import { createSecureMessaging, type SecureChannel } from '../secure-messaging.ts'
import { encodeTlv } from '../tlv.ts'
import type { Channel } from '../transport.ts'
import { cardError, demand, type Sender } from './application.ts'
import type { ExternalKey } from './external-key.ts'
import {
  type AuthorityKey,
  type Domain,
  MODULUS_BYTES,
  parseInternalKey,
  readAuthorityKey,
  readCardPublic,
} from './keys.ts'
import { openRecoveryBlock, recoverableBytes, recoveryBlock, sha256 } from './message-recovery.ts'
import { power, toBigInt, toBytes } from './modular.ts'

/**
 * What both sides know after the key agreement. Both sign it in the authentication, which binds them to this channel.
 */
export interface Agreement {
  domain: Domain
  /** g^x of the terminal and of the card, 256 bytes each. */
  terminalPublic: Uint8Array
  cardPublic: Uint8Array
}

/** Serial number under which the terminal's certificate is issued, as the State's middleware has it. */
const TERMINAL_SERIAL = Buffer.from('2000000000000001', 'hex')
/** Object identifier of device authentication by RSA with SHA-256 (EN 14890-1), which names the certificate's key. */
const KEY_ALGORITHM = Buffer.from('2a8122f42a02040104', 'hex')
const CERTIFICATE_PROFILE = 0x8a
const TERMINAL_ROLE = 0x01
const PUBLIC_EXPONENT = Buffer.from('00010001', 'hex')
const CARD_SERIAL_BYTES = 8
const CHALLENGE_BYTES = 8

const hex = (text: string) => Buffer.from(text, 'hex')
/** MANAGE SECURITY ENVIRONMENT: SET of the template that P2 names. */
const setEnvironment = (p1: number, p2: number, ...data: Uint8Array[]): Command => ({
  ins: 0x22,
  p1,
  p2,
  data: Buffer.concat(data),
})

// Key references of the CIE application: 81 agreement, 84 CA of the terminals, 82 the card's own key.
const AGREEMENT_KEY = hex('80019b830181')
const CA_KEY: Command = { ...setEnvironment(0x81, 0xb6, hex('800141830184')), le: 256 }
const INTERNAL_KEY = setEnvironment(0x41, 0xa4, hex('84018280019b'))

/**
 * Opens secure messaging between two devices that have proved themselves to each other, in the selected CIE
 * application: device authentication with privacy (EN 14890-1, as IAS ECC profiles it). A chip that cannot prove
 * the key of `internalKeyFile` (EF.Int.Kpub) is refused as `card-cloned`.
 */
export async function openSecureChannel(
  channel: Channel,
  domain: Domain,
  internalKeyFile: Uint8Array,
  key: ExternalKey,
): Promise<Result<SecureChannel, CardFailure>> {
  const internalKey = parseInternalKey(internalKeyFile)
  if (!internalKey) return cardError('internal-key', null)
  const authority = await readAuthorityKey(channel)
  if (!authority.ok) return authority

  const agreed = await agree(channel, domain)
  if (!agreed.ok) return agreed
  const { agreement, secret } = agreed.value
  const keys = sessionKeys(secret)
  secret.fill(0)
  const secure = createSecureMessaging({ channel, ...keys, sendSequenceCounter: hex('0000000000000001') })
  for (const sessionKey of Object.values(keys)) sessionKey.fill(0)

  let authenticated = false
  try {
    const cardChallenge = await authenticateTerminal(secure, authority.value, agreement, key)
    if (!cardChallenge.ok) return cardChallenge
    const ownChallenge = await authenticateCard(secure, internalKey, agreement)
    if (!ownChallenge.ok) return ownChallenge
    secure.restart(authenticatedCounter(cardChallenge.value, ownChallenge.value))
    authenticated = true
    return ok(secure)
  } finally {
    if (!authenticated) secure.wipe()
  }
}

async function agree(
  channel: Channel,
  domain: Domain,
): Promise<Result<{ agreement: Agreement; secret: Uint8Array }, CardFailure>> {
  const p = toBigInt(domain.p)
  const x = ephemeralExponent(toBigInt(domain.q))
  const terminalPublic = toBytes(power(toBigInt(domain.g), x, p), MODULUS_BYTES)
  const sent = await demand(
    channel,
    'agreement',
    setEnvironment(0x41, 0xa6, AGREEMENT_KEY, encodeTlv(0x91, terminalPublic)),
  )
  if (!sent.ok) return sent
  const cardPublic = await readCardPublic(channel, domain)
  if (!cardPublic.ok) return cardPublic
  const secret = toBytes(power(toBigInt(cardPublic.value), x, p), MODULUS_BYTES)
  return ok({ agreement: { domain, terminalPublic, cardPublic: cardPublic.value }, secret })
}

/** Odd and below q, as the cards expect it. 8 random bytes more than q, so that no value is likelier than another. */
function ephemeralExponent(q: bigint): bigint {
  return (toBigInt(randomBytes(40)) % (q - 1n)) | 1n
}

/** Keys of secure messaging from the shared secret z of 256 bytes: SHA-256 of z and a counter. */
export function sessionKeys(z: Uint8Array): { encryptionKey: Uint8Array; macKey: Uint8Array } {
  const derive = (counter: number) => {
    const digest = sha256(z, Uint8Array.of(0, 0, 0, counter))
    const key = Uint8Array.from(digest.subarray(0, 16))
    digest.fill(0)
    return key
  }
  return { encryptionKey: derive(1), macKey: derive(2) }
}

/** The counter with which both sides go on after the authentication: half of each challenge. */
export const authenticatedCounter = (cardChallenge: Uint8Array, ownChallenge: Uint8Array): Uint8Array =>
  Buffer.concat([cardChallenge.subarray(4), ownChallenge.subarray(4)])

/** Gives the terminal's key a certificate by the cards' CA, then signs the card's challenge with that key. */
async function authenticateTerminal(
  secure: Sender,
  authority: AuthorityKey,
  agreement: Agreement,
  key: ExternalKey,
): Promise<Result<Uint8Array, CardFailure>> {
  const terminal = await key.terminal
  const holder = Buffer.concat([Buffer.alloc(4), TERMINAL_SERIAL])
  const certificate = terminalCertificate(authority, modulusOf(terminal), key.exponent)
  const steps: [string, Command][] = [
    ['set-ca-key', CA_KEY],
    ['verify-certificate', { ins: 0x2a, p1: 0x00, p2: 0xae, data: certificate }],
    ['set-terminal-key', setEnvironment(0x81, 0xa4, encodeTlv(0x83, holder))],
  ]
  for (const [step, command] of steps) {
    const done = await demand(secure, step, command)
    if (!done.ok) return done
  }
  const challenge = await demand(secure, 'card-challenge', { ins: 0x84, p1: 0, p2: 0, le: CHALLENGE_BYTES })
  if (!challenge.ok) return challenge
  if (challenge.value.length !== CHALLENGE_BYTES) return cardError('card-challenge', null)

  const block = terminalProof(agreement, challenge.value, randomBytes(recoverableBytes(MODULUS_BYTES)))
  const signature = privateEncrypt({ key: terminal, padding: constants.RSA_NO_PADDING }, block)
  const proof = { ins: 0x82, p1: 0, p2: 0, data: Buffer.concat([TERMINAL_SERIAL, signature]) }
  const authenticated = await demand(secure, 'external-authenticate', proof)
  return authenticated.ok ? challenge : authenticated
}

function modulusOf(terminal: KeyObject): Uint8Array {
  const { n = '' } = terminal.export({ format: 'jwk' })
  return Buffer.from(n, 'base64url')
}

/** A card-verifiable certificate: the signature holds the first 222 of its 297 bytes, and the rest follows. */
function terminalCertificate(authority: AuthorityKey, terminalModulus: Uint8Array, caExponent: bigint): Uint8Array {
  const reference = authority.holder.subarray(4)
  const body = Buffer.concat([
    Uint8Array.of(CERTIFICATE_PROFILE),
    reference,
    Buffer.alloc(4),
    TERMINAL_SERIAL,
    authority.authorization.subarray(0, 6),
    Uint8Array.of(TERMINAL_ROLE),
    KEY_ALGORITHM,
    terminalModulus,
    PUBLIC_EXPONENT,
  ])
  const recoverable = recoverableBytes(MODULUS_BYTES)
  const block = recoveryBlock(body.subarray(0, recoverable), sha256(body))
  const signature = toBytes(power(toBigInt(block), caExponent, toBigInt(authority.modulus)), MODULUS_BYTES)
  return encodeTlv(
    0x7f21,
    encodeTlv(0x5f37, signature),
    encodeTlv(0x5f38, body.subarray(recoverable)),
    encodeTlv(0x42, reference),
  )
}

/** The message that the terminal signs: 256 bytes before RSA. `padding`: 222 random bytes. */
export function terminalProof(agreement: Agreement, cardChallenge: Uint8Array, padding: Uint8Array): Uint8Array {
  const { terminalPublic, cardPublic, domain } = agreement
  const { g, p, q } = domain
  return recoveryBlock(padding, sha256(padding, terminalPublic, TERMINAL_SERIAL, cardChallenge, cardPublic, g, p, q))
}

/**
 * The chip signs the totem's challenge with the key of EF.Int.Kpub, which EF.SOD vouches for. Answers the challenge.
 */
async function authenticateCard(
  secure: Sender,
  key: { modulus: Uint8Array; exponent: bigint },
  agreement: Agreement,
): Promise<Result<Uint8Array, CardFailure>> {
  const set = await demand(secure, 'set-internal-key', INTERNAL_KEY)
  if (!set.ok) return set
  const challenge = randomBytes(CHALLENGE_BYTES)
  const answer = await demand(secure, 'internal-authenticate', { ins: 0x88, p1: 0, p2: 0, data: challenge })
  if (!answer.ok) return answer
  return isCardProof(answer.value, key, agreement, challenge) ? ok(challenge) : err({ kind: 'card-cloned' })
}

/** Whether SN.ICC and the signature prove the key in this channel, for this challenge. */
export function isCardProof(
  answer: Uint8Array,
  key: { modulus: Uint8Array; exponent: bigint },
  { domain: { g, p, q }, terminalPublic, cardPublic }: Agreement,
  challenge: Uint8Array,
): boolean {
  const cardSerial = answer.subarray(0, CARD_SERIAL_BYTES)
  const signature = answer.subarray(CARD_SERIAL_BYTES)
  const modulus = toBigInt(key.modulus)
  if (signature.length !== key.modulus.length || toBigInt(signature) >= modulus) return false
  const block = openRecoveryBlock(toBytes(power(toBigInt(signature), key.exponent, modulus), key.modulus.length))
  if (!block) return false
  const { recoverable, hash } = block
  return timingSafeEqual(hash, sha256(recoverable, cardPublic, cardSerial, challenge, terminalPublic, g, p, q))
}
