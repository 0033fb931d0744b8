import { createHash, createPublicKey } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { contentOf, writeWhole } from '../../basics/files.ts'
import { jsonOf } from '../../basics/json.ts'
import { QUOTED_PCRS, type Quote, type TpmKeys } from '../../contract/enrolment.ts'
import { base64 } from '../../contract/identity.ts'
import { err, ok, type Result } from '../../contract/result.ts'
import { openTpmTools, type SealedSecret, type TpmFailure, type TpmTools } from '../keys/tpm.ts'

/** A discrete TPM looks for the primes of its endorsement key anew each time. */
const TIMEOUT_MS = 120_000
/** Where a maker leaves the certificate of the RSA endorsement key (TCG EK Credential Profile, 2.2.1.4). */
const EK_CERTIFICATE = '0x1c00002'
const PCRS = `sha256:${QUOTED_PCRS.join()}`
/** Signs what this TPM itself states and nothing else; born in it. */
const ATTESTATION = 'fixedtpm|fixedparent|sensitivedataorigin|userwithauth|restricted|sign|noda'

const ecc = ['-G', 'ecc256:ecdsa-sha256:null', '-a', ATTESTATION]
/** What the TPM gives out of its key for statements: nothing in it is secret, and no other TPM takes it. */
const akFile = z.strictObject({ public: base64, private: base64 })
type Ak = { public: Buffer; private: Buffer }

/** The machine's TPM, as the gateway's registrar gets to know it. */
export interface TpmMachine {
  /** `kek`: the sealed key under which the totem's files lie. */
  show(kek: SealedSecret): Promise<Result<TpmKeys, TpmFailure>>
  /** Opens what the registrar has sealed to this TPM, and quotes. `tpm-other`: it is sealed to another one. */
  prove(
    credential: { blob: string; secret: string },
    digest: Buffer,
  ): Promise<Result<{ secret: Buffer; quote: Quote }, TpmFailure>>
  /** States the registers, with this digest. */
  quote(digest: Buffer): Promise<Result<Quote, TpmFailure>>
}

