import { checkPrimeSync } from 'node:crypto'
import type { CardFailure } from '../../../contract/device.ts'
import { ok, type Result } from '../../../contract/result.ts'
import type { Command } from '../apdu.ts'
import { findTag, readTlvs } from '../tlv.ts'
import { cardError, demand, type Sender } from './application.ts'
import { power, toBigInt } from './modular.ts'

/** A group for Diffie-Hellman as the card gives it: big-endian, and hashed byte for byte. */
export interface Domain {
  g: Uint8Array
  p: Uint8Array
  q: Uint8Array
}

/** The CA that certifies terminals to the card. */
export interface AuthorityKey {
  modulus: Uint8Array
  /** Certificate holder reference, 12 bytes; its certificates carry the last 8 as their reference. */
  holder: Uint8Array
  /** Certificate holder authorization, 7 bytes: the first 6 name the application. */
  authorization: Uint8Array
}

export const MODULUS_BYTES = 256

/** GET DATA by a list of tags (ISO 7816-4 §7.4.2, extended header list). */
const getData = (list: string): Command => ({ ins: 0xcb, p1: 0x3f, p2: 0xff, data: Buffer.from(list, 'hex'), le: 256 })

// Tags of the DH domain, of the terminals' CA key and of the card's public key (IAS ECC, GET DATA).
const DOMAIN = [0x70, 0xbfa101, 0xa3]
const TAG = { g: 0x97, p: 0x98, q: 0x99 }
const WHOLE_DOMAIN = getData('4d087006bfa10102a380')
const partOfDomain = (tag: number) => getData(`4d0a7008bfa10104a302${tag.toString(16)}00`)
const AUTHORITY = [0x70, 0xbfa004, 0x7f49]
const AUTHORITY_KEY = getData('4d097007bfa004037f4980')
const CARD_PUBLIC = getData('4d04a6029100')

/** Asks for the DH domain at once or part by part. A card that refuses one way is asked the other way. */
export async function readDomain(channel: Sender, wholeFirst: boolean): Promise<Result<Domain, CardFailure>> {
  const [first, second] = wholeFirst ? [whole, partByPart] : [partByPart, whole]
  const domain = await first(channel)
  const found = domain.ok ? domain : await second(channel)
  // The refusal of the card's own way is the one to report.
  if (!found.ok) return domain
  return isSound(found.value) ? found : cardError('domain', null)
}

async function whole(channel: Sender): Promise<Result<Domain, CardFailure>> {
  const answer = await demand(channel, 'domain', WHOLE_DOMAIN)
  if (!answer.ok) return answer
  const parts = findTag(answer.value, ...DOMAIN) ?? new Uint8Array()
  const [g, p, q] = [findTag(parts, TAG.g), findTag(parts, TAG.p), findTag(parts, TAG.q)]
  return g && p && q ? ok({ g, p, q }) : cardError('domain', null)
}

async function partByPart(channel: Sender): Promise<Result<Domain, CardFailure>> {
  const domain: Partial<Domain> = {}
  for (const name of ['g', 'p', 'q'] as const) {
    const answer = await demand(channel, 'domain', partOfDomain(TAG[name]))
    if (!answer.ok) return answer
    const part = findTag(answer.value, ...DOMAIN, TAG[name])
    if (!part) return cardError('domain', null)
    domain[name] = part
  }
  const { g, p, q } = domain
  return g && p && q ? ok({ g, p, q }) : cardError('domain', null)
}

/**
 * Whether secrets stay secret in this group: an attacker between card and reader must not be able to offer a weak one.
 * The test that p is prime is left out (150 ms): the card signs the group that it used, so a replaced group is noticed
 * before the PIN is sent.
 */
export function isSound(domain: Domain): boolean {
  if (domain.p.length !== MODULUS_BYTES || domain.g.length > MODULUS_BYTES) return false
  if (domain.q.length < 20 || domain.q.length > 32) return false
  const [g, p, q] = [toBigInt(domain.g), toBigInt(domain.p), toBigInt(domain.q)]
  const topBit = 1n << BigInt(8 * MODULUS_BYTES - 1)
  if (p < topBit || p % 2n === 0n || q < 1n << 152n || (p - 1n) % q !== 0n || !checkPrimeSync(q)) return false
  return g > 1n && g < p - 1n && power(g, q, p) === 1n
}

/**
 * Reads the card's ephemeral public key. A key that is not of order q is refused, because it would give the secret
 * away.
 */
export async function readCardPublic(channel: Sender, domain: Domain): Promise<Result<Uint8Array, CardFailure>> {
  const answer = await demand(channel, 'card-public', CARD_PUBLIC)
  if (!answer.ok) return answer
  const value = findTag(answer.value, 0xa6, 0x91)
  return value && isOfOrderQ(value, domain) ? ok(value) : cardError('card-public', null)
}

export function isOfOrderQ(value: Uint8Array, domain: Domain): boolean {
  const [element, p] = [toBigInt(value), toBigInt(domain.p)]
  if (value.length !== MODULUS_BYTES || element < 2n || element > p - 2n) return false
  return power(element, toBigInt(domain.q), p) === 1n
}

export async function readAuthorityKey(channel: Sender): Promise<Result<AuthorityKey, CardFailure>> {
  const answer = await demand(channel, 'authority-key', AUTHORITY_KEY)
  if (!answer.ok) return answer
  const template = findTag(answer.value, ...AUTHORITY) ?? new Uint8Array()
  const modulus = rsaModulus(findTag(template, 0x81))
  const holder = findTag(template, 0x5f20)
  const authorization = findTag(template, 0x5f4c)
  if (modulus?.length !== MODULUS_BYTES || holder?.length !== 12 || authorization?.length !== 7)
    return cardError('authority-key', null)
  return ok({ modulus, holder, authorization })
}

/** EF.Int.Kpub: SEQUENCE of modulus and exponent. RSA of 2048 to 4096 bits; null for anything else. */
export function parseInternalKey(file: Uint8Array): { modulus: Uint8Array; exponent: bigint } | null {
  const sequence = findTag(file, 0x30)
  const numbers = sequence && readTlvs(sequence)
  const modulus = rsaModulus(numbers?.[0]?.tag === 0x02 ? numbers[0].value : null)
  if (!modulus || numbers?.[1]?.tag !== 0x02) return null
  const exponent = toBigInt(numbers[1].value)
  // RSA has no exponent below 3. One of more than 64 bits would only hold up the totem.
  return exponent >= 3n && exponent < 1n << 64n ? { modulus, exponent } : null
}

/**
 * The modulus without the sign byte of DER; null unless it is odd, its first bit is set and it has 256 to 512 bytes.
 */
function rsaModulus(number: Uint8Array | null | undefined): Uint8Array | null {
  const modulus = number?.[0] === 0 ? number.subarray(1) : number
  if (!modulus || modulus.length < MODULUS_BYTES || modulus.length > 512) return null
  return (modulus[0] ?? 0) >= 0x80 && (modulus.at(-1) ?? 0) % 2 === 1 ? modulus : null
}
