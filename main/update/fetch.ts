import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open, rm, stat } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { putInPlace } from '../../basics/files.ts'
import type { Release } from '../../contract/release.ts'
import { err, ok, type Result } from '../../contract/result.ts'
import type { GatewayClient } from '../sync/client.ts'

/** At 64 kbit/s a range takes two minutes: a citizen who comes meanwhile waits for no more than that on their line. */
const RANGE_BYTES = 1024 * 1024

export type FetchFailure = { kind: 'line' | 'busy' | 'file-damaged' | 'not-stored' }

/**
 * Brings the file of a release to `file`, whole and with its signed digest. It comes in ranges through `file`.part, and goes
 * on there after an interruption, a restart or a power cut. Before each range `mayGoOn` is asked: a visit comes first.
 * `file-damaged`: it came whole and is another file; nothing of it is kept.
 */
export async function fetchRelease(
  client: Pick<GatewayClient, 'releaseRange'>,
  { sha256, bytes }: Pick<Release, 'sha256' | 'bytes'>,
  file: string,
  mayGoOn: () => boolean,
): Promise<Result<null, FetchFailure>> {
  const part = `${file}.part`
  try {
    // Longer than the file can be: left of another one.
    if ((await lengthOf(part)) > bytes) await rm(part)
    for (let at = await lengthOf(part); at < bytes; at = await lengthOf(part)) {
      if (!mayGoOn()) return err({ kind: 'busy' })
      const to = Math.min(at + RANGE_BYTES, bytes) - 1
      const range = await client.releaseRange(sha256, at, to)
      if (!range.ok) return err({ kind: 'line' })
      await append(part, range.value)
    }
    const digest = createHash('sha256')
    await pipeline(createReadStream(part), digest)
    if (digest.digest('hex') !== sha256) {
      await rm(part)
      return err({ kind: 'file-damaged' })
    }
    await putInPlace(part, file)
    return ok(null)
  } catch (failure) {
    if ((failure as NodeJS.ErrnoException).code === undefined) throw failure
    return err({ kind: 'not-stored' })
  }
}

const lengthOf = (file: string): Promise<number> =>
  stat(file).then(
    ({ size }) => size,
    () => 0,
  )

/** On the disk for good: after a power cut the next range begins where this one ended. */
async function append(file: string, bytes: Buffer): Promise<void> {
  const handle = await open(file, 'a', 0o600)
  try {
    await handle.writeFile(bytes)
    await handle.sync()
  } finally {
    await handle.close()
  }
}
