import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { closedProgram } from '../../basics/program.ts'
import { err, ok, type Result } from '../../contract/result.ts'

/** `detail`: the TPM's response code, or a word for what the tools said. */
export interface TpmFailure {
  kind:
    | 'tpm-tools-missing'
    | 'tpm-absent'
    | 'tpm-no-access'
    | 'tpm-busy'
    | 'tpm-timeout'
    | 'tpm-other'
    | 'tpm-policy'
    | 'tpm-failed'
  detail: string
}

/** A secret that only the TPM that sealed it gives back: TPM2B_PUBLIC and TPM2B_PRIVATE; nothing in it is secret. */
export interface SealedSecret {
  public: Buffer
  private: Buffer
  /**
   * Registers such as "sha256:0,7": the secret is given back only while they are as they were. Null: whatever was
   * booted.
   */
  pcrs: string | null
}

export interface Tpm {
  /** `secret`: at most 128 bytes. */
  seal(secret: Uint8Array, pcrs: string | null): Promise<Result<SealedSecret, TpmFailure>>
  /** `tpm-other`: another TPM sealed it, or this one was cleared since. `tpm-policy`: another system was booted. */
  unseal(sealed: SealedSecret): Promise<Result<Buffer, TpmFailure>>
}

/** A discrete TPM makes a P-256 key in under a second, and may be testing itself after power came. */
const COMMAND_TIMEOUT_MS = 20_000

/**
 * No user authorisation beside a policy: an empty password would stand beside it. No dictionary lock-out: there is no
 * password.
 */
const SEALED = 'fixedtpm|fixedparent|noda'

/**
 * The TPM 2.0 behind `tcti` (such as "device:/dev/tpmrm0"), through tpm2-tools: Node has no maintained binding. The
 * secret goes by stdin and stdout alone; files in the temporary folder are public or encrypted by the TPM.
 *
 * The TPM holds one key-encryption key and not the totem's keys themselves. Electron's BoringSSL takes no provider, so
 * neither TLS nor ECDH could use a key that never leaves the TPM.
 */
export function openTpm(tcti: string, timeoutMs = COMMAND_TIMEOUT_MS): Tpm {
  const { tool, underPrimary } = openTpmTools(tcti, timeoutMs)
  return {
    seal: (secret, pcrs) =>
      underPrimary(async (folder) => {
        const path = (name: string) => join(folder, name)
        const object = ['-C', path('primary'), '-u', path('public'), '-r', path('private')]
        const use = pcrs === null ? ['-a', `${SEALED}|userwithauth`] : ['-a', SEALED, '-L', path('policy')]
        if (pcrs !== null) {
          const policy = await tool('tpm2_createpolicy', ['-Q', '--policy-pcr', '-l', pcrs, '-L', path('policy')])
          if (!policy.ok) return policy
        }
        const created = await tool('tpm2_create', ['-Q', ...object, ...use, '-i', '-'], secret)
        if (!created.ok) return created
        return ok({ public: await readFile(path('public')), private: await readFile(path('private')), pcrs })
      }),
    unseal: (sealed) =>
      underPrimary(async (folder) => {
        const path = (name: string) => join(folder, name)
        await writeFile(path('public'), sealed.public)
        await writeFile(path('private'), sealed.private)
        const object = ['-C', path('primary'), '-u', path('public'), '-r', path('private')]
        const loaded = await tool('tpm2_load', ['-Q', ...object, '-c', path('secret')])
        if (!loaded.ok) return loaded
        const policy = sealed.pcrs === null ? [] : ['-p', `pcr:${sealed.pcrs}`]
        return tool('tpm2_unseal', ['-c', path('secret'), ...policy])
      }),
  }
}

/** The tools of one TPM, for whoever needs more of it than a sealed secret. */
export interface TpmTools {
  /** Runs a tool and answers what it wrote on its standard output. */
  tool(name: string, args: string[], input?: Uint8Array): Promise<Result<Buffer, TpmFailure>>
  /**
   * Runs work that needs the storage primary key, which the TPM makes anew from its own seed, the same each time. Its
   * context lies in the folder as `primary`; the folder goes with the work.
   */
  underPrimary<T>(work: (folder: string) => Promise<Result<T, TpmFailure>>): Promise<Result<T, TpmFailure>>
}

