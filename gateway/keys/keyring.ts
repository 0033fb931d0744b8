import { createPrivateKey, type KeyObject } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CompactSign, type CryptoKey, importJWK, type JWK } from 'jose'
import type { Logger } from 'pino'
import { type Clock, DAY_MS, MINUTE_MS } from '../../basics/time.ts'
import { COMMAND_TYP, type Command } from '../../contract/command.ts'
import { sealing } from '../../contract/gateway.ts'
import type { GatewayKeys } from '../../contract/gateway-keys.ts'
import { err, ok, type Result } from '../../contract/result.ts'
import { type GatewayKeysRefusal, sealingKeysUsed, verifyGatewayKeys } from '../../trust/gateway-keys.ts'
import type { SealingKeys } from '../sealing/sealing.ts'
import { secretIn } from '../settings/secret.ts'
import { createEndTeller, type Validity, validityOf } from './list-ends.ts'

/** New keys and lists count after this time at the latest. */
const LOOK_EVERY_MS = MINUTE_MS
/**
 * A key stays so long after its successor began: a totem without a line hears of the successor up to 30 days late, and
 * seals requests that wait for 30 more.
 */
const GRACE_MS = 60 * DAY_MS

/** The gateway's private keys that are in force, and the signed list of their public halves. */
export interface Keyring {
  /** The keys that open requests: always the same map, whose content changes as keys come and go. */
  readonly sealing: SealingKeys
  /** For totems (`GET /v1/keys`). */
  readonly list: string
  /** When the list ends. */
  readonly ends: Date
  validity(): Validity
  /** Public halves of the keys that have ever signed anchors. */
  readonly anchors: GatewayKeys['anchor']
  /** What the gateway vouches for (anchors of sync logs, assignments of releases) as a compact JWS of this `typ`, by the newest anchor key. */
  sign(typ: string, payload: object): Promise<string>
  /** A command to a totem, by the newest key for commands, which signs nothing else; null: this gateway has none. */
  readonly signCommand: ((payload: Command) => Promise<string>) | null
  /** Takes up what has changed; runs by itself every minute. */
  look(): Promise<void>
  stop(): Promise<void>
}

type Unusable =
  | GatewayKeysRefusal
  | { kind: 'keys-unreadable' | 'key-open-to-others' | 'key-malformed' | 'sealing-key-missing' | 'anchor-key-missing' }

interface Ring {
  jws: string
  list: GatewayKeys
  sealing: Map<string, KeyObject>
  anchor: Signer
  command: Signer | null
}
interface Signer {
  kid: string
  key: CryptoKey
}

/**
 * Opens the list, signed by `listKey` (public JWK), and the folder of private keys (`*.jwk.json`, `use` "enc" or
 * "sig"). A key counts when both the list and the folder have it. A list that names a sealing key without its private
 * half is neither used nor handed out: nobody could open what totems would seal to it. So an operator puts new keys
 * first, then the list.
 */
export async function openKeyring(
  config: { folder: string; list: string; listKey: string },
  { now, log }: { now: Clock; log: Logger },
): Promise<Result<Keyring, Unusable>> {
  const opened = await readRing(config, now)
  if (!opened.ok) return opened
  let ring = opened.value
  const inUse = new Map(ring.sealing)
  const tellEnd = createEndTeller('keys.list', { now, log })
  tellMissing()
  tellEnd(ring.list)

  /**
   * A missing key of the past costs only the requests that were sealed to it, so the gateway goes on and the log tells
   * the operator.
   */
  function tellMissing(): void {
    for (const { kid } of sealingKeysUsed(ring.list, +now(), GRACE_MS)) {
      if (!inUse.has(kid)) log.error({ kind: 'sealing-key-missing', kid })
    }
    if (ring.list.command && !ring.command) log.error({ kind: 'command-key-missing' })
  }

  async function lookOnce(): Promise<void> {
    const next = await readRing(config, now)
    if (!next.ok) return log.error({ kind: next.error.kind })
    const { sequence } = next.value.list
    if (sequence < ring.list.sequence || (sequence === ring.list.sequence && next.value.jws !== ring.jws)) {
      return log.error({ kind: 'keys-not-newer', sequence })
    }
    const { jws, sealing: found } = next.value
    const changed = jws !== ring.jws || found.size !== inUse.size || [...found.keys()].some((kid) => !inUse.has(kid))
    ring = next.value
    if (!changed) return
    for (const [kid, key] of found) inUse.set(kid, key)
    for (const kid of inUse.keys()) if (!found.has(kid)) inUse.delete(kid)
    log.info({ kind: 'keys-taken', sequence, sealing: [...inUse.keys()], anchor: ring.anchor.kid })
    tellMissing()
  }
  // One look after the other: the older one must not have the last word.
  let last = Promise.resolve()
  const look = () => {
    last = last.then(lookOnce).then(() => tellEnd(ring.list))
    return last
  }
  const timer = setInterval(look, LOOK_EVERY_MS)

  return ok({
    sealing: inUse,
    get list() {
      return ring.jws
    },
    get ends() {
      return new Date(ring.list.nextUpdate)
    },
    validity: () => validityOf(ring.list),
    get anchors() {
      return ring.list.anchor
    },
    sign: (typ, payload) => signed(ring.anchor, typ, payload),
    get signCommand() {
      const { command } = ring
      return command && ((payload: Command) => signed(command, COMMAND_TYP, payload))
    },
    look,
    async stop() {
      clearInterval(timer)
      await last
    },
  })
}

