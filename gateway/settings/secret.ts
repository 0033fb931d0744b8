import { readFile, stat } from 'node:fs/promises'
import { err, ok, type Result } from '../../contract/result.ts'
import { CONFIG, Unusable, unreadable } from './unusable.ts'

const OTHERS = 0o077
const OTHERS_WRITE = 0o022

/** Text of a file that its owner alone may read. A file that others may read is refused: it may be a secret no more. */
export async function secretIn(path: string): Promise<Result<string, { kind: 'key-open-to-others' }>> {
  const { mode } = await stat(path)
  return (mode & OTHERS) === 0 ? ok(await readFile(path, 'utf8')) : err({ kind: 'key-open-to-others' })
}

/** The same for the file that `setting` names; throws `Unusable`. */
export async function requiredSecret(setting: string, path: string): Promise<string> {
  const secret = await secretIn(path).catch((reason) => {
    throw unreadable(setting, path, reason)
  })
  if (secret.ok) return secret.value
  const sentence = `${path} can be read by others than its owner: make a new one, and chmod 600`
  throw new Unusable(CONFIG, `${setting}: ${sentence}`)
}

/**
 * Text of a file that is no secret and that says who is let in. A file that others may write is refused: they would let
 * themselves in.
 */
export async function trustedIn(path: string): Promise<Result<string, { kind: 'open-to-writers' }>> {
  const { mode } = await stat(path)
  return (mode & OTHERS_WRITE) === 0 ? ok(await readFile(path, 'utf8')) : err({ kind: 'open-to-writers' })
}

/** The same for the file that `setting` names; throws `Unusable`. */
export async function trustedText(setting: string, path: string): Promise<string> {
  const text = await trustedIn(path).catch((reason) => {
    throw unreadable(setting, path, reason)
  })
  if (text.ok) return text.value
  throw new Unusable(
    CONFIG,
    `${setting}: ${path} can be written by others than its owner: look through it, and chmod 600`,
  )
}
