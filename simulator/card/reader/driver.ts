import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const SOURCE = fileURLToPath(new URL('ifd.c', import.meta.url))
const BUILT = fileURLToPath(new URL('../../../.bench/reader', import.meta.url))

/** The virtual reader's driver for pcscd, compiled on first use. Throws when the Debian package gcc is missing. */
export async function readerDriver(): Promise<string> {
  const source = createHash('sha256').update(await readFile(SOURCE))
  const library = join(BUILT, `ifd-${source.digest('hex').slice(0, 16)}.so`)
  if (existsSync(library)) return library
  await mkdir(BUILT, { recursive: true })
  // Another process may compile it too, and pcscd must never load half a file.
  const own = `${library}.${process.pid}`
  await promisify(execFile)('gcc', ['-Wall', '-Wextra', '-Werror', '-O2', '-shared', '-fPIC', '-o', own, SOURCE])
  await rename(own, library)
  return library
}
