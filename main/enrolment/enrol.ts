import { X509Certificate } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { exists, writeWhole } from '../../basics/files.ts'
import { type Clock, DAY_MS } from '../../basics/time.ts'
import { type TotemConfig, totemConfigIn } from '../../contract/config.ts'
import { type EnrolmentRefusal, type KeyKind, type Provision, transcriptOf } from '../../contract/enrolment.ts'
import { err, ok, type Result } from '../../contract/result.ts'
import { openJournal } from '../journal/journal.ts'
import type { KeyFailure } from '../keys/failure.ts'
import type { TpmFailure } from '../keys/tpm.ts'
import type { GatewayFailure } from '../sync/client.ts'
import type { EnrolmentClient } from './client.ts'
import { type MachineKeys, machineKeys, type Places, placesIn } from './keys.ts'
import { type NotProvisioned, openProvision } from './provisioned.ts'

/** The steps of an enrolment, in order; words.ts says each. */
export type EnrolmentStep = 'keys' | 'begin' | 'prove' | 'finish' | 'install'

export type NotEnrolled =
  | { kind: 'enrolment-refused'; reason: EnrolmentRefusal; againS: number | null }
  | { kind: 'already-enrolled'; file: string }
  /** `gateway`: the gateway's time. */
  | { kind: 'clock-wrong'; gateway: Date }
  | { kind: 'not-written'; reason: string; file: string }
  | { kind: 'configuration-malformed'; faults: string[] }
  | Exclude<GatewayFailure, { kind: 'refused' }>
  | NotProvisioned
  | KeyFailure
  | TpmFailure

export interface EnrolledAs {
  totem: string
  office: string
  key: KeyKind
  config: string
  certificateEnds: string
}

/** A totem's certificate would be told not valid yet, or already ended, and its papers would bear the wrong day. */
const CLOCK_DIFFERS_MS = DAY_MS

/**
 * Makes this machine the totem of the order whose code was typed. It may be cut off at any moment and begun again with the
 * same code: keys that are on the disk are shown again, and the registrar takes the same machine for the same. Nothing
 * counts before `totem.json` has its name, which is the last thing that is written.
 */
export async function enrol({
  code,
  folder,
  dataDir,
  tcti,
  client,
  ca,
  version,
  now,
  onStep,
}: {
  code: string
  folder: string
  dataDir: string
  /** The TPM's address for tpm2-tools; null: a software key. */
  tcti: string | null
  client: Pick<EnrolmentClient, 'begin' | 'finish'>
  /** PEM of the gateway's authority with which the machine came. */
  ca: string
  version: string
  now: Clock
  onStep(step: EnrolmentStep): void
}): Promise<Result<EnrolledAs, NotEnrolled>> {
  const places = placesIn(folder)
  if (await exists(places.config)) return err({ kind: 'already-enrolled', file: places.config })
  try {
    onStep('keys')
    const keys = await machineKeys(places, tcti, +now())
    if (!keys.ok) return keys
    const provided = await askRegistrar(keys.value, { code, client, ca, version, now, onStep })
    if (!provided.ok) return provided
    onStep('install')
    return await install(provided.value, keys.value, { places, dataDir, now })
  } catch (reason) {
    const { code: why, path = folder } = reason as NodeJS.ErrnoException
    if (why === undefined || !['ENOSPC', 'EACCES', 'EROFS', 'EPERM', 'EIO', 'EDQUOT', 'ENOTDIR'].includes(why))
      throw reason
    return err({ kind: 'not-written', reason: why, file: path })
  }
}

/** Everything between the typed code and what the registrar has sealed to this machine. */
export async function askRegistrar(
  keys: MachineKeys,
  {
    code,
    client,
    ca,
    version,
    now,
    onStep,
  }: Pick<Parameters<typeof enrol>[0], 'code' | 'client' | 'ca' | 'version' | 'now' | 'onStep'>,
): Promise<Result<Provision, NotEnrolled>> {
  onStep('begin')
  const begun = await client.begin({ code, version, ...keys.shown })
  if (!begun.ok) return begun
  if (begun.value.state === 'refused') return refused(begun.value)
  const { enrolment, nonce, credential, at } = begun.value
  const gateway = new Date(at)
  if (Math.abs(+gateway - +now()) > CLOCK_DIFFERS_MS) return err({ kind: 'clock-wrong', gateway })
  onStep('prove')
  const proof = await keys.prove(transcriptOf(nonce, keys.shown), credential)
  if (!proof.ok) return proof
  onStep('finish')
  const finished = await client.finish({ enrolment, proof: proof.value })
  if (!finished.ok) return finished
  if (finished.value.state === 'refused') return refused(finished.value)
  const { totem, sealed } = finished.value
  return openProvision(sealed, { totem, outcomeKey: keys.outcome, tlsKey: keys.tls, ca, now: now() })
}

const refused = ({ reason, againS }: { reason: EnrolmentRefusal; againS: number | null }) =>
  err({ kind: 'enrolment-refused' as const, reason, againS })

async function install(
  told: Provision,
  { protection, keep }: MachineKeys,
  { places, dataDir, now }: { places: Places; dataDir: string; now: Clock },
): Promise<Result<EnrolledAs, NotEnrolled>> {
  const text = `${JSON.stringify(configOf(told, protection, places, dataDir), null, 2)}\n`
  // What would not let the totem start is not written.
  const read = totemConfigIn(text)
  if (!read.ok) return read
  await mkdir(join(dataDir, 'trust/crls'), { recursive: true, mode: 0o700 })
  await writeWhole(places.ca, told.ca)
  await writeWhole(places.certificate, told.certificate)
  await writeWhole(places.gatewayKeys, told.gatewayKeys)
  await writeWhole(places.trustList, told.trustList)
  await keep(places.service, Buffer.from(told.serviceSecret, 'base64'))
  await writeWhole(places.listKey, `${JSON.stringify(told.listKey)}\n`)
  if (told.cieKey !== null) await writeWhole(places.cieKey, Buffer.from(told.cieKey, 'base64'))
  const journal = openJournal({ path: join(dataDir, 'journal.db'), totem: told.totem, now: () => +now() })
  if (journal.ok) {
    journal.value.record('enrolment.done', { order: told.order, key: protection.kind })
    journal.value.close()
  }
  await writeWhole(places.config, text)
  const { validTo } = new X509Certificate(told.certificate)
  return ok({
    totem: told.totem,
    office: `${told.office.name} (${told.office.province})`,
    key: protection.kind,
    config: places.config,
    certificateEnds: new Date(validTo).toISOString(),
  })
}

function configOf(
  { totem, office, printer, sound, common, revocation, cieKey }: Provision,
  keyProtection: TotemConfig['keyProtection'],
  places: Places,
  dataDir: string,
): object {
  const { gatewayUrl, enrolmentUrl, verificationPage: page, possession, panel, timings, minFreeBytes } = common
  return {
    ...{ totem, office, dataDir },
    gateway: {
      ...{ url: gatewayUrl, ca: places.ca, certificate: places.certificate, key: places.tls, keys: places.gatewayKeys },
    },
    outcomeKeys: places.outcome,
    verification: { key: places.verification, page },
    keyProtection,
    trust: { list: places.trustList, listKey: places.listKey, revocation, possession },
    cie: cieKey === null ? null : { externalKey: places.cieKey },
    ...{ panel, printer, sound, timings, minFreeBytes },
    enrolment: { url: enrolmentUrl, ak: keyProtection.kind === 'tpm' ? places.ak : null },
    service: { secret: places.service },
    bench: null,
  }
}