/** `file`: where the TPM's key for statements lies; it is made when there is none, or none that this TPM takes. */
export function openTpmMachine(tcti: string, file: string): TpmMachine {
  const tools = openTpmTools(tcti, TIMEOUT_MS)
  const { tool, underPrimary } = tools

  /** Loads the key into the folder as `ak`. */
  async function withAk(folder: string): Promise<Result<Ak, TpmFailure>> {
    const at = (name: string) => join(folder, name)
    const kept = akFile.safeParse(jsonOf((await contentOf(file)) ?? ''))
    if (kept.success) {
      const ak = { public: Buffer.from(kept.data.public, 'base64'), private: Buffer.from(kept.data.private, 'base64') }
      await writeFile(at('ak.public'), ak.public)
      await writeFile(at('ak.private'), ak.private)
      const loaded = await load(at, 'ak')
      return loaded.ok ? ok(ak) : loaded
    }
    const object = ['-C', at('primary'), '-u', at('ak.public'), '-r', at('ak.private')]
    const made = await tool('tpm2_create', ['-Q', ...object, ...ecc])
    if (!made.ok) return made
    const ak = { public: await readFile(at('ak.public')), private: await readFile(at('ak.private')) }
    const text = { public: ak.public.toString('base64'), private: ak.private.toString('base64') }
    await writeWhole(file, `${JSON.stringify(text)}\n`)
    const loaded = await load(at, 'ak')
    return loaded.ok ? ok(ak) : loaded
  }

  const load = (at: (name: string) => string, name: string) =>
    tool('tpm2_load', [
      ...['-Q', '-C', at('primary'), '-u', at(`${name}.public`), '-r', at(`${name}.private`), '-c', at(name)],
    ])

  async function open(at: (name: string) => string, credential: Buffer): Promise<Result<Buffer, TpmFailure>> {
    const ek = await endorsementKey(tools, at('ek'), at('ek.public'))
    if (!ek.ok) return ek
    await writeFile(at('credential'), credential)
    // The endorsement key opens only for who may use its hierarchy (TCG's default template).
    const session = await tool('tpm2_startauthsession', ['--policy-session', '-S', at('session')])
    if (!session.ok) return session
    try {
      const allowed = await tool('tpm2_policysecret', ['-Q', '-S', at('session'), '-c', 'e'])
      if (!allowed.ok) return allowed
      const opened = await tool('tpm2_activatecredential', [
        ...['-Q', '-c', at('ak'), '-C', at('ek'), '-i', at('credential'), '-o', at('opened')],
        ...['-P', `session:${at('session')}`],
      ])
      return opened.ok ? ok(await readFile(at('opened'))) : err({ ...opened.error, kind: otherThan(opened.error) })
    } finally {
      await tool('tpm2_flushcontext', [at('session')])
    }
  }

  async function quote(at: (name: string) => string, digest: Buffer): Promise<Result<Quote, TpmFailure>> {
    const stated = await tool('tpm2_quote', [
      ...['-Q', '-c', at('ak'), '-l', PCRS, '-q', digest.toString('hex'), '-g', 'sha256'],
      ...['-m', at('attest'), '-s', at('signature'), '-f', 'plain', '-o', at('values'), '-F', 'values'],
    ])
    if (!stated.ok) return stated
    const read = async (name: string) => (await readFile(at(name))).toString('base64')
    return ok({ attest: await read('attest'), signature: await read('signature'), values: await read('values') })
  }

  return {
    show: (kek) =>
      underPrimary(async (folder) => {
        const at = (name: string) => join(folder, name)
        const ak = await withAk(folder)
        if (!ak.ok) return ak
        await writeFile(at('kek.public'), kek.public)
        await writeFile(at('kek.private'), kek.private)
        const loaded = await load(at, 'kek')
        if (!loaded.ok) return loaded
        const certified = await tool('tpm2_certify', [
          ...['-Q', '-c', at('kek'), '-C', at('ak'), '-g', 'sha256', '-f', 'plain'],
          ...['-o', at('attest'), '-s', at('signature')],
        ])
        if (!certified.ok) return certified
        const ek = await endorsementKey(tools, at('ek'), at('ek.public'))
        if (!ek.ok) return ek
        const certificate = await tool('tpm2_nvread', ['-C', 'o', EK_CERTIFICATE])
        const read = async (name: string) => (await readFile(at(name))).toString('base64')
        return ok({
          kind: 'tpm',
          ek: await read('ek.public'),
          ekCertificate: certificate.ok ? derIn(certificate.value) : null,
          ak: ak.value.public.toString('base64'),
          kek: kek.public.toString('base64'),
          certified: { attest: await read('attest'), signature: await read('signature') },
        })
      }),
    prove: ({ blob, secret }, digest) =>
      underPrimary(async (folder) => {
        const ak = await withAk(folder)
        if (!ak.ok) return ak
        const opened = await open((name) => join(folder, name), credentialFile(blob, secret))
        if (!opened.ok) return opened
        const quoted = await quote((name) => join(folder, name), digest)
        return quoted.ok ? ok({ secret: opened.value, quote: quoted.value }) : quoted
      }),
    quote: (digest) =>
      underPrimary(async (folder) => {
        const ak = await withAk(folder)
        return ak.ok ? quote((name) => join(folder, name), digest) : ak
      }),
  }
}

/** The digest by which an operator names this machine in an order: SHA-256 of its endorsement key (DER), hexadecimal. */
export async function machineId(tcti: string): Promise<Result<string, TpmFailure>> {
  const tools = openTpmTools(tcti, TIMEOUT_MS)
  return tools.underPrimary(async (folder) => {
    const made = await endorsementKey(tools, join(folder, 'ek'), join(folder, 'ek.pem'), ['-f', 'pem'])
    if (!made.ok) return made
    const spki = createPublicKey(await readFile(join(folder, 'ek.pem'))).export({ type: 'spki', format: 'der' })
    return ok(createHash('sha256').update(spki).digest('hex'))
  })
}

const endorsementKey = ({ tool }: TpmTools, context: string, file: string, form: string[] = []) =>
  tool('tpm2_createek', ['-Q', '-c', context, '-G', 'rsa', '-u', file, ...form])

/** A wrong credential is told by an integrity error, or by one about a value or size. */
const otherThan = ({ kind }: TpmFailure): TpmFailure['kind'] => (kind === 'tpm-failed' ? 'tpm-other' : kind)

/** tpm2_activatecredential reads a header of its own, and both parts with their lengths. */
function credentialFile(blob: string, secret: string): Buffer {
  const sized = (text: string) => {
    const bytes = Buffer.from(text, 'base64')
    const length = Buffer.alloc(2)
    length.writeUInt16BE(bytes.length)
    return Buffer.concat([length, bytes])
  }
  return Buffer.concat([Buffer.from('badcc0de00000001', 'hex'), sized(blob), sized(secret)])
}

/** A maker's place may be longer than the certificate in it. */
function derIn(bytes: Buffer): string | null {
  if (bytes[0] !== 0x30 || bytes[1] !== 0x82) return null
  const length = 4 + bytes.readUInt16BE(2)
  return bytes.length < length ? null : bytes.subarray(0, length).toString('base64')
}
