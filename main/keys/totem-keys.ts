import { createPrivateKey, randomBytes } from 'node:crypto'
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
import type { NamedKey } from '../queue/sealing.ts'
import type { KeyFailure } from './failure.ts'
import { type KeyProtector, openProtector } from './protector.ts'
import type { TpmFailure } from './tpm.ts'

/** The part of a totem's configuration that names its private keys. */
export type KeyPlaces = Pick<TotemConfig, 'dataDir' | 'gateway' | 'outcomeKeys' | 'verification' | 'keyProtection'> &
  Partial<Pick<TotemConfig, 'service'>>

/** A totem's private keys, in the clear; only main's memory has them so. */
export interface TotemKeys {
  /** PEM; the gateway knows the totem by it. */
  tls: string
  /** Opens outcomes. */
  outcome: Map<string, NamedKey>
  /** Signs the code on printed papers; null: papers carry no code. */
  verification: NamedKey | null
  /** Makes the references by which waiting outcomes find their person (`holderReference`); null before it was made. */
  holder: Uint8Array | null
  /** Makes the codes of the day of technicians; null: this totem has none. */
  service: Uint8Array | null
}

const SECRET_BYTES = 32
const EXTENSION = '.jwk.json'

/** One file of a private key, and whether the totem can use it. */
export interface FoundKey {
  use: 'tls' | 'outcome' | 'verification' | 'holder' | 'service'
  file: string
  failure: KeyFailure | TpmFailure | null
  /** Of an outcome or verification key that opened. */
  key: DatedKey | null
  /** Of the others. */
  content: Buffer | null
}

/**
 * Opens and reads every private key of a totem: what the totem itself, `npx totem keys status` and the readiness report
 * know of them. Changes nothing, so the command line may ask beside a running totem. It asks the TPM once, which takes
 * some 0.2 s.
 */
export async function inspectTotemKeys(config: KeyPlaces): Promise<FoundKey[]> {
  const protector = await openProtector(config.keyProtection)
  const { verification, service } = config
  const outcome = await outcomeKeyFiles(config)
  const found: FoundKey[] = [await look('tls', config.gateway.key, readPem)]
  for (const file of outcome) found.push(await look('outcome', file, (at, by) => readJwk(at, by, sealing.alg)))
  if (outcome.length === 0) found.push(await look('outcome', config.outcomeKeys, async (file) => missing(file)))
  if (verification) found.push(await look('verification', verification.key, (at, by) => readJwk(at, by, 'ES256')))
  if (await exists(holderFile(config))) found.push(await look('holder', holderFile(config), readSecret))
  if (service) found.push(await look('service', service.secret, readSecret))
  return found

  async function look(
    use: FoundKey['use'],
    file: string,
    read: (file: string, by: KeyProtector) => Promise<Result<DatedKey | Buffer, KeyFailure>>,
  ): Promise<FoundKey> {
    const opened = protector.ok ? await read(file, protector.value) : protector
    if (!opened.ok) return { use, file, failure: opened.error, key: null, content: null }
    const isBytes = Buffer.isBuffer(opened.value)
    return {
      ...{ use, file, failure: null },
      key: isBytes ? null : (opened.value as DatedKey),
      content: isBytes ? (opened.value as Buffer) : null,
    }
  }
}

/** Opens all private keys of a totem, which must not start without each of them. */
export async function loadTotemKeys(config: KeyPlaces): Promise<Result<TotemKeys, KeyFailure | TpmFailure>> {
  const found = await inspectTotemKeys(config)
  // Without codes for technicians it serves citizens all the same.
  const failure = found.find((one) => one.failure && one.use !== 'service')?.failure
  if (failure) return err(failure)
  const of = (use: FoundKey['use']) => found.filter((one) => one.use === use)
  return ok({
    tls: of('tls')[0]?.content?.toString() ?? '',
    outcome: new Map(of('outcome').flatMap(({ key }) => (key ? [[key.kid, key] as const] : []))),
    verification: of('verification')[0]?.key ?? null,
    holder: of('holder')[0]?.content ?? null,
    service: of('service')[0]?.content ?? null,
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
  const holder = randomBytes(SECRET_BYTES)
  await protector.value.write(holderFile(config), holder)
  return ok({ ...loaded.value, holder })
}

/** Every file that holds a private key, of those that are there: the totem makes its holder key at its first start. */
export async function keyFiles(config: KeyPlaces): Promise<string[]> {
  const { gateway, verification, service } = config
  const outcome = await outcomeKeyFiles(config)
  const files: string[] = []
  const named = [...(verification ? [verification.key] : []), ...(service ? [service.secret] : [])]
  for (const file of [gateway.key, ...outcome, ...named, holderFile(config)]) if (await exists(file)) files.push(file)
  return files
}

/**
 * A file that one user writes is for that user only, so the totem's user changes the totem's files. Whatever there is of
 * data folder, keys and their folders says who that is.
 */
export async function ownedByOther({ dataDir, gateway, outcomeKeys }: KeyPlaces) {
  for (const file of [gateway.key, dataDir, outcomeKeys]) {
    const owner = await stat(file).catch(() => null)
    if (owner && owner.uid !== process.getuid?.()) return err({ kind: 'not-owner' as const, file })
  }
  return null
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

const missing = (file: string) => err({ kind: 'key-missing' as const, file })

async function readPem(file: string, { read }: KeyProtector): Promise<Result<Buffer, KeyFailure>> {
  const found = await read(file)
  if (!found.ok) return found
  try {
    createPrivateKey(found.value)
    return found
  } catch {
    return err({ kind: 'key-malformed', file })
  }
}

async function readSecret(file: string, { read }: KeyProtector): Promise<Result<Buffer, KeyFailure>> {
  const found = await read(file)
  return !found.ok || found.value.length === SECRET_BYTES ? found : err({ kind: 'key-damaged', file })
}
