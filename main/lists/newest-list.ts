import { rename } from 'node:fs/promises'
import { contentOf } from '../../basics/files.ts'
import { ok, type Result } from '../../contract/result.ts'

type Listed = { list: { sequence: number } }

/**
 * Opens the provisioned list or the one kept since, whichever is newer. A kept list that does not open is set aside as
 * `.refused`. `refuse` hears of each list that is passed over for a fault. The error is that of the provisioned list,
 * when there is no other.
 */
export async function newestList<T extends Listed, E extends { kind: string }>({
  provisioned,
  kept,
  open,
  refuse,
  setAside = true,
}: {
  provisioned: string
  kept: string
  open: (jws: string) => Promise<Result<T, E>>
  refuse: (reason: string, file: string) => void
  /** False: only looks, and renames nothing. */
  setAside?: boolean
}): Promise<Result<T, E | { kind: 'list-unreadable' }>> {
  const listIn = async (file: string): Promise<Result<T, E | { kind: 'list-unreadable' }>> => {
    const jws = await contentOf(file)
    return jws === null ? { ok: false, error: { kind: 'list-unreadable' } } : open(jws.trim())
  }
  const first = await listIn(provisioned)
  const second = await listIn(kept)
  if (!second.ok) {
    if (second.error.kind === 'list-unreadable') return first
    refuse(second.error.kind, kept)
    if (setAside) await rename(kept, `${kept}.refused`).catch(() => {})
    return first
  }
  if (!first.ok) {
    refuse(first.error.kind, provisioned)
    return second
  }
  return ok(second.value.list.sequence > first.value.list.sequence ? second.value : first.value)
}