export function openTpmTools(tcti: string, timeoutMs: number): TpmTools {
  const run = (name: string, args: string[], input?: Uint8Array) => runTool(name, args, { tcti, timeoutMs, input })
  /** Without a resource manager a TPM has room for three objects, so objects left in it are flushed first. */
  async function tool(name: string, args: string[], input?: Uint8Array): Promise<Result<Buffer, TpmFailure>> {
    const flushed = await run('tpm2_flushcontext', ['-t'])
    return flushed.ok ? run(name, args, input) : flushed
  }

  async function underPrimary<T>(
    work: (folder: string) => Promise<Result<T, TpmFailure>>,
  ): Promise<Result<T, TpmFailure>> {
    const folder = await mkdtemp(join(tmpdir(), 'totem-tpm-'))
    try {
      const primary = await tool('tpm2_createprimary', ['-Q', '-C', 'o', '-G', 'ecc', '-c', join(folder, 'primary')])
      return primary.ok ? await work(folder) : primary
    } finally {
      await run('tpm2_flushcontext', ['-t'])
      await rm(folder, { recursive: true, force: true })
    }
  }
  return { tool, underPrimary }
}

function runTool(
  name: string,
  args: string[],
  { tcti, timeoutMs, input }: { tcti: string; timeoutMs: number; input: Uint8Array | undefined },
): Promise<Result<Buffer, TpmFailure>> {
  const { PATH = '/usr/bin:/bin' } = process.env
  return new Promise((resolve) => {
    const child = execFile(
      ...closedProgram(name, args),
      {
        encoding: 'buffer',
        timeout: timeoutMs,
        killSignal: 'SIGKILL',
        env: { PATH, LC_ALL: 'C', TPM2TOOLS_TCTI: tcti },
      },
      (failure, stdout, stderr) => resolve(failure ? err(failureOf(failure, stderr.toString())) : ok(stdout)),
    )
    // A tool that ends without reading its input says why in its own error.
    child.stdin?.on('error', () => {})
    child.stdin?.end(input)
  })
}

/** Format-one response codes without the number of parameter, session or handle (TPM 2.0 part 2, 6.6.2). */
const FORMAT_ONE = 0x0bf
const RC_INTEGRITY = 0x09f
const RC_POLICY_FAIL = 0x09d
/** TPM_RC_YIELDED, _CANCELED, _TESTING, _LOCKOUT, _RETRY: the same command may do later. */
const RC_LATER = [0x908, 0x909, 0x90a, 0x921, 0x922]

function failureOf(failure: { code?: unknown; killed?: boolean }, said: string): TpmFailure {
  if (failure.code === 127) return { kind: 'tpm-tools-missing', detail: 'tpm2-tools' }
  if (failure.killed) return { kind: 'tpm-timeout', detail: 'no answer' }
  if (said.includes('Could not load tcti')) {
    if (said.includes('Permission denied')) return { kind: 'tpm-no-access', detail: 'EACCES' }
    if (said.includes('Device or resource busy')) return { kind: 'tpm-busy', detail: 'EBUSY' }
    return { kind: 'tpm-absent', detail: 'tcti' }
  }
  const code = Number(/E\w*sy?s?_\w+\(0x([0-9A-F]+)\)/i.exec(said)?.[1]?.replace(/^/, '0x') ?? Number.NaN)
  const detail = Number.isNaN(code) ? String(failure.code) : `0x${code.toString(16)}`
  if ((code & FORMAT_ONE) === RC_INTEGRITY) return { kind: 'tpm-other', detail }
  if ((code & FORMAT_ONE) === RC_POLICY_FAIL) return { kind: 'tpm-policy', detail }
  return { kind: RC_LATER.includes(code) ? 'tpm-busy' : 'tpm-failed', detail }
}
