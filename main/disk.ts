import { statfsSync } from 'node:fs'

/** Bytes that this user can still write where the queue lives. */
export function freeBytes(dir: string): number {
  const { bavail, bsize } = statfsSync(dir)
  return bavail * bsize
}
