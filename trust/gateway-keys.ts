import { importJWK, type JWK } from 'jose'
import { sealing } from '../contract/gateway.ts'
import { GATEWAY_KEYS_TYP, type GatewayKeys, gatewayKeys } from '../contract/gateway-keys.ts'
import { err, ok, type Result } from '../contract/result.ts'
import { openSignedList } from './signed-list.ts'

export type GatewayKeysRefusal = { kind: 'gateway-keys-unsigned' | 'gateway-keys-malformed' }

/**
 * Opens a signed list of the gateway's keys (contract/gateway-keys.ts). `gateway-keys-unsigned`: this key did not sign it
 * in the required way. `gateway-keys-malformed`: it is signed and is no such list, or has two keys of one name, one key for
 * two purposes, or a key that is no point of its curve. Nothing could be sealed to such a key.
 */
export async function verifyGatewayKeys(jws: string, publicJwk: JWK): Promise<Result<GatewayKeys, GatewayKeysRefusal>> {
  const opened = await openSignedList(jws, publicJwk, GATEWAY_KEYS_TYP)
  if (opened === 'unsigned') return err({ kind: 'gateway-keys-unsigned' })
  const list = gatewayKeys.safeParse(opened.list)
  if (!list.success) return err({ kind: 'gateway-keys-malformed' })
  const { sealing: seals, anchor, command = [] } = list.data
  const keys = [...seals.map(({ key }) => key), ...anchor, ...command]
  // SECURITY: one key under two names would sign for one purpose what is believed for another.
  const named = (['kid', 'x'] as const).every((of) => new Set(keys.map((key) => key[of])).size === keys.length)
  return named && (await allOnCurve(keys)) ? ok(list.data) : err({ kind: 'gateway-keys-malformed' })
}

async function allOnCurve(keys: readonly JWK[]): Promise<boolean> {
  try {
    await Promise.all(keys.map((key) => importJWK(key, sealing.alg)))
    return true
  } catch {
    return false
  }
}

/** The sealing keys in the order in which they begin. `until` is the begin of the next one; null for the last. */
const inOrder = ({ sealing: listed }: GatewayKeys) =>
  listed
    .toSorted((a, b) => Date.parse(a.from) - Date.parse(b.from))
    .map(({ key, from }, place, all) => ({ key, from: Date.parse(from), until: instantOf(all[place + 1]?.from) }))

const instantOf = (at: string | undefined) => (at === undefined ? null : Date.parse(at))

/** The key to which a totem seals at `at`, in ms; before all of them the one that begins first. */
export function sealingKeyAt(list: GatewayKeys, at: number) {
  const [first, ...later] = inOrder(list)
  if (!first) throw new Error('a list of keys without a key')
  return (later.findLast(({ from }) => from <= at) ?? first).key
}

/** Keys to which sealed requests may still arrive at `at` (ms): a request waits `graceMs` at most. */
export const sealingKeysUsed = (list: GatewayKeys, at: number, graceMs: number) =>
  inOrder(list)
    .filter(({ until }) => until === null || until + graceMs > at)
    .map(({ key }) => key)
