import { createSecretKey } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { CompactEncrypt, compactDecrypt } from 'jose'
import { writeWhole } from '../../basics/files.ts'
import type { TotemConfig } from '../../contract/config.ts'
import { err, ok, type Result } from '../../contract/result.ts'
import { readBlob } from './blob.ts'
import type { KeyFailure } from './failure.ts'
import { openTpm, type TpmFailure } from './tpm.ts'

/** The way in which private keys lie on the disk. */
export interface KeyProtector {
  read(file: string): Promise<Result<Buffer, KeyFailure>>
  /** Writes a key protected; it is on the disk for good when this is done. */
  write(file: string, content: Uint8Array): Promise<void>
}

const OTHERS = 0o077

/**
 * `file`: keys are files of the totem's user, and of nobody else. `tpm`: each file is wrapped (JWE, `dir` with A256GCM,
 * its own name under the seal) with a key-encryption key that only this machine's TPM gives back: a disk alone opens
 * nothing. Without PCRs in the blob a thief of the whole totem can have the TPM open it; bind it to what may be booted.
 */
export async function openProtector(
  protection: TotemConfig['keyProtection'],
): Promise<Result<KeyProtector, KeyFailure | TpmFailure>> {
  if (protection.kind === 'file') return ok(plainFiles)
  const sealed = await readBlob(protection.blob)
  if (!sealed.ok) return sealed
  const secret = await openTpm(protection.tcti).unseal(sealed.value)
  if (!secret.ok) return secret
  return ok(wrappedFiles(secret.value))
}

const plainFiles: KeyProtector = {
  async read(file) {
    const content = await ownFile(file)
    return content.ok && isWrapped(content.value) ? err({ kind: 'key-wrapped', file }) : content
  },
  write: (file, content) => writeWhole(file, content),
}

/** Takes the key-encryption key over: its bytes are overwritten. */
function wrappedFiles(secret: Buffer): KeyProtector {
  const key = createSecretKey(secret)
  secret.fill(0)
  return {
    async read(file) {
      const content = await ownFile(file)
      if (!content.ok) return content
      if (!isWrapped(content.value)) return err({ kind: 'key-not-wrapped', file })
      try {
        const { plaintext, protectedHeader } = await compactDecrypt(content.value.toString('latin1'), key, {
          keyManagementAlgorithms: [WRAPPED.alg],
          contentEncryptionAlgorithms: [WRAPPED.enc],
        })
        const { typ, file: name } = protectedHeader
        if (typ === WRAPPED.typ && name === basename(file)) return ok(Buffer.from(plaintext))
      } catch {
        // Another key or a changed byte: jose throws alike.
      }
      return err({ kind: 'key-damaged', file })
    },
    async write(file, content) {
      const wrapped = await new CompactEncrypt(content)
        .setProtectedHeader({ ...WRAPPED, file: basename(file) })
        .encrypt(key)
      await writeWhole(file, wrapped)
    },
  }
}

const WRAPPED = { alg: 'dir', enc: 'A256GCM', typ: 'totem-key+jwe' } as const
/** A compact JWE of direct encryption begins with `{"` and has an empty second part: no PEM, JWK or random key does. */
export const isWrapped = (content: Buffer) => /^eyJ[\w-]+\.\.[\w-]+\.[\w-]+\.[\w-]+$/.test(content.toString('latin1'))

/** A key that others may read is no secret any more: nobody knows who has read it. */
export async function ownFile(file: string): Promise<Result<Buffer, KeyFailure>> {
  try {
    if (((await stat(file)).mode & OTHERS) !== 0) return err({ kind: 'key-open-to-others', file })
    return ok(await readFile(file))
  } catch (failure) {
    const absent = (failure as NodeJS.ErrnoException).code === 'ENOENT'
    return err({ kind: absent ? 'key-missing' : 'key-unreadable', file })
  }
}
