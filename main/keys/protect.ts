import { link, open, rm, stat } from 'node:fs/promises'
import { exists, putInPlace, syncFolderOf } from '../../basics/files.ts'
import { err, ok, type Result } from '../../contract/result.ts'
import { makeBlob } from './blob.ts'
import type { KeyFailure } from './failure.ts'
import { isWrapped, type KeyProtector, openProtector, ownFile } from './protector.ts'
import { type KeyPlaces, keyFiles, ownedByOther } from './totem-keys.ts'
import type { TpmFailure } from './tpm.ts'

export type NotProtected = KeyFailure | TpmFailure | { kind: 'no-tpm-configured' }
export type Protected = { file: string; did: 'wrapped' | 'was-wrapped' }

/** The second name of a plain file, until its wrapped one has been seen to open. */
export const plainOf = (file: string) => `${file}.plain`

/**
 * Wraps a totem's private keys in place, with a key-encryption key that the TPM makes when there is none. It may be cut
 * off at any moment and run again: each key is always on the disk under its own name, plain or wrapped. `pcrs` counts
 * when that key is made.
 *
 * A plain file is overwritten before it is removed, which a flash disk may do elsewhere. So protect a new totem first,
 * and have its keys made then (`npx totem keys rotate`).
 */
export async function protectKeys(config: KeyPlaces, pcrs: string | null): Promise<Result<Protected[], NotProtected>> {
  const { keyProtection } = config
  if (keyProtection.kind !== 'tpm') return err({ kind: 'no-tpm-configured' })
  const foreign = await ownedByOther(config)
  if (foreign) return foreign
  const files = await keyFiles(config)

  if (!(await exists(keyProtection.blob))) {
    // Another key-encryption key would not open what an earlier one has wrapped.
    for (const file of files) {
      const content = await ownFile(file)
      if (!content.ok) return content
      if (isWrapped(content.value)) return err({ kind: 'blob-missing', file: keyProtection.blob })
    }
    const made = await makeBlob(keyProtection, pcrs)
    if (!made.ok) return made
  }
  const protector = await openProtector(keyProtection)
  if (!protector.ok) return protector

  const done: Protected[] = []
  for (const file of files) {
    const one = await protectFile(file, protector.value)
    if (!one.ok) return one
    done.push({ file, did: one.value })
  }
  return ok(done)
}

async function protectFile(file: string, protector: KeyProtector): Promise<Result<Protected['did'], KeyFailure>> {
  const plainFile = plainOf(file)
  const content = await ownFile(file)
  if (!content.ok) return content
  if (isWrapped(content.value)) {
    const opened = await protector.read(file)
    if (opened.ok) {
      await erase(plainFile)
      return ok('was-wrapped')
    }
    // The run was cut off in the middle, and the disk kept only some of it: the plain file is still there.
    if (!(await exists(plainFile))) return opened
    await putInPlace(plainFile, file)
    return protectFile(file, protector)
  }

  // Left by an earlier run that was cut off: this file's second name, or the key that was here before it.
  const leftOver = await stat(plainFile).catch(() => null)
  if (leftOver && leftOver.ino === (await stat(file)).ino) await rm(plainFile)
  else await erase(plainFile)
  await link(file, plainFile)
  await syncFolderOf(file)
  await protector.write(file, content.value)
  const opened = await protector.read(file)
  if (!opened.ok || !opened.value.equals(content.value)) {
    await putInPlace(plainFile, file)
    return opened.ok ? err({ kind: 'key-damaged', file }) : opened
  }
  await erase(plainFile)
  return ok('wrapped')
}

/** Overwrites a file and removes it; does nothing when there is none. */
export async function erase(file: string): Promise<void> {
  if (!(await exists(file))) return
  const handle = await open(file, 'r+')
  try {
    await handle.write(Buffer.alloc((await handle.stat()).size), 0)
    await handle.sync()
  } finally {
    await handle.close()
  }
  await rm(file)
  await syncFolderOf(file)
}
