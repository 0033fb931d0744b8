import { randomBytes } from 'node:crypto'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { importJWK } from 'jose'
import { z } from 'zod'
import { exists } from '../../basics/files.ts'
import type { TotemConfig } from '../../contract/config.ts'
import { sealing } from '../../contract/gateway.ts'
import { err, ok, type Result } from '../../contract/result.ts'
import type { Journal } from '../journal/journal.ts'
import type { Queue } from '../queue/queue.ts'
import type { NamedKey, OutcomeKeys } from '../queue/sealing.ts'
import type { KeyFailure } from './failure.ts'
import { type KeyProtector, openProtector } from './protector.ts'
import type { TpmFailure } from './tpm.ts'

/** The part of a totem's configuration that names its private keys. */
export type KeyPlaces = Pick<TotemConfig, 'dataDir' | 'gateway' | 'outcomeKeys' | 'verification' | 'keyProtection'>

/** A totem's private keys, in the clear; only main's memory has them so. */
export interface TotemKeys {
  /** PEM; the gateway knows the totem by it. */
  tls: string
  /** Opens outcomes. */
  outcome: OutcomeKeys
  /** Signs the code on printed papers; null: papers carry no code. */
  verification: NamedKey | null
  /** Makes the references by which waiting outcomes find their person (`holderReference`); null before it was made. */
  holder: Uint8Array | null
}

const HOLDER_KEY_BYTES = 32
const EXTENSION = '.jwk.json'

/**
 * Opens all private keys of a totem, which must not start without each of them. Changes nothing, so the command line
 * may ask beside a running totem. It asks the TPM once, which takes some 0.2 s.
 */
export async function loadTotemKeys(config: KeyPlaces): Promise<Result<TotemKeys, KeyFailure | TpmFailure>> {
  const protector = await openProtector(config.keyProtection)
  if (!protector.ok) return protector
  const { read } = protector.value

  const tls = await read(config.gateway.key)
  if (!tls.ok) return tls
  const outcome = await outcomeKeys(config, protector.value)
  if (!outcome.ok) return outcome
  const { verification } = config
  const signs = verification ? await readJwk(verification.key, protector.value, 'ES256') : ok(null)
  if (!signs.ok) return signs
  const holder = await holderKey(holderFile(config), protector.value)
  if (!holder.ok) return holder
  return ok({
    tls: tls.value.toString(),
    outcome: new Map(outcome.value.map(({ key }) => [key.kid, key])),
    verification: signs.value,
    holder: holder.value,
  })
}

/**
 * The same for the totem itself, which makes its holder key when there is none. A totem that has recorded requests had
 * one, and the new key does not know the people who wait for them: the log says so before anything is written.
 */
export async function openTotemKeys(
  config: KeyPlaces,
  { queue, journal }: { queue: Pick<Queue, 'list' | 'depth'>; journal: Pick<Journal, 'record'> },
): Promise<Result<TotemKeys & { holder: Uint8Array }, KeyFailure | TpmFailure>> {
  const loaded = await loadTotemKeys(config)
  if (!loaded.ok) return loaded
  const { holder: found } = loaded.value
  if (found) return ok({ ...loaded.value, holder: found })
  const protector = await openProtector(config.keyProtection)
  if (!protector.ok) return protector
  if (queue.list({ limit: 1 }).length > 0) {
    const { queued, submitted, waiting, aside } = queue.depth()
    journal.record('keys.holder-remade', { open: queued + submitted + waiting + aside })
  }
  const holder = randomBytes(HOLDER_KEY_BYTES)
  await protector.value.write(holderFile(config), holder)
  return ok({ ...loaded.value, holder })
}

/** Every file that holds a private key; the holder key's once it was made. */
export async function keyFiles(config: KeyPlaces): Promise<string[]> {
  const { verification } = config
  const holder = holderFile(config)
  return [
    config.gateway.key,
    ...(await outcomeKeyFiles(config)),
    ...(verification ? [verification.key] : []),
    ...((await exists(holder)) ? [holder] : []),
  ]
}

/** A file that one user writes is for that user only, so the totem's user changes the totem's keys. */
export async function ownedByOther({ gateway: { key: file } }: KeyPlaces) {
  const owner = await stat(file).catch(() => null)
  return owner && owner.uid !== process.getuid?.() ? err({ kind: 'not-owner' as const, file }) : null
}

const holderFile = ({ dataDir }: KeyPlaces) => join(dataDir, 'holder.key')

export const outcomeKeyFile = ({ outcomeKeys: folder }: KeyPlaces, kid: string) => join(folder, `${kid}${EXTENSION}`)

/** Empty when there is no such folder. */
async function outcomeKeyFiles({ outcomeKeys: folder }: KeyPlaces): Promise<string[]> {
  const names = await readdir(folder).catch(() => [])
  return names.filter((name) => name.endsWith(EXTENSION)).map((name) => join(folder, name))
}

/** `iat`: when the key was made, in seconds; a provisioned key may lack it. */
export type DatedKey = NamedKey & { iat?: number }

/** The keys that open outcomes, each with its file; at least one. */
export async function outcomeKeys(
  config: KeyPlaces,
  protector: KeyProtector,
): Promise<Result<{ file: string; key: DatedKey }[], KeyFailure>> {
  const keys: { file: string; key: DatedKey }[] = []
  for (const file of await outcomeKeyFiles(config)) {
    const key = await readJwk(file, protector, sealing.alg)
    if (!key.ok) return key
    keys.push({ file, key: key.value })
  }
  return keys.length > 0 ? ok(keys) : err({ kind: 'key-missing', file: config.outcomeKeys })
}

const privateJwk = z.looseObject({
  kty: z.literal('EC'),
  crv: z.literal('P-256'),
  kid: z.string().min(1),
  x: z.string(),
  y: z.string(),
  d: z.string(),
  iat: z.number().int().optional(),
})

async function readJwk(
  file: string,
  { read }: KeyProtector,
  alg: 'ES256' | typeof sealing.alg,
): Promise<Result<DatedKey, KeyFailure>> {
  const content = await read(file)
  if (!content.ok) return content
  try {
    const { kty, crv, kid, x, y, d, iat } = privateJwk.parse(JSON.parse(content.value.toString()))
    const key = { kty, crv, kid, x, y, d, ...(iat !== undefined && { iat }) }
    // The import fails unless the key is a point of the curve and its own private half.
    await importJWK(key, alg)
    return ok(key)
  } catch {
    // The errors' messages quote the content.
    return err({ kind: 'key-malformed', file })
  }
}

async function holderKey(file: string, { read }: KeyProtector): Promise<Result<Uint8Array | null, KeyFailure>> {
  const found = await read(file)
  if (!found.ok) return found.error.kind === 'key-missing' ? ok(null) : found
  return found.value.length === HOLDER_KEY_BYTES ? found : err({ kind: 'key-damaged', file })
}
