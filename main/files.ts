import { access, open, readFile, rename } from 'node:fs/promises'
import { dirname } from 'node:path'

/** Whole on the disk before it has its name: after a power cut there is the old one or the new one, never half of one. */
export async function writeWhole(path: string, content: string | Uint8Array): Promise<void> {
  const file = await open(`${path}.new`, 'w', 0o600)
  try {
    await file.writeFile(content)
    await file.sync()
  } finally {
    await file.close()
  }
  await putInPlace(`${path}.new`, path)
}

/** Gives a file that is on the disk its name, for good. */
export async function putInPlace(from: string, to: string): Promise<void> {
  await rename(from, to)
  await syncFolderOf(to)
}

/** What has come to or gone from the folder of `path` is on the disk. */
export async function syncFolderOf(path: string): Promise<void> {
  const folder = await open(dirname(path), 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

/** Null: it can't be read, whatever the reason. */
export const contentOf = (path: string): Promise<string | null> => readFile(path, 'utf8').catch(() => null)

export const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  )
