import { mkdir, readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Logger } from 'pino'
import { stampOf, writeWhole } from '../../basics/files.ts'
import type { Clock } from '../../basics/time.ts'
import type { Crl } from '../../trust/crl.ts'
import { type CrlShelf, sha256Of } from '../../trust/crl-shelf.ts'

/**
 * The folder of the CRLs (`*.crl`, DER). It keeps the newest of each issuer, whether an operator put it there or the
 * gateway fetched it.
 */
export interface CrlFolder {
  /** Puts on the shelf what has changed since the last look, or everything when the shelf is a new one. */
  look(shelf: CrlShelf): Promise<void>
  /** Takes a fetched CRL up if it is good and newer. Answers the one that now counts, or null. */
  take(shelf: CrlShelf, der: Uint8Array): Promise<Crl | null>
  /** By SHA-256 (hex). */
  readonly files: ReadonlyMap<string, { path: string; bytes: number }>
}

export async function openCrlFolder(folder: string, { now, log }: { now: Clock; log: Logger }): Promise<CrlFolder> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const files = new Map<string, { path: string; bytes: number }>()
  /** The stamp of each file when it was last read. */
  const seen = new Map<string, string>()
  let looked: CrlShelf | null = null

  async function drop(path: string): Promise<void> {
    seen.delete(path)
    await rm(path, { force: true })
  }

  async function lookAt(path: string, shelf: CrlShelf): Promise<void> {
    const stamp = await stampOf(path)
    if (stamp === null || seen.get(path) === stamp) return
    const der = await readFile(path)
    seen.set(path, stamp)
    const sha256 = sha256Of(der)
    if (shelf.held.has(sha256)) return
    const put = shelf.put(der, now())
    if (put.ok) await takenFrom(path, der, put.value.replaced)
    else if (put.error.kind === 'crl-not-newer') await drop(path)
    else {
      log.error({ ...put.error, sha256 })
      // The CRL becomes good when its time has come, or when the gateway's clock is put right.
      if (put.error.kind === 'crl-from-the-future') seen.delete(path)
    }
  }

  async function takenFrom(path: string, der: Uint8Array, replaced: string[]): Promise<void> {
    files.set(sha256Of(der), { path, bytes: der.length })
    for (const sha256 of replaced) {
      const old = files.get(sha256)
      files.delete(sha256)
      if (old && old.path !== path) await drop(old.path)
    }
  }

  return {
    files,
    async look(shelf) {
      if (shelf !== looked) {
        seen.clear()
        files.clear()
      }
      looked = shelf
      const paths = (await readdir(folder)).filter((name) => name.endsWith('.crl')).map((name) => join(folder, name))
      for (const [sha256, { path }] of files) if (!paths.includes(path)) files.delete(sha256)
      for (const path of paths) await lookAt(path, shelf)
    },
    async take(shelf, der) {
      const sha256 = sha256Of(der)
      const held = shelf.held.get(sha256)
      if (held) return held
      const put = shelf.put(der, now())
      if (!put.ok) {
        if (put.error.kind !== 'crl-not-newer') log.error({ ...put.error, sha256 })
        return null
      }
      const path = join(folder, `${sha256}.crl`)
      await writeWhole(path, der)
      const stamp = await stampOf(path)
      if (stamp !== null) seen.set(path, stamp)
      await takenFrom(path, der, put.value.replaced)
      log.info({ kind: 'crl-taken', sha256, bytes: der.length })
      return put.value.crl
    },
  }
}