const signed = ({ kid, key }: Signer, typ: string, payload: object): Promise<string> =>
  new CompactSign(new TextEncoder().encode(JSON.stringify(payload)))
    .setProtectedHeader({ alg: 'ES256', kid, typ })
    .sign(key)

async function readRing(
  { folder, list: listFile, listKey }: { folder: string; list: string; listKey: string },
  now: Clock,
): Promise<Result<Ring, Unusable>> {
  let jws: string
  let signer: JWK
  const texts: string[] = []
  try {
    jws = (await readFile(listFile, 'utf8')).trim()
    signer = JSON.parse(await readFile(listKey, 'utf8')) as JWK
    const names = (await readdir(folder)).filter((name) => name.endsWith('.jwk.json'))
    for (const name of names) {
      const text = await secretIn(join(folder, name))
      if (!text.ok) return text
      texts.push(text.value)
    }
  } catch {
    return err({ kind: 'keys-unreadable' })
  }
  const list = await verifyGatewayKeys(jws, signer)
  if (!list.ok) return list
  const held = await privateKeys(texts)
  if (!held) return err({ kind: 'key-malformed' })

  const sealingKeys = new Map<string, KeyObject>()
  for (const { key } of list.value.sealing) {
    const found = held.get(key.kid)
    if (found?.use === 'enc' && isPairOf(found.jwk, key))
      sealingKeys.set(key.kid, createPrivateKey({ key: found.jwk, format: 'jwk' }))
  }
  if (sealingKeysUsed(list.value, +now(), 0).some(({ kid }) => !sealingKeys.has(kid))) {
    return err({ kind: 'sealing-key-missing' })
  }
  /** The newest of these that the folder has too. */
  const newestOf = (keys: GatewayKeys['anchor']): Signer | null => {
    for (const key of keys.toReversed()) {
      const found = held.get(key.kid)
      if (found?.use === 'sig' && isPairOf(found.jwk, key)) return { kid: key.kid, key: found.key }
    }
    return null
  }
  const anchor = newestOf(list.value.anchor)
  if (!anchor) return err({ kind: 'anchor-key-missing' })
  const command = newestOf(list.value.command ?? [])
  return ok({ jws, list: list.value, sealing: sealingKeys, anchor, command })
}

const isPairOf = (one: JWK, other: JWK) => one.x === other.x && one.y === other.y

/** By kid; null when a file holds no such key, for instance because it is only half copied yet. */
async function privateKeys(texts: string[]) {
  try {
    const keys = await Promise.all(
      texts.map(async (text) => {
        const jwk = JSON.parse(text) as JWK
        const key = await importJWK(jwk, jwk.use === 'sig' ? 'ES256' : sealing.alg)
        if (key instanceof Uint8Array || key.type !== 'private') throw new Error('not a private key')
        return [jwk.kid ?? '', { jwk, key, use: jwk.use }] as const
      }),
    )
    return new Map(keys)
  } catch {
    return null
  }
}
