import { createWriteStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { putInPlace } from '../../basics/files.ts'
import { err, ok, type Result } from '../../contract/result.ts'
import { type StorageFailure, storageFailure } from '../queue/storage.ts'
import type { Journal } from './journal.ts'

/**
 * Writes the sync log to `path` (sync-log.jsonl): one entry or anchor a line, oldest first, as in contract/journal.ts.
 * `count` counts the entries. A stick that is full or pulled leaves no half file.
 */
export async function exportJournal(
  log: Pick<Journal, 'lines'>,
  path: string,
): Promise<Result<{ count: number }, StorageFailure>> {
  const unfinished = `${path}.part`
  let count = 0
  function* lines() {
    for (const line of log.lines()) {
      if (!('anchor' in line)) count++
      yield `${JSON.stringify(line)}\n`
    }
  }
  try {
    await pipeline(Readable.from(lines()), createWriteStream(unfinished, { mode: 0o600, flush: true }))
    await putInPlace(unfinished, path)
    return ok({ count })
  } catch (error) {
    await rm(unfinished, { force: true }).catch(() => undefined)
    return err(storageFailure(error))
  }
}
