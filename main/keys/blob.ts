import { createHash, randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { exists, writeWhole } from '../../basics/files.ts'
import { jsonOf } from '../../basics/json.ts'
import { base64 } from '../../contract/identity.ts'
import { err, ok, type Result } from '../../contract/result.ts'
import type { KeyFailure } from './failure.ts'
import { openTpm, type SealedSecret, type TpmFailure } from './tpm.ts'

const KEK_BYTES = 32

/** The digest covers `public` and `private`: the TPM alone cannot tell a damaged blob from another machine's. */
const blobFile = z.strictObject({
  public: base64,
  private: base64,
  pcrs: z
    .string()
    .regex(/^sha256:\d{1,2}(,\d{1,2})*$/)
    .nullable(),
  sha256: z.string(),
})

/** Reads a totem's key-encryption key as its TPM has sealed it. */
export async function readBlob(file: string): Promise<Result<SealedSecret, KeyFailure>> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (failure) {
    const absent = (failure as NodeJS.ErrnoException).code === 'ENOENT'
    return err({ kind: absent ? 'blob-missing' : 'key-unreadable', file })
  }
  const blob = blobFile.safeParse(jsonOf(text))
  if (!blob.success) return err({ kind: 'blob-damaged', file })
  const sealed = {
    public: Buffer.from(blob.data.public, 'base64'),
    private: Buffer.from(blob.data.private, 'base64'),
    pcrs: blob.data.pcrs,
  }
  return digestOf(sealed) === blob.data.sha256 ? ok(sealed) : err({ kind: 'blob-damaged', file })
}

/** Has the TPM seal a new key-encryption key, and checks that the TPM gives it back, before it is on the disk. */
export async function makeBlob(
  { tcti, blob: file }: { tcti: string; blob: string },
  pcrs: string | null,
): Promise<Result<null, KeyFailure | TpmFailure>> {
  const tpm = openTpm(tcti)
  const secret = randomBytes(KEK_BYTES)
  try {
    if (await exists(file)) throw new Error('a key-encryption key is never replaced')
    const sealed = await tpm.seal(secret, pcrs)
    if (!sealed.ok) return sealed
    const back = await tpm.unseal(sealed.value)
    if (!back.ok) return back
    if (!back.value.equals(secret)) return err({ kind: 'tpm-failed', detail: 'another secret came back' })
    back.value.fill(0)
    const text = {
      public: sealed.value.public.toString('base64'),
      private: sealed.value.private.toString('base64'),
      pcrs,
      sha256: digestOf(sealed.value),
    }
    await writeWhole(file, `${JSON.stringify(text)}\n`)
    return ok(null)
  } finally {
    secret.fill(0)
  }
}

const digestOf = (sealed: SealedSecret) =>
  createHash('sha256').update(sealed.public).update(sealed.private).digest('hex')
