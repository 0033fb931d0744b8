import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { JWK } from 'jose'
import { contentOf, exists, writeWhole } from '../../basics/files.ts'
import { jsonOf } from '../../basics/json.ts'
import type { TotemConfig } from '../../contract/config.ts'
import type { Beginning, Finishing, PublicPoint } from '../../contract/enrolment.ts'
import { ok, type Result } from '../../contract/result.ts'
import { makeBlob, readBlob } from '../keys/blob.ts'
import { newTlsKey } from '../keys/csr.ts'
import type { KeyFailure } from '../keys/failure.ts'
import { newJwkPair } from '../keys/jwk-pair.ts'
import { type KeyProtector, openProtector } from '../keys/protector.ts'
import { newOutcomeKey } from '../keys/rotate.ts'
import type { TpmFailure } from '../keys/tpm.ts'
import { digestOf, signed } from './proof.ts'
import { openTpmMachine, type TpmMachine } from './tpm-machine.ts'

export type Protection = TotemConfig['keyProtection']

/** Where everything of an enrolled totem lies, below one folder. */
export const placesIn = (folder: string) => {
  const keys = join(folder, 'keys')
  return {
    config: join(folder, 'totem.json'),
    ca: join(folder, 'gateway.pem'),
    certificate: join(folder, 'totem.cert.pem'),
    gatewayKeys: join(folder, 'gateway-keys.jws'),
    trustList: join(folder, 'trust.jws'),
    listKey: join(folder, 'signer.pub.jwk.json'),
    cieKey: join(folder, 'external-key.bin'),
    keys,
    tls: join(keys, 'tls.key.pem'),
    csr: join(keys, 'tls.csr.pem'),
    outcome: join(keys, 'outcome'),
    verification: join(keys, 'verification.jwk.json'),
    kek: join(keys, 'kek.json'),
    ak: join(keys, 'ak.json'),
    service: join(keys, 'service.bin'),
  }
}
export type Places = ReturnType<typeof placesIn>

/** The keys of a machine that is to be a totem, each already on the disk as it is protected. */
export interface MachineKeys {
  protection: Protection
  /** Writes a secret that is not this machine's own, as its keys lie. */
  keep: KeyProtector['write']
  csr: string
  /** PEM. */
  tls: string
  outcome: JWK & { kid: string }
  /** What the registrar gets to see. */
  shown: Pick<Beginning, 'csr' | 'outcome' | 'verification' | 'keys'>
  /** Proves, about this transcript, that the keys are this machine's. */
  prove(
    transcript: string,
    credential: { blob: string; secret: string } | null,
  ): Promise<Result<Finishing['proof'], TpmFailure>>
}

/**
 * Makes what is not there yet, so that a machine whose line or power failed goes on with the keys that it has shown. In a
 * TPM's care no private key ever lies on the disk in the clear.
 */
export async function machineKeys(
  places: Places,
  tcti: string | null,
  now: number,
): Promise<Result<MachineKeys, KeyFailure | TpmFailure>> {
  await mkdir(places.outcome, { recursive: true, mode: 0o700 })
  const protection: Protection = tcti === null ? { kind: 'file' } : { kind: 'tpm', tcti, blob: places.kek }
  if (protection.kind === 'tpm' && !(await exists(places.kek))) {
    const made = await makeBlob(protection, null)
    if (!made.ok) return made
  }
  const protector = await openProtector(protection)
  if (!protector.ok) return protector
  const { read, write } = protector.value

  if (!(await exists(places.csr)) || !(await exists(places.tls))) {
    const { key, request } = await newTlsKey('totem')
    await write(places.tls, Buffer.from(key))
    await writeWhole(places.csr, request)
  }
  const [outcomeFile] = (await readdir(places.outcome)).filter((name) => name.endsWith('.jwk.json'))
  if (outcomeFile === undefined) {
    const { private: key } = await newOutcomeKey(now)
    await write(join(places.outcome, `${key.kid}.jwk.json`), jsonLine(key))
  }
  if (!(await exists(places.verification))) {
    const { private: key } = await newJwkPair('sig')
    // A code has room for eight bytes of the thumbprint (contract/verification.ts).
    await write(places.verification, jsonLine({ ...key, kid: shortName(key.kid) }))
  }

  const tls = await read(places.tls)
  if (!tls.ok) return tls
  const outcome = await jwkIn((await readdir(places.outcome)).filter((name) => name.endsWith('.jwk.json'))[0] ?? '')
  if (!outcome.ok) return outcome
  const verification = await read(places.verification)
  if (!verification.ok) return verification
  const machine = tcti === null ? null : openTpmMachine(tcti, places.ak)
  const csr = (await contentOf(places.csr)) ?? ''
  const keys = await shownBy(machine, places)
  if (!keys.ok) return keys
  const shown = {
    csr,
    outcome: point(outcome.value),
    verification: point(jsonOf(verification.value.toString()) as JWK & { kid: string }),
    keys: keys.value,
  }
  return ok({
    ...{ protection, keep: write, csr, tls: tls.value.toString(), outcome: outcome.value, shown },
    prove: (transcript, credential) => proofOf(machine, tls.value.toString(), transcript, credential),
  })

  async function jwkIn(name: string): Promise<Result<JWK & { kid: string }, KeyFailure>> {
    const content = await read(join(places.outcome, name))
    return content.ok ? ok(jsonOf(content.value.toString()) as JWK & { kid: string }) : content
  }
}

async function shownBy(
  machine: TpmMachine | null,
  { kek }: Places,
): Promise<Result<Beginning['keys'], KeyFailure | TpmFailure>> {
  if (machine === null) return ok({ kind: 'file' })
  const sealed = await readBlob(kek)
  return sealed.ok ? machine.show(sealed.value) : sealed
}

async function proofOf(
  machine: TpmMachine | null,
  tls: string,
  transcript: string,
  credential: { blob: string; secret: string } | null,
): Promise<Result<Finishing['proof'], TpmFailure>> {
  if (machine === null || credential === null) return ok({ kind: 'file', signature: signed(transcript, tls) })
  const proved = await machine.prove(credential, digestOf(transcript))
  if (!proved.ok) return proved
  const { secret, quote } = proved.value
  return ok({ kind: 'tpm', secret: secret.toString('base64'), quote })
}

const shortName = (kid: string) => Buffer.from(kid, 'base64url').subarray(0, 8).toString('base64url')

const point = ({ kid, x = '', y = '' }: JWK & { kid: string }): PublicPoint => ({ kty: 'EC', crv: 'P-256', kid, x, y })

const jsonLine = (value: object) => Buffer.from(`${JSON.stringify(value)}\n`)

/** The keys of a machine without a TPM, on no disk: a fleet's of thousands of totems. */
export async function keysInMemory(now: number): Promise<MachineKeys> {
  const { key: tls, request: csr } = await newTlsKey('totem')
  const { private: outcome } = await newOutcomeKey(now)
  const { private: verification } = await newJwkPair('sig')
  const shown = { csr, outcome: point(outcome), verification: point(verification), keys: { kind: 'file' as const } }
  return {
    ...{ protection: { kind: 'file' }, keep: () => Promise.resolve(), csr, tls, outcome, shown },
    prove: (transcript, credential) => proofOf(null, tls, transcript, credential),
  }
}
