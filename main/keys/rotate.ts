import { decodeProtectedHeader, type JWK } from 'jose'
import type { OutcomeKeyHeld } from '../../contract/gateway-keys.ts'
import { err, ok, type Result } from '../../contract/result.ts'
import type { QueueReader } from '../queue/queue.ts'
import type { KeyFailure } from './failure.ts'
import { newJwkPair } from './jwk-pair.ts'
import { erase } from './protect.ts'
import { openProtector } from './protector.ts'
import { type DatedKey, type KeyPlaces, outcomeKeyFile, outcomeKeys, ownedByOther } from './totem-keys.ts'
import type { TpmFailure } from './tpm.ts'

/** `waiting`: outcomes in the inbox that only this key opens. `made`: in ms; null when the key came by provisioning. */
export interface OutcomeKey {
  kid: string
  /** The public point. */
  x: string
  y: string
  file: string
  made: number | null
  newest: boolean
  waiting: number
}

type NotOpened = KeyFailure | TpmFailure
export type NotRetired =
  | NotOpened
  | {
      kind: 'key-unknown' | 'key-newest' | 'key-sealed-to' | 'gateway-holds-other' | 'key-needed' | 'requests-under-way'
    }

/** The keys that open outcomes, oldest first. */
export async function outcomeKeysOf(
  config: KeyPlaces,
  queue: Pick<QueueReader, 'get' | 'list'>,
): Promise<Result<OutcomeKey[], NotOpened>> {
  const protector = await openProtector(config.keyProtection)
  if (!protector.ok) return protector
  const keys = await outcomeKeys(config, protector.value)
  if (!keys.ok) return keys
  const waiting = waitingFor(queue)
  const sorted = keys.value.toSorted((a, b) => (madeAt(a.key) ?? 0) - (madeAt(b.key) ?? 0))
  return ok(
    sorted.map(({ key, file }, place) => ({
      ...{ kid: key.kid, x: String(key.x), y: String(key.y) },
      file,
      made: madeAt(key),
      newest: place === sorted.length - 1,
      waiting: waiting.get(key.kid) ?? 0,
    })),
  )
}

/** A pair for outcomes; the private half says when it was made. */
export async function newOutcomeKey(now: number) {
  const pair = await newJwkPair('enc')
  return { ...pair, private: { ...pair.private, iat: Math.floor(now / 1_000) } }
}

/**
 * Makes a new key for outcomes, beside the existing ones, and answers its public half. Restart the totem before the
 * gateway gets that half: from then on it seals to the new key.
 */
export async function makeOutcomeKey(config: KeyPlaces, now: number): Promise<Result<JWK, NotOpened>> {
  const foreign = await ownedByOther(config)
  if (foreign) return foreign
  const protector = await openProtector(config.keyProtection)
  if (!protector.ok) return protector
  const { private: key, public: shared } = await newOutcomeKey(now)
  await protector.value.write(outcomeKeyFile(config, key.kid), Buffer.from(`${JSON.stringify(key)}\n`))
  return ok(shared)
}

/**
 * Erases a key that nothing waits for any more. Refused for the newest key, for one that an outcome here needs, and
 * while the outcome of a request is still to come, which the gateway may have sealed to it. `held`: the key that the
 * gateway seals to. It must be another one of this totem's, or the totem could open no outcome any more.
 */
export async function retireOutcomeKey(
  config: KeyPlaces,
  kid: string,
  queue: Pick<QueueReader, 'get' | 'list' | 'depth'>,
  held: OutcomeKeyHeld,
): Promise<Result<null, NotRetired>> {
  const foreign = await ownedByOther(config)
  if (foreign) return foreign
  const keys = await outcomeKeysOf(config, queue)
  if (!keys.ok) return keys
  const key = keys.value.find((known) => known.kid === kid)
  if (!key) return err({ kind: 'key-unknown' })
  if (key.newest) return err({ kind: 'key-newest' })
  const sealedTo = keys.value.find((one) => opens(one, held))
  if (!sealedTo) return err({ kind: 'gateway-holds-other' })
  if (sealedTo === key) return err({ kind: 'key-sealed-to' })
  if (key.waiting > 0) return err({ kind: 'key-needed' })
  const { queued, submitted, aside } = queue.depth()
  if (queued + submitted + aside > 0) return err({ kind: 'requests-under-way' })
  await erase(key.file)
  return ok(null)
}

/** True when this key opens what is sealed to `held`: the same name is not enough, nor the same key of another name. */
export const opens = (key: Pick<OutcomeKey, 'kid' | 'x' | 'y'>, held: OutcomeKeyHeld): boolean =>
  key.kid === held.kid && key.x === held.x && key.y === held.y

const madeAt = ({ iat }: DatedKey): number | null => (iat === undefined ? null : iat * 1_000)

const PAGE = 500

/** Counts the outcomes of the inbox that are sealed to each key. */
function waitingFor(queue: Pick<QueueReader, 'get' | 'list'>): Map<string, number> {
  const counts = new Map<string, number>()
  for (let after = 0, page: ReturnType<QueueReader['list']>; ; after = page.at(-1)?.seq ?? 0) {
    page = queue.list({ after, limit: PAGE, states: ['issued'] })
    if (page.length === 0) return counts
    for (const { operation } of page) {
      const found = queue.get(operation)
      const kid = found?.state === 'issued' ? decodeProtectedHeader(found.outcome).kid : undefined
      if (kid) counts.set(kid, (counts.get(kid) ?? 0) + 1)
    }
  }
}
